"""The unseen set: mails written before their author had read the rules, in the manners of other programs, desks and machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from replies.labelled import OUR_ADDRESS, Labelled, mail
from replies.world import Sent

World = dict[str, Sent]
LETTER = (
    "Sehr geehrte Damen und Herren,\nfolgende Rechnungen sind fällig: 1.000,00 EUR\nBitte zahlen Sie bis 10.03.2026."
)
ENGLISH = "Dear Sir or Madam,\nthe following invoices are due: EUR 1,000.00\nPlease pay by 10 March 2026."
SIGNATURE = (
    "-- \nMuster AG | Hauptstraße 100452 | 50667 Köln\nTel. +49 221 40881-20 | Fax 0221/90233 | Mobil 0171 5510240\n"
    "HRB 20052 Köln | USt-IdNr. DE123456789\nIBAN DE89 3704 0044 0532 0130 00 | BIC COBADEFFXXX"
)


def _marked(text: str) -> str:
    return "\n".join("> " + line for line in text.split("\n"))


def of_people(world: World) -> Iterator[Labelled]:
    """Give mails of persons: clients, places of the answer, languages, prefixes, signatures."""
    muster, leeds, lyon, torino = world["muster"], world["leeds"], world["lyon"], world["torino"]
    yield _one("gmail top", "muster", "reply", muster.email, f"Re: Acme {muster.notice}", "Guten Morgen,\n\nist heute raus.\n\nLG Karin\n\nAm Di., 3. März 2026 um 09:12 Uhr schrieb Acme Kredit <credit@acme.example>:\n\n" + _marked(LETTER), In_Reply_To=muster.message.message_id)  # fmt: skip
    yield _one("iphone", "muster", "reply", muster.email, "Aw: offene Posten", "Schau ich mir morgen an.\n\nVon meinem iPhone gesendet\n\n> Am 03.03.2026 um 08:00 schrieb Acme <credit@acme.example>:\n> \n> ﻿" + _marked(LETTER))  # fmt: skip
    yield _one("bottom posting", "leeds", "reply", "tom.hale@leeds-tools.example", "Re: your letter", "On 03/03/2026 08:00, Acme wrote:\n" + _marked(ENGLISH) + "\n\nThe director signs the run on Thursday, you will be in it.\n\nTom")  # fmt: skip
    yield _one("between the lines", "leeds", "reply", leeds.email, f"Re: Acme {leeds.notice}", "Acme Credit said the following on 03/03/26 08:00:\n> the following invoices are due\n\nWhich ones? We hold a credit note over 50.\n\n> Please pay by 10 March 2026.\n\nNot before the credit note is set off.\n\nJane")  # fmt: skip
    yield _one("outlook mobile", "leeds", "reply", leeds.email, f"Re: Acme {leeds.notice}", f"Noted, with our bank now\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Acme <credit@acme.example>\nSent: Tuesday, March 3, 2026 8:00:00 AM\nTo: Jane Doe\nSubject: Acme {leeds.notice}\n\n{ENGLISH}")  # fmt: skip
    yield _one("notes assistant", "muster", "reply", "sekretariat@muster.example", "WG: Mahnung", "Herr Müller lässt ausrichten, dass die Zahlung am 12.3. erfolgt.\nE. Kurz, Assistenz\n\n----- Weitergeleitet von Elke Kurz/Muster am 03.03.2026 10:02 -----\n\nVon:        \"Acme\" <credit@acme.example>\nAn:        k.mueller@muster.example\nDatum:        03.03.2026 08:00\nBetreff:        Mahnung\n\n" + LETTER)  # fmt: skip
    yield _one("assistant at home", "leeds", "reply", "pa.janedoe@gmail.com", "Fwd: Acme", f"Jane asked me to pass this on: she disputes the second invoice.\n\n---------- Forwarded message ---------\nFrom: Acme <credit@acme.example>\nDate: Tue, Mar 3, 2026 at 8:00 AM\nSubject: Acme {leeds.notice}\nTo: <jane.doe@leeds-tools.example>\n\n{ENGLISH}\nInvoices INV-40881, INV-40917")  # fmt: skip
    yield _one("SV", "nordic_a", "reply", "mette@nordic-group.example", "SV: Rykker", "Hej,\n\nFaktura NRA-10071 er betalt i går.\n\nMvh\nMette\n\n-----Oprindelig meddelelse-----\nFra: Acme\nSendt: 3. marts 2026\nEmne: Rykker\n\nBetal venligst")  # fmt: skip
    yield _one("VS finnish", "nordic_b", "reply", "antti@nordic-group.example", "VS: Maksumuistutus", "Hei, lasku NLB-20052 maksetaan ensi viikolla.\n\nTerveisin Antti")  # fmt: skip
    yield _one("huifu full width", "hangzhou", "reply", "wangfang8862@163.com", "回复：催款通知", "您好！款项已于昨天汇出，请查收。\n\n王芳\n\n---- 回复的原邮件 ----\n| 发件人 | Acme<credit@acme.example> |\n| 日期 | 2026年03月03日 15:00 |\n| 主题 | 催款通知 |\n请支付")  # fmt: skip
    yield _one("huifu qq", "hangzhou", "reply", "88213345@qq.com", "回复:催款通知", "你好，CN20260311 这张发票我们有异议，数量不对。\n\n\n\n\n------------------&nbsp;原始邮件&nbsp;------------------\n发件人: \"Acme\" <credit@acme.example>;\n发送时间: 2026年3月3日(星期二) 下午3:00\n收件人: \"王芳\"\n主题: 催款通知", charset="gb18030")  # fmt: skip
    yield _one("radd", "cairo", "reply", world["cairo"].email, "رد: تذكير بالدفع", "السلام عليكم،\n\nسنقوم بالسداد يوم الأحد القادم.\n\nمع التحية\n\nمن: Acme\nتم الإرسال: الثلاثاء\nالموضوع: تذكير")  # fmt: skip
    yield _one("R italian", "torino", "reply", torino.email, "R: sollecito", "Buongiorno,\n\nci risulta già saldata con bonifico del 27/02, CRO 12345678901.\n\nSaluti\n\nDa: Acme <credit@acme.example>\nInviato: martedì 3 marzo 2026\nOggetto: sollecito")  # fmt: skip
    yield _one("Odp polish", "gdansk", "reply", world["gdansk"].email, "Odp: wezwanie do zapłaty", "Dzień dobry,\n\nprosimy o duplikat faktury PL/2026/0412.\n\nPozdrawiam")  # fmt: skip
    yield _one("RE RE FW chain", "leeds", "reply", "bob@leeds-tools.example", f"RE: RE: FW: AW: Acme {leeds.notice}", "Jane - over to you. Acme - we will come back by Friday.")  # fmt: skip
    yield _one("mixed german english", "muster", "reply", muster.email, "Betr.: your reminder", "Hi all,\n\nfyi: die Rechnung RE-2026-00018 ist von uns approved, payment run is next Dienstag.\n\nBR Karin\n\n" + SIGNATURE)  # fmt: skip
    yield _one("mixed chinese english", "hangzhou", "reply", "finance@hz-precision.example", f"Re: Acme {world['hangzhou'].notice}", "Dear Acme team, 已付款, please see 水单 attached. 流水号 202603051234567. Invoice no. CN20260311. 谢谢!")  # fmt: skip
    yield _one("signature of numbers", "muster", "reply", "einkauf@muster.example", "Ihr Anruf", "Wir zahlen nächste Woche.\n\n" + SIGNATURE)  # fmt: skip
    yield _one("extension like an invoice", "leeds", "reply", leeds.email, "call me", "Please call me back about your letter.\n\nJane Doe\nExt. 100452\nReg. No. 90233 England")  # fmt: skip
    yield _one("yahoo html", "lyon", "reply", lyon.email, "Re: relance", "", html='<html><body><div class="ydp1"><div>Bonjour, le virement part <b>vendredi</b>.</div></div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>Le mardi 3 mars 2026 à 08:00:00 UTC+1, Acme &lt;credit@acme.example&gt; a écrit :</div><div>Veuillez payer. unsubscribe</div></div></body></html>')  # fmt: skip
    yield _one("proton", "torino", "reply", "giulia.b@proton.me", f"Re: Acme {torino.notice}", f"We changed banks, the transfer came back. New one tomorrow.\n\nSent with [Proton Mail](https://proton.me/mail/home) secure email.\n\nOn Tuesday, March 3rd, 2026 at 8:00 AM, Acme <credit@acme.example> wrote:\n\n{_marked(ENGLISH)}\n> Payment reference: {torino.payment}")  # fmt: skip
    yield _one("back from leave", "leeds", "reply", leeds.email, "Re: reminder", "Hi, I was out of the office until yesterday, sorry. I will look at it now.\n\nJane")  # fmt: skip
    yield _one("no more reminders, paid", "muster", "reply", muster.email, "AW: Mahnung", "Bitte senden Sie uns keine weiteren Mahnungen, wir haben am 20.02. bezahlt!")  # fmt: skip
    yield _one("japanese", "osaka", "reply", "tanaka@osaka-kogyo.example", "RE: お支払いのお願い", "いつもお世話になっております。\n大阪工業の田中です。\n\nJP-2026-0099につきまして、3月末にお支払いいたします。\n\nよろしくお願いいたします。")  # fmt: skip
    yield _one("accountant answers", "lyon", "reply", "cabinet@expert-comptable.example", "TR: relance", "Notre client conteste cette facture : livraison incomplète.", References=f"<1@x.example> {lyon.message.message_id}")  # fmt: skip
    yield _one("lawyer", "madrid", "reply", "bufete@abogados.example", "Expediente 2231/26", "En nombre de Herramientas Sol S.L. impugnamos la factura F/2026/771. Diríjanse en adelante a este despacho.")  # fmt: skip
    yield _one("only the name", "torino", "reply", "mario.rossi71@libero.example", "pagamento", "Buongiorno, sono Mario delle Officine Torino S.p.A., paghiamo a fine mese.")  # fmt: skip
    yield _one("bank advice", "lyon", "reply", "avis@banque.example", "Avis de virement", "Donneur d'ordre : Lyon Métal SARL\nMontant : 1.000,00 EUR\nMotif : FA2026-3381\nDate de valeur : 05/03/2026")  # fmt: skip
    yield _one("question only", "utrecht", "reply", "crediteuren@utrechtbouw.example", "vraag", "?")
    yield _one("colleague forwards", "leeds", "reply", OUR_ADDRESS, "Fwd: invoices", "For the inbox please.\n\n---------- Forwarded message ---------\nFrom: Jane Doe <jane.doe@leeds-tools.example>\nDate: Mon, Mar 2, 2026\nSubject: invoices\nTo: sales@acme.example\n\nWe will pay INV-40881 on Friday.")  # fmt: skip
    yield _one("two customers, stranger", None, "reply", "service@factoring.example", "Payments", "We settle INV-40881 (Leeds) and FA2026-3381 (Lyon) this week.")  # fmt: skip
    yield _one("two customers, known", "leeds", "reply", leeds.email, "Payments", "We settle invoices INV-40881, INV-40917 and, for our friends, FA2026-3381.")  # fmt: skip
    yield _one("agency for two", None, "reply", "inkasso@buero.example", "Sammelanfrage", "Bitte um Kopien: Rechnung 100452 und Rechnung RE-2026-00017.")  # fmt: skip
    yield _one("wrong person", None, "reply", "hans@private.example", "Re: Acme", "You have the wrong Hans. I never bought anything from you.")  # fmt: skip
    yield _one("opt out", "leeds", "opt_out", "bob@leeds-tools.example", "Re: reminder", "Please take me off your distribution list, I have nothing to do with this.\nBob")  # fmt: skip
    yield _one("opt out german", "muster", "opt_out", "info@muster.example", "AW: Mahnung", "Nehmen Sie diese Adresse bitte aus Ihrem Verteiler. Danke.")  # fmt: skip
    yield _one(
        "opt out spanish",
        "madrid",
        "opt_out",
        world["madrid"].email,
        "baja",
        "Por favor, denme de baja de sus correos.",
    )
    yield _one("pdf only", "muster", "reply", "scan@kopierer.example", f"AW: Acme {muster.notice}", "\n", attach=("application/pdf", "RE-2026-00018.pdf"))  # fmt: skip
    yield _one("fax gateway", None, "reply", "fax@fax-dienst.example", "Neues Fax von +49 221 998877 (3 Seiten)", "Sie haben ein neues Fax erhalten. Es liegt dieser Nachricht als PDF bei.", attach=("application/pdf", "fax.pdf"))  # fmt: skip
    yield _one("winmail", "muster", "reply", muster.email, "AW: Zahlung", "Siehe Anlage.", attach=("application/ms-tnef", "winmail.dat"))  # fmt: skip
    yield _one("winmail alone", "utrecht", "reply", world["utrecht"].email, "FW: herinnering", "\n", attach=("application/ms-tnef", "winmail.dat"))  # fmt: skip


def of_desks(world: World) -> Iterator[Labelled]:
    """Give mails of ticket systems, calendars and lists: of machines, and of persons through machines."""
    leeds, muster = world["leeds"], world["muster"]
    yield _one("zendesk ack", "leeds", "automatic", "support@leeds-tools.example", f"[Leeds Tools] Re: Acme {leeds.notice}", "##- Please type your reply above this line -##\n\nYour request (48213) has been received and is being reviewed by our support staff.\n\nTo add additional comments, reply to this email.")  # fmt: skip
    yield _one("otrs ack", "muster", "automatic", "service@muster.example", f"RE: Acme {muster.notice} [Ticket#2026030410000123]", "Vielen Dank für Ihre Anfrage. Ihre Nachricht haben wir unter der oben genannten Nummer aufgenommen.", Precedence="bulk", X_Powered_By="OTRS")  # fmt: skip
    yield _one("jira ack", "leeds", "automatic", "jira@leeds-tools.example", "AP-1182 Acme", "—-—-—-—\nReply above this line.\n\nJust confirming that we got your request. We're on it.\n\nView request · Turn off this request's notifications", Auto_Submitted="auto-generated")  # fmt: skip
    yield _one("servicenow ack", "leeds", "automatic", "it@leeds-tools.example", "INC0012345 has been opened", "Incident INC0012345 was opened on your behalf.\nPriority: 4 - Low\nThis is a system generated message. Ref:MSG2210045", X_ServiceNow_Generated="true")  # fmt: skip
    yield _one("ack without headers", "muster", "automatic", "rechnung@muster.example", "Eingangsbestätigung", "Ihre E-Mail ist bei uns eingegangen (Vorgang 4711-2026). Bitte antworten Sie nicht auf diese automatisch erzeugte Nachricht.")  # fmt: skip
    yield _one("french ack", "lyon", "automatic", "ne-pas-repondre@lyon-metal.example", "Accusé de réception", "Nous avons bien reçu votre message et nous vous répondrons dans les meilleurs délais. Ceci est un message automatique, merci de ne pas y répondre.")  # fmt: skip
    yield _one("zendesk person", "leeds", "reply", "support@leeds-tools.example", "[Leeds Tools] Re: reminder", "##- Please type your reply above this line -##\n\nHannah (Leeds Tools)\nMar 3, 2026, 10:12 GMT\n\nHi, INV-40881 was approved and is paid on 20 March.\n\nHannah")  # fmt: skip
    yield _one("freshdesk person", "muster", "reply", "kreditoren@muster.example", "Re: [#INC-881] Mahnung", "Hallo,\n\ndie Position 3 fehlte. Wir warten auf Ihre Gutschrift.\n\nTicket: https://muster.freshdesk.example/helpdesk/tickets/881", Auto_Submitted="no")  # fmt: skip
    yield _one("ap robot refuses", "leeds", "reply", "noreply@apflow.example", "Document rejected: INV-40917", f"Invoice INV-40917 for Leeds Tools Ltd was rejected: purchase order number missing. Please resend. Your reference {leeds.notice}.")  # fmt: skip
    yield _one("challenge", "utrecht", "automatic", "crediteuren@utrechtbouw.example", "Re: Acme (confirm your message)", "Your message is waiting. To prove that you are not a robot click here to deliver it: https://spamfence.example/c/1. This is an automatic message.")  # fmt: skip
    yield _one("calendar accepted", "leeds", "automatic", leeds.email, "Accepted: Call about open invoices", "", calendar="REPLY", part="ACCEPTED")  # fmt: skip
    yield _one("calendar declined with words", "leeds", "reply", leeds.email, "Declined: Call about open invoices", "We have told you that these invoices are wrong, send corrected ones first.", calendar="REPLY", part="DECLINED")  # fmt: skip
    yield _one("calendar invitation", "muster", "reply", muster.email, "Telefonat offene Rechnungen", "Können wir am Donnerstag über die Rechnungen sprechen?", calendar="REQUEST", part="NEEDS-ACTION")  # fmt: skip
    yield _one("newsletter", None, "bulk", "news@leeds-tools.example", "Spring offers", "New drills! To unsubscribe click below.", List_Id="<news.leeds-tools.example>", List_Unsubscribe="<https://leeds-tools.example/u>")  # fmt: skip
    yield _one("mailing campaign", None, "bulk", "hello@tool.example", "10 tips for your cash flow", "Read more on our blog.", Feedback_ID="1:2:campaign:mc", List_Unsubscribe="<mailto:u@tool.example>")  # fmt: skip
    yield _one("person through a group", "leeds", "reply", "jane.doe@leeds-tools.example", "Re: [accounts] reminder", "We will pay on Monday.", List_Id="<accounts.leeds-tools.example>", Precedence="list", In_Reply_To=leeds.message.message_id)  # fmt: skip
    yield _one("autosvar", "nordic_a", "away", "ap@nordic-group.example", f"Autosvar: Acme {world['nordic_a'].notice}", "Jeg er på ferie til og med 15. marts. Ved hastesager kontakt venligst Lars.")  # fmt: skip
    yield _one("automatisch antwoord", "utrecht", "away", "crediteuren@utrechtbouw.example", "Automatisch antwoord: herinnering", "Ik ben tot 20 maart afwezig en lees mijn mail niet.")  # fmt: skip
    yield _one("respuesta automatica", "madrid", "away", "pagos@sol-herramientas.example", "Respuesta automática: recordatorio", "Estaré fuera de la oficina hasta el 16 de marzo. Para asuntos urgentes escriba a admin@sol-herramientas.example.")  # fmt: skip
    yield _one(
        "zidong huifu",
        "hangzhou",
        "away",
        "wangfang8862@163.com",
        "自动回复:催款通知",
        "您好，我正在休假，3月16日返回。",
    )
    yield _one("bare away words", "gdansk", "away", "ksiegowosc@stocznia.example", "Nieobecność", "Jestem na urlopie do 20.03. W pilnych sprawach proszę o kontakt z Anną: anna@stocznia.example.")  # fmt: skip
    yield _one("left french", "lyon", "left", "p.martin@lyon-metal.example", "Réponse automatique : relance", "Je ne fais plus partie de l'entreprise. Merci d'écrire à compta@lyon-metal.example.")  # fmt: skip
    yield _one("left by header", "leeds", "left", "old@leeds-tools.example", "Automatic reply: reminder", "Mark is no longer employed at Leeds Tools. Please direct mail to jane.doe@leeds-tools.example.", Auto_Submitted="auto-replied")  # fmt: skip


def of_servers(world: World) -> Iterator[Labelled]:
    """Give read receipts (RFC 8098) and what mail servers write about delivery."""
    leeds, muster = world["leeds"], world["muster"]
    final = f"Final-Recipient: rfc822; {leeds.email}\nOriginal-Message-ID: {leeds.message.message_id}\nDisposition: "
    yield _report("receipt displayed", "leeds", "automatic", leeds.email, "Read: Acme", "disposition-notification", "Your message was displayed. This is no guarantee that it has been read.", final + "manual-action/MDN-sent-manually; displayed")  # fmt: skip
    yield _report("receipt deleted", "leeds", "automatic", leeds.email, "Not read: Acme", "disposition-notification", "Your message was deleted without being read on Tuesday.", final + "automatic-action/MDN-sent-automatically; deleted")  # fmt: skip
    yield _one("gelesen without report", "muster", "automatic", muster.email, "Gelesen: Mahnung", "Ihre Nachricht\n\nAn: Karin Müller\nBetreff: Mahnung\nGesendet: 03.03.2026 08:00\n\nwurde am 03.03.2026 09:14 gelesen.")  # fmt: skip
    failed = f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {muster.email}\nAction: failed\nStatus: 5.1.1"
    back = f"Message-ID: {muster.message.message_id}\nSubject: Acme\nFrom: {OUR_ADDRESS}"
    yield _report("exchange german", "muster", "bounce", "postmaster@muster.example", "Unzustellbar: Acme", "delivery-status", "Ihre Nachricht konnte nicht zugestellt werden.", failed, back)  # fmt: skip
    yield _report("mailbox full", "muster", "bounce", "mailer-daemon@mx.example", "Undelivered Mail", "delivery-status", "Quota exceeded", failed.replace("5.1.1", "5.2.2"), back)  # fmt: skip
    yield _report("delayed", "muster", "delayed", "mailer-daemon@mx.example", "Delayed Mail (still being retried)", "delivery-status", "No need to resend.", failed.replace("failed", "delayed").replace("5.1.1", "4.4.1"), back)  # fmt: skip
    yield _report("delivered", "muster", "delayed", "mailer-daemon@mx.example", "Successful Mail Delivery Report", "delivery-status", "Delivered.", failed.replace("failed", "delivered").replace("5.1.1", "2.0.0"), back)  # fmt: skip
    yield _one("qmail", "leeds", "bounce", "MAILER-DAEMON@leeds-tools.example", "failure notice", f"Hi. This is the qmail-send program at leeds-tools.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<{leeds.email}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <{OUR_ADDRESS}>\nMessage-ID: {leeds.message.message_id}\nSubject: Acme", Return_Path="<>")  # fmt: skip
    yield _one("exim warning", "leeds", "delayed", "Mailer-Daemon@mx.leeds-tools.example", "Warning: message 1abCdE-000-00 delayed 24 hours", f"This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours on the queue.\n\nNo action is required on your part. Delivery attempts will continue for some time.\n\nThe message identifier is: {leeds.message.message_id}\n  {leeds.email}\n    Delay reason: Connection timed out", Auto_Submitted="auto-replied")  # fmt: skip
    yield _one("netease bounce", "hangzhou", "bounce", "Postmaster@163.com", "系统退信", f"抱歉，您的邮件被退回来了……\n\n收件人 wangfang8862@163.com\n退信原因 User not found: 550\n建议解决方案：请核实邮件地址。\n\n原邮件 Message-ID: {world['hangzhou'].message.message_id}")  # fmt: skip


def _one(name: str, customer: str | None, kind: str, sender: str, subject: str, text: str, *, html: str = "", charset: str = "utf-8", attach: tuple[str, str] | None = None, calendar: str = "", part: str = "", **headers: str) -> Labelled:  # fmt: skip
    made = mail("unseen-" + name.replace(" ", "-").replace(",", ""), sender, subject, text or ("" if html else "\n"), html=html, charset=charset, **headers)  # fmt: skip
    if calendar:
        event = f"BEGIN:VCALENDAR\nMETHOD:{calendar}\nBEGIN:VEVENT\nUID:77@acme.example\nATTENDEE;PARTSTAT={part}:mailto:{sender}\nSUMMARY:Call\nEND:VEVENT\nEND:VCALENDAR\n"
        made.add_alternative(event, subtype="calendar", params={"method": calendar})
    if attach is not None:
        maintype, _, subtype = attach[0].partition("/")
        made.add_attachment(b"\x78\x9f\x3e\x22 data", maintype=maintype, subtype=subtype, filename=attach[1])
    return Labelled(name, made.as_bytes(), customer, kind)


def _report(name: str, customer: str, kind: str, sender: str, subject: str, report: str, text: str, fields: str, back: str = "") -> Labelled:  # fmt: skip
    head = f'From: {sender}\nTo: {OUR_ADDRESS}\nSubject: {subject}\nDate: Tue, 03 Mar 2026 10:00:00 +0100\nMessage-ID: <{name.replace(" ", "-")}@mx.example>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type={report}; boundary="b1"\n\n'
    body = f"--b1\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n--b1\nContent-Type: message/{report}\n\n{fields}\n"
    if back:
        body += f"--b1\nContent-Type: text/rfc822-headers\n\n{back}\n"
    return Labelled(name, (head + body + "--b1--\n").replace("\n", "\r\n").encode(), customer, kind)


WRITERS: tuple[Callable[[World], Iterator[Labelled]], ...] = (of_people, of_desks, of_servers)


def unseen(world: World) -> list[Labelled]:
    """Give the whole set."""
    return [one for writer in WRITERS for one in writer(world)]
