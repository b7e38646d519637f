"""The held-out set, mails of machines and of strangers who write to everybody; written before their author had read the rules."""

from __future__ import annotations

from collections.abc import Iterator

from replies.held_people import World, chinese, english, german, others
from replies.held_shapes import EXCHANGE_AUTO, GMAIL, NETEASE, OUTLOOK, QQ, Held, answer, report
from replies.labelled import OUR_ADDRESS


def away(world: World) -> Iterator[Held]:
    """Give automatic answers of people who are not there, or no longer."""
    leeds, muster, lyon = world["leeds"], world["muster"], world["lyon"]
    thread = leeds.message.message_id
    yield answer("exchange away en", ("leeds", "away", "en", True), leeds.email, f"Automatic reply: Acme {leeds.notice}", "Thank you for your email. I am out of the office until 9 March with limited access to email. For anything urgent contact accounts@leeds-tools.example.", program=EXCHANGE_AUTO, thread=thread)  # fmt: skip
    yield answer("away says paid en", ("leeds", "away", "en", True), leeds.email, f"Automatic reply: Acme {leeds.notice}", "I am on leave until 16 March. All invoices received before 20 February have been paid in our February run; queries will be answered on my return.", program=EXCHANGE_AUTO, thread=thread)  # fmt: skip
    yield answer("away says paid de", ("muster", "away", "de", True), muster.email, f"Automatische Antwort: Acme {muster.notice}", "Ich bin bis 13.03. im Urlaub. Alle bis Ende Februar fälligen Rechnungen sind bezahlt. In dringenden Fällen: buha@muster.example", program=EXCHANGE_AUTO)  # fmt: skip
    yield answer("away de plain", ("muster", "away", "de", False), muster.email, "Abwesenheitsnotiz", "Vielen Dank für Ihre Nachricht. Ich bin ab dem 10.03. wieder im Büro. Ihre Mail wird nicht weitergeleitet.")  # fmt: skip
    yield answer("gmail vacation", ("lyon", "away", "fr", True), lyon.email, f"Réponse automatique Re: Acme {lyon.notice}", "Bonjour, je suis en congés jusqu'au 15 mars inclus. Bien à vous.", program=GMAIL, Auto_Submitted="auto-replied", Precedence="bulk", X_Autoreply="yes")  # fmt: skip
    yield answer("qq away", ("hangzhou", "away", "zh", True), "wangfang8862@163.com", f"自动回复：Acme {world['hangzhou'].notice}", "您好，我正在出差，暂时无法查看邮件，回来后尽快回复您。", charset="gb18030", program=QQ)  # fmt: skip
    yield answer("163 away without sign", ("hangzhou", "away", "zh", False), "wangfang8862@163.com", "Re:付款提醒", "这是来自王芳的自动答复邮件。本人春节休假，2月24日上班后处理。", charset="gbk", program=NETEASE, X_AUTO_REPLY="1")  # fmt: skip
    yield answer("away ar", ("cairo", "away", "ar", False), world["cairo"].email, "رد تلقائي: تذكير", "شكراً لرسالتكم. أنا في إجازة حتى 15 مارس.", charset="windows-1256", Auto_Submitted="auto-replied")  # fmt: skip
    yield answer("away es", ("madrid", "away", "es", False), world["madrid"].email, "Fuera de la oficina Re: recordatorio", "Gracias por su mensaje. Me encuentro de vacaciones y regresaré el lunes 9 de marzo.", X_Autoreply="yes")  # fmt: skip
    yield answer("maternity", ("leeds", "away", "en", False), leeds.email, "Out of Office", "I am currently on maternity leave. Your email has been forwarded to Tom Hale.", Auto_Submitted="auto-replied")  # fmt: skip
    yield answer("left en", ("leeds", "left", "en", True), "p.green@leeds-tools.example", f"Automatic reply: Acme {leeds.notice}", "Peter Green has left the business. For accounts queries e-mail jane.doe@leeds-tools.example.", program=EXCHANGE_AUTO, thread=thread)  # fmt: skip
    yield answer("left de", ("muster", "left", "de", False), "s.alt@muster.example", "Automatische Antwort: Mahnung", "Frau Alt ist nicht mehr in unserem Unternehmen tätig. Bitte wenden Sie sich an k.mueller@muster.example.", program=EXCHANGE_AUTO)  # fmt: skip
    yield answer("left zh", ("hangzhou", "left", "zh", False), "wangfang8862@163.com", "自动回复: 付款提醒", "您好，我已离职，工作请联系李会计 caiwu@hz-jingmi.example。", charset="gb18030", Auto_Submitted="auto-replied")  # fmt: skip
    yield answer("left es", ("madrid", "left", "es", False), "lola@sol-herramientas.example", "Respuesta automática: recordatorio", "Lola García ya no trabaja en esta empresa. Diríjase a pagos@sol-herramientas.example.", program=EXCHANGE_AUTO)  # fmt: skip


