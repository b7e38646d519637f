"""What people and programs write, in ten languages, for the labelled set."""

from __future__ import annotations

QUOTE = {
    "en": ("On Mon, 2 Mar 2026 at 09:00, Acme <credit@acme.example> wrote:", "Our reference: {notice}"),
    "de": ("Am Mo., 2. März 2026 um 09:00 Uhr schrieb Acme <credit@acme.example>:", "Unser Zeichen: {notice}"),
    "fr": ("Le lun. 2 mars 2026 à 09:00, Acme <credit@acme.example> a écrit :", "Notre référence : {notice}"),
    "es": ("El lun, 2 mar 2026 a las 9:00, Acme (<credit@acme.example>) escribió:", "Nuestra referencia: {notice}"),
    "zh": ('在 2026-03-02 09:00:00，"Acme" <credit@acme.example> 写道：', "我方编号：{notice}"),
    "ar": ("في الاثنين، 2 مارس 2026 كتب Acme <credit@acme.example>:", "مرجعنا: {notice}"),
    "it": (
        "Il giorno lun 2 mar 2026 alle ore 09:00 Acme <credit@acme.example> ha scritto:",
        "Nostro riferimento: {notice}",
    ),
    "nl": ("Op ma 2 mrt 2026 om 09:00 schreef Acme <credit@acme.example>:", "Onze referentie: {notice}"),
    "pl": ("W dniu 2.03.2026 o 09:00, Acme pisze:", "Nasz znak: {notice}"),
    "ja": ("2026年3月2日(月) 9:00 Acme <credit@acme.example>:", "当社参照番号：{notice}"),
}
RE = {
    "en": "Re",
    "de": "AW",
    "fr": "RE",
    "es": "RE",
    "zh": "回复",
    "ar": "رد",
    "it": "R",
    "nl": "Antw",
    "pl": "Odp",
    "ja": "Re",
}
SUBJECT = {
    "en": "Notice of overdue payment", "de": "Zahlungserinnerung", "fr": "Rappel de paiement", "es": "Aviso de pago vencido",
    "zh": "逾期付款通知", "ar": "إشعار بتأخر السداد", "it": "Sollecito di pagamento", "nl": "Betalingsherinnering",
    "pl": "Wezwanie do zapłaty", "ja": "お支払いのご案内",
}  # fmt: skip
PROMISE = {
    "en": "Dear team,\n\nwe will pay the amount by Friday next week.\n\nKind regards\nJane",
    "de": "Sehr geehrte Damen und Herren,\n\nwir zahlen den Betrag am kommenden Freitag.\n\nMit freundlichen Grüßen\nKäthe Müller",
    "fr": "Bonjour,\n\nle virement partira vendredi prochain.\n\nCordialement",
    "es": "Buenos días:\n\nharemos la transferencia el viernes.\n\nUn saludo",
    "zh": "您好，\n\n我们下周五付款，请放心。\n\n王芳",
    "ar": "السلام عليكم،\n\nسنقوم بالسداد يوم الخميس القادم.\n\nمع التحية",
    "it": "Buongiorno,\n\nprovvederemo al pagamento venerdì prossimo.\n\nCordiali saluti",
    "nl": "Beste,\n\nwij betalen volgende week vrijdag.\n\nMet vriendelijke groet",
    "pl": "Dzień dobry,\n\nzapłacimy w przyszły piątek.\n\nPozdrawiam",
    "ja": "お世話になっております。\n\n来週金曜日に振込いたします。\n\nよろしくお願いいたします。",
}
DISPUTE = {
    "en": "Hello,\n\nhalf of the goods arrived damaged. We cannot accept this invoice before that is settled.\n\nJane",
    "de": "Guten Tag,\n\nzwei Kisten kamen beschädigt an. Bitte klären Sie das zuerst.\n\nK. Müller",
    "fr": "Bonjour,\n\nla moitié de la marchandise est arrivée abîmée. Merci de vérifier.\n\nCordialement",
    "es": "Hola,\n\nla mitad de la mercancía llegó dañada. Por favor revísenlo.\n\nSaludos",
    "zh": "您好，\n\n有一半货物到货时已损坏，请先核实。\n\n王芳",
    "ar": "تحية طيبة،\n\nوصلت نصف البضاعة تالفة. نرجو التحقق من ذلك.\n\nشكرا",
    "it": "Salve,\n\nmetà della merce è arrivata danneggiata. Vi preghiamo di verificare.",
    "nl": "Goedemiddag,\n\nde helft van de goederen kwam beschadigd aan. Graag eerst oplossen.",
    "pl": "Dzień dobry,\n\npołowa towaru dotarła uszkodzona. Proszę to najpierw wyjaśnić.",
    "ja": "お世話になっております。\n\n商品の半分が破損していました。ご確認ください。",
}
COPY = {
    "en": "Could you please send us a copy of invoice {document}? We do not have it.",
    "de": "Bitte senden Sie uns eine Kopie der Rechnung {document}, sie liegt uns nicht vor.",
    "fr": "Pourriez-vous nous renvoyer la facture {document} ? Nous ne l'avons pas reçue.",
    "es": "¿Podrían enviarnos una copia de la factura {document}? No la tenemos.",
    "zh": "请重新发送发票 {document} 的副本，我们没有收到。",
    "ar": "نرجو إرسال نسخة من الفاتورة رقم {document} فهي غير متوفرة لدينا.",
    "it": "Potete inviarci copia della fattura {document}? Non l'abbiamo ricevuta.",
    "nl": "Kunt u ons een kopie van factuur {document} sturen? Wij hebben deze niet.",
    "pl": "Proszę o przesłanie kopii faktury {document}, nie otrzymaliśmy jej.",
    "ja": "請求書 {document} の写しをお送りください。届いておりません。",
}
AWAY = {
    "en": ("Automatic reply", "Thank you for your message. I am out of the office until 16 March with limited access to my e-mail. "
           "For urgent matters please contact my colleague Tom Hill, tom.hill@{domain}."),
    "de": ("Automatische Antwort", "Vielen Dank für Ihre Nachricht. Ich bin bis zum 16. März nicht im Büro. In dringenden Fällen wenden "
           "Sie sich bitte an Tim Berg, t.berg@{domain}."),
    "fr": ("Réponse automatique", "Bonjour, je suis absente du bureau jusqu'au 16 mars. En cas d'urgence, veuillez contacter "
           "paul.roux@{domain}."),
    "es": ("Respuesta automática", "Gracias por su mensaje. Estaré fuera de la oficina hasta el 16 de marzo. Para asuntos urgentes, "
           "contacte con luis.gil@{domain}."),
    "zh": ("自动回复", "您好，您的邮件已收到。我正在休假，3月16日返回。紧急事宜请联系同事 lina@{domain}。"),
    "ar": ("رد تلقائي", "شكرا لرسالتكم. أنا خارج المكتب حتى 16 مارس. في الحالات العاجلة يرجى التواصل مع omar@{domain}."),
    "it": ("Risposta automatica", "Grazie per il messaggio. Sarò assente fino al 16 marzo. Per urgenze contattare luca.neri@{domain}."),
    "nl": ("Automatisch antwoord", "Bedankt voor uw bericht. Ik ben tot 16 maart afwezig. Voor dringende zaken kunt u contact opnemen met "
           "piet@{domain}."),
    "pl": ("Odpowiedź automatyczna", "Dziękuję za wiadomość. Jestem poza biurem do 16 marca. W pilnych sprawach proszę o kontakt: "
           "anna.lis@{domain}."),
    "ja": ("自動応答", "メールありがとうございます。3月16日まで休暇をいただいております。"
           "お急ぎの場合は sato@{domain} までご連絡ください。"),
}  # fmt: skip
LEFT = {
    "en": "I no longer work for the company. Please contact {new} instead.",
    "de": "Ich bin nicht mehr im Unternehmen tätig. Bitte wenden Sie sich an {new}.",
    "fr": "Je ne fais plus partie de la société. Merci de contacter {new}.",
    "es": "Ya no trabajo en la empresa. Por favor contacte con {new}.",
    "zh": "本人已离职，业务请联系 {new}。",
    "ar": "لم أعد أعمل في الشركة. يرجى التواصل مع {new}.",
    "it": "Non lavoro più per questa azienda. Si prega di contattare {new}.",
    "nl": "Ik ben niet meer werkzaam bij dit bedrijf. Neem contact op met {new}.",
    "pl": "Nie pracuję już w firmie. Proszę o kontakt z {new}.",
    "ja": "退職いたしました。今後は {new} までご連絡ください。",
}
OPT_OUT = {
    "en": "Please remove me from your mailing list, I do not wish to receive these e-mails.",
    "de": "Bitte senden Sie mir keine weiteren E-Mails an diese Adresse.",
    "fr": "Je souhaite ne plus recevoir vos courriels, merci de me désinscrire.",
    "es": "No deseo recibir más correos, quiero darme de baja.",
    "zh": "请不要再给我发邮件，退订。",
    "ar": "أرجو إلغاء الاشتراك، لا أرغب في تلقي رسائلكم.",
    "it": "Non desidero ricevere altre e-mail, vi prego di cancellarmi dalla lista.",
    "nl": "Graag uitschrijven, ik wil geen e-mails meer ontvangen.",
    "pl": "Proszę nie wysyłać do mnie więcej wiadomości.",
    "ja": "今後のメールの配信停止をお願いします。",
}
ADDRESS = {
    "en": "We have a new e-mail address for invoices and reminders. From now on please write to {new}.",
    "de": "Wir haben eine neue E-Mail-Adresse. Bitte schreiben Sie ab sofort an {new}.",
    "fr": "Nous avons une nouvelle adresse e-mail : merci d'écrire désormais à {new}.",
    "es": "Tenemos una nueva dirección de correo. A partir de ahora escriban a {new}.",
    "zh": "我们的邮箱已变更，新邮箱是 {new}，以后请发到新邮箱。",
    "ar": "لدينا عنوان جديد. البريد الإلكتروني الجديد هو {new}.",
    "it": "Abbiamo un nuovo indirizzo: d'ora in poi scrivete a {new}.",
    "nl": "Wij hebben een nieuw e-mailadres, graag voortaan schrijven naar {new}.",
    "pl": "Mamy nowy adres e-mail. Od teraz prosimy pisać na {new}.",
    "ja": "アドレス変更のお知らせです。新しいメールアドレスは {new} です。",
}
RECEIPT = {
    "en": (
        "Ticket received [#88121]",
        "This is an automated message. Your request was registered under 88121. Do not reply to this email.",
    ),
    "de": (
        "Eingangsbestätigung Ticket 88121",
        "Dies ist eine automatisch generierte Nachricht. Ihre Anfrage hat die Nummer 88121.",
    ),
    "fr": ("Accusé de réception 88121", "Ceci est un message automatique, merci de ne pas répondre à ce message."),
    "es": ("Acuse de recibo 88121", "Este es un mensaje automático. Por favor, no responda a este correo."),
    "zh": ("收件确认 88121", "系统自动发送，请勿回复。您的工单号为88121。"),
    "ar": ("تأكيد استلام", "هذه رسالة آلية. تم تسجيل طلبكم برقم 88121."),
    "it": ("Conferma di ricezione 88121", "Messaggio automatico, si prega di non rispondere a questa e-mail."),
    "nl": ("Ontvangstbevestiging 88121", "Dit is een automatisch bericht. Uw vraag heeft nummer 88121."),
    "pl": (
        "Potwierdzenie otrzymania 88121",
        "Ta wiadomość została wygenerowana automatycznie, prosimy nie odpowiadać.",
    ),
    "ja": ("受付のお知らせ", "このメールは自動送信です。受付番号は88121です。"),
}
WHO = {
    "en": "leeds", "de": "muster", "fr": "lyon", "es": "madrid", "zh": "hangzhou", "ar": "cairo", "it": "torino", "nl": "utrecht",
    "pl": "gdansk", "ja": "osaka",
}  # fmt: skip