def acknowledged(world: World) -> Iterator[Held]:
    """Give what desks, filters and mailboxes acknowledge by themselves."""
    leeds, lyon = world["leeds"], world["lyon"]
    yield answer("ap inbox ack en", ("leeds", "automatic", "en", True), "invoices@leeds-tools.example", f"We have received your email: Acme {leeds.notice}", "Thank you for contacting Accounts Payable. This mailbox is monitored daily and we aim to respond within 3 working days. Please do not reply to this email.", Auto_Submitted="auto-replied")  # fmt: skip
    yield answer("case opened", ("leeds", "automatic", "en", True), "support@leeds-tools.example", f"Case 00481234 created: Acme {leeds.notice} [ ref:_00D.500:ref ]", "Your case has been logged and assigned to a member of the team.", X_SFDC_LK="00D000")  # fmt: skip
    yield answer("ack de", ("muster", "automatic", "de", False), "rechnungseingang@muster.example", "Empfangsbestätigung", "Guten Tag, Ihre Nachricht ist im Rechnungseingang der Muster AG eingegangen und wird bearbeitet. Dies ist eine automatisch generierte E-Mail.", Auto_Submitted="auto-generated")  # fmt: skip
    yield answer("ack zh", ("hangzhou", "automatic", "zh", True), "caiwu@hz-jingmi.example", f"自动回复：Acme {world['hangzhou'].notice}", "您的邮件我们已收到，会尽快处理。此邮件由系统自动发送，请勿回复。", charset="gb18030")  # fmt: skip
    yield answer("ack es", ("madrid", "automatic", "es", False), "proveedores@sol-herramientas.example", "Acuse de recibo", "Hemos recibido su correo y le responderemos lo antes posible. Este es un mensaje automático, por favor no responda.", Auto_Submitted="auto-replied")  # fmt: skip
    yield answer("challenge en", ("lyon", "automatic", "en", True), lyon.email, f"Re: Acme {lyon.notice} [verification required]", "Hello,\n\nI am using anti-spam software. Your message has been quarantined until you confirm that you are a real person. Please click the link below or just reply to this message once:\nhttps://mailinblack.example/v/88ab", Auto_Submitted="auto-replied")  # fmt: skip
    yield answer("challenge fr no header", ("lyon", "automatic", "fr", False), lyon.email, "Demande d'authentification", "Bonjour, votre message est en attente. Pour me le faire parvenir, merci de cliquer une seule fois sur le lien : https://mailinblack.example/v/1. Je suis protégé contre le spam.")  # fmt: skip
    yield answer("ap portal status", ("leeds", "reply", "en", True), "no-reply@ap-portal.example", "Invoice status changed", "Invoice INV-40917 (Leeds Tools Ltd): status changed from APPROVED to BLOCKED. Reason: quantity variance. Log in to respond.", Auto_Submitted="auto-generated")  # fmt: skip
    yield answer("remittance machine", ("muster", "reply", "de", True), "zahlungsavis@muster.example", "Zahlungsavis 2000013377", "Wir haben heute folgende Belege reguliert:\n26.01.2026  RE-2026-00017   1.000,00 EUR\nSumme 1.000,00 EUR\nDieses Avis wurde maschinell erstellt.", Auto_Submitted="auto-generated", X_Mailer="SAP NetWeaver 7.54")  # fmt: skip
    final = f"Reporting-UA: mail.leeds-tools.example; Outlook\nFinal-Recipient: rfc822;{leeds.email}\nOriginal-Message-ID: {leeds.message.message_id}\nDisposition: automatic-action/MDN-sent-automatically; displayed\n"
    yield report("read receipt en", ("leeds", "automatic", "en", True), leeds.email, f"Read: Acme {leeds.notice}", f"Your message\n\n  To: Jane Doe\n  Subject: Acme {leeds.notice}\n\nwas read on 03 March 2026 09:00:01 UTC.", "disposition-notification", final)  # fmt: skip
    yield answer("read receipt zh plain", ("hangzhou", "automatic", "zh", False), "wangfang8862@163.com", "已读: 付款提醒", "您的邮件\n收件人: 王芳\n主题: 付款提醒\n发送时间: 2026-03-02 15:00\n已于 2026-03-03 08:11 阅读。", charset="gb18030")  # fmt: skip
    yield answer("read receipt fr", ("lyon", "automatic", "fr", False), lyon.email, "Lu : relance", "Votre message\n\nÀ : compta\nObjet : relance\nEnvoyé : lundi 2 mars 2026 08:00\n\na été lu le mardi 3 mars 2026 09:12.", program=OUTLOOK)  # fmt: skip
    yield answer("security gateway", ("madrid", "automatic", "es", False), "postmaster@sol-herramientas.example", "Mensaje en cuarentena: recordatorio", "Su mensaje a pagos@sol-herramientas.example ha sido puesto en cuarentena por nuestra pasarela de seguridad y será revisado por un administrador.", Auto_Submitted="auto-generated")  # fmt: skip


def servers(world: World) -> Iterator[Held]:
    """Give what servers write of delivery, in the forms they have."""
    leeds, muster, madrid, cairo = world["leeds"], world["muster"], world["madrid"], world["cairo"]

    def ours(sent: object) -> str:
        return (
            f"Message-ID: {sent.message.message_id}\nSubject: Acme {sent.notice}\nFrom: {OUR_ADDRESS}\nTo: {sent.email}"  # type: ignore[attr-defined]
        )

    def status(address: str, code: str, action: str = "failed") -> str:
        return f"Reporting-MTA: dns; mx.mail.example\nArrival-Date: Mon, 2 Mar 2026 08:00:00 +0000\n\nFinal-Recipient: rfc822; {address}\nOriginal-Recipient: rfc822; {address}\nAction: {action}\nStatus: {code}\nDiagnostic-Code: smtp; 550 {code} unknown user\n"

    yield report("m365 bounce", ("leeds", "bounce", "en", True), "postmaster@outlook.com", f"Undeliverable: Acme {leeds.notice}", f"Your message to {leeds.email} couldn't be delivered. jane.doe wasn't found at leeds-tools.example.", "delivery-status", status(leeds.email, "5.1.10"), original=ours(leeds), whole=True, Auto_Submitted="auto-replied")  # fmt: skip
    yield report("gmail bounce", ("cairo", "bounce", "en", True), "mailer-daemon@googlemail.com", "Delivery Status Notification (Failure)", "** Address not found **\n\nYour message wasn't delivered because the address couldn't be found.", "delivery-status", status(cairo.email, "5.1.1"), original=ours(cairo), Auto_Submitted="auto-replied", X_Failed_Recipients=cairo.email)  # fmt: skip
    yield report("gmail delay", ("cairo", "delayed", "en", True), "mailer-daemon@googlemail.com", "Delivery Status Notification (Delay)", "** Delivery incomplete **\n\nThere was a temporary problem. Gmail will retry for 46 more hours.", "delivery-status", status(cairo.email, "4.4.1", "delayed"), original=ours(cairo), Auto_Submitted="auto-replied")  # fmt: skip
    yield report("relayed", ("muster", "delayed", "de", True), "postmaster@muster.example", f"Weitergeleitet: Acme {muster.notice}", "Die Zustellung an die folgenden Empfänger ist abgeschlossen, der Zielserver hat jedoch keine Zustellbenachrichtigung gesendet.", "delivery-status", status(muster.email, "2.0.0", "relayed"), original=ours(muster))  # fmt: skip
    yield answer("postfix plain bounce", ("muster", "bounce", "en", True), "MAILER-DAEMON@mx.muster.example", "Undelivered Mail Returned to Sender", f"This is the mail system at host mx.muster.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<{muster.email}>: host 10.0.0.4 said: 550 5.1.1 User unknown (in reply to RCPT TO command)\n\nMessage-ID: {muster.message.message_id}", Return_Path="<>")  # fmt: skip
    yield answer("domino bounce", ("muster", "bounce", "de", False), "postmaster@muster.example", "DELIVERY FAILURE: User k.mueller (k.mueller@muster.example) not listed in Domino Directory", f"Ihr Dokument:   Acme Zahlungserinnerung\nkonnte nicht zugestellt werden an:   {muster.email}\nUrsache:\nUser k.mueller not listed in Domino Directory")  # fmt: skip
    yield answer("qq bounce", ("hangzhou", "bounce", "zh", False), "PostMaster@qq.com", "来自QQ邮箱的退信", "发件人(credit@acme.example)的邮件无法送达。\n收件人邮箱：wangfang8862@163.com\n退信原因：收件人邮箱账号不存在 (550 Mailbox not found)。", charset="gb18030", program=QQ)  # fmt: skip
    yield answer("spanish bounce", ("madrid", "bounce", "es", True), "postmaster@sol-herramientas.example", f"No se puede entregar: Acme {madrid.notice}", f"No se pudo entregar el mensaje a {madrid.email}: el buzón está lleno (552 5.2.2).", Auto_Submitted="auto-replied", Return_Path="<>")  # fmt: skip
    yield answer("french bounce", ("lyon", "bounce", "fr", False), "mailer-daemon@orange.fr", "Echec de remise du message", "Votre message n'a pas pu être remis au destinataire suivant :\ncompta@lyon-metal.example\n550 5.1.1 Adresse d'au moins un destinataire invalide.", charset="iso-8859-1")  # fmt: skip
    yield answer("proofpoint reject", ("leeds", "bounce", "en", False), "postmaster@pphosted.example", "Mail could not be delivered", f"*** ATTENTION ***\n\nYour e-mail is being returned to you because there was a problem with its delivery.\n\n   ----- The following addresses had permanent delivery errors -----\n<{leeds.email}>\n   ----- Transcript of session follows -----\n554 5.7.1 rejected by policy", Return_Path="<>")  # fmt: skip


def strangers(_world: World) -> Iterator[Held]:
    """Give what is written to everybody."""
    none = (None, "bulk")
    yield answer("newsletter en", (*none, "en", False), "news@toolworld.example", "March deals inside", "See this in your browser. You receive this because you subscribed. Unsubscribe | Preferences", html="<p>March deals</p>", List_Unsubscribe="<https://toolworld.example/u?x=1>", List_Unsubscribe_Post="List-Unsubscribe=One-Click", Precedence="bulk")  # fmt: skip
    yield answer("spam prize", (*none, "en", False), "winner@promo-lotto.example", "You have been selected!!!", "Congratulations dear beneficiary, your e-mail address won USD 850,000.00. Send your bank details to claim.", X_Spam_Flag="YES", X_Spam_Status="Yes, score=18.2")  # fmt: skip
    yield answer("spam zh fapiao", (*none, "zh", False), "kpiao2026@sohu.example", "代开各类发票", "本公司可代开全国各地增值税发票，点数优惠，验证后付款，联系电话微信同号 13800000000 张经理。", charset="gb18030", X_Spam_Flag="YES")  # fmt: skip
    yield answer("seminar zh", (*none, "zh", False), "peixun@kecheng.example", "应收账款管理与催收实战培训班（3月上海）", "尊敬的财务经理：本课程将于3月21日开班，费用3800元/人。如不需要此类邮件，请点击退订。", charset="gb2312", List_Unsubscribe="<mailto:td@kecheng.example>")  # fmt: skip
    yield answer("cold mail de", (*none, "de", False), "vertrieb@leadfabrik.example", "Mehr Umsatz für Acme?", "Hallo, wir haben schon 200 Firmen geholfen. Wann passt ein kurzes Gespräch? Hier klicken zum Abmelden.", List_Unsubscribe="<https://leadfabrik.example/abmelden>", Feedback_ID="77:lead:campaign")  # fmt: skip
    yield answer("phishing invoice", (*none, "en", False), "accounting@secure-docs.example", "Overdue invoice - action required", "Your mailbox received a secure document. Click here to view the invoice and verify your password.", X_Spam_Flag="YES", X_Spam_Score="22")  # fmt: skip
    yield answer("newsletter fr", (*none, "fr", False), "info@salon-industrie.example", "Votre badge gratuit", "Inscrivez-vous au salon. Pour vous désabonner, cliquez ici.", List_Unsubscribe="<mailto:stop@salon-industrie.example>", List_Id="<salon.industrie.example>")  # fmt: skip
    yield answer("spam ar", (*none, "ar", False), "offers@souq-deals.example", "عروض حصرية", "خصم 70 بالمئة على كل المنتجات. لإلغاء الاشتراك اضغط هنا.", charset="windows-1256", List_Unsubscribe="<https://souq-deals.example/u>")  # fmt: skip


def held(world: World) -> list[Held]:
    """Give the whole set."""
    writers = (english, german, chinese, others, away, acknowledged, servers, strangers)
    return [one for writer in writers for one in writer(world)]
