"""The held-out set, mails of persons: written before their author had read the rules, and never tuned on."""

from __future__ import annotations

from collections.abc import Iterator

from replies.held_shapes import APPLE, GMAIL, NETEASE, OUTLOOK, PDF, QQ, Held, answer, gmail_html, outlook_html
from replies.world import Sent

World = dict[str, Sent]
GERMAN_HEAD = ("Von", "Gesendet", "An", "Betreff")
FRENCH_HEAD = ("De", "Envoyé", "À", "Objet")
SPANISH_HEAD = ("De", "Enviado el", "Para", "Asunto")


def english(world: World) -> Iterator[Held]:
    """Give what desks in English write."""
    leeds, north = world["leeds"], world["nordic_a"]
    said = "Morning,\n\nINV-40881 went in Friday's run, INV-40917 is on hold until the missing two drills arrive.\n\nKind regards\nJane Doe\nAccounts Payable"
    subject = f"RE: Acme {leeds.notice}"
    yield answer("outlook en", ("leeds", "reply", "en", True), leeds.email, subject, said, html=outlook_html(said, f"Acme {leeds.notice}"), who="Jane Doe", inline=True, program=OUTLOOK, thread=leeds.message.message_id)  # fmt: skip
    yield answer("outlook en no references", ("leeds", "reply", "en", True), "kevin.marsh@leeds-tools.example", subject, html=outlook_html("Hi\nCan you send a statement please, I cannot find these two on our ledger.\nKev", f"Acme {leeds.notice}"), who="Marsh, Kevin", program=OUTLOOK)  # fmt: skip
    yield answer("gmail en", ("leeds", "reply", "en", True), "leedstools.accounts@gmail.com", f"Re: Acme {leeds.notice}", "Will be paid by the 20th, promise.\n\nOn Mon, 2 Mar 2026 at 08:00, Acme <credit@acme.example> wrote:\n\n> The following invoices are due.\n> INV-40881\n", html=gmail_html("Will be paid by the 20th, promise.", "On Mon, 2 Mar 2026 at 08:00, Acme wrote:"), program=GMAIL, thread=leeds.message.message_id)  # fmt: skip
    yield answer("iphone en", ("leeds", "reply", "en", False), leeds.email, "Re: Overdue invoices", "Driving, will ring you this afternoon\n\nSent from my iPhone\n\n> On 2 Mar 2026, at 08:00, Acme <credit@acme.example> wrote:\n> \n> The following invoices are due.\n", program=APPLE)  # fmt: skip
    yield answer("signed smime", ("leeds", "reply", "en", True), leeds.email, f"Re: Acme {leeds.notice}", "The remittance advice is attached. Paid today by BACS.", files=[("application/pdf", "Remittance 2026-03-03.pdf", PDF), ("application/pkcs7-signature", "smime.p7s", b"\x30\x82\x0b\x11\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")], program=OUTLOOK)  # fmt: skip
    yield answer("encrypted smime", ("leeds", "reply", "en", True), leeds.email, f"Re: Acme {leeds.notice}", "\n", files=[("application/pkcs7-mime", "smime.p7m", b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80")], thread=leeds.message.message_id)  # fmt: skip
    yield answer("winmail en", ("leeds", "reply", "en", True), "accounts@leeds-tools.example", "RE: INV-40917", "Please see attached.\n", files=[("application/ms-tnef", "winmail.dat", b"\x78\x9f\x3e\x22\x00\x01\x02")], program=OUTLOOK)  # fmt: skip
    yield answer("director private address", ("leeds", "reply", "en", True), "simon.leeds@outlook.com", "your letter to my company", "Hello, Simon here, MD at Leeds Tools Ltd. INV-40881 is with the bank. Do NOT ring the office about this again please, use my mobile.", program=OUTLOOK)  # fmt: skip
    yield answer("shared address names one", ("nordic_a", "reply", "en", True), north.email, "Invoice query", "Hi,\n\nNRA-10071: the price on line 4 does not match our order 4500012345. Please credit.\n\nBR\nShared services", program=OUTLOOK)  # fmt: skip
    yield answer("shared address names neither", (None, "reply", "en", False), "ap@nordic-group.example", "Payment dates", "Hello,\n\nplease note our next payment run is on 13 March for all group companies.\n\nNordic Shared Services")  # fmt: skip
    yield answer("shared address names both", (None, "reply", "en", False), "ap@nordic-group.example", "Status", "NRA-10071 paid 27 Feb. NLB-20052 awaiting goods receipt.")  # fmt: skip
    yield answer("thread of one, words of other", (None, "reply", "en", False), "claims@broker.example", "Re: your reminder", "Regarding RE-2026-00017 and RE-2026-00018 of Muster AG: the buyer disputes them.", thread=leeds.message.message_id)  # fmt: skip
    yield answer("administrator", ("torino", "reply", "en", True), "office@insolvency-partners.example", "Officine Torino S.p.A. - in administration", "We were appointed joint administrators on 27 February. Please file your claim for IT-90233 with the attached form. No payments will be made.", files=[("application/pdf", "proof-of-debt.pdf", PDF)])  # fmt: skip
    yield answer("other supplier", (None, "reply", "en", False), "billing@cloudhosting.example", "Invoice CH-88213 for February", "Dear customer,\n\nplease find attached our invoice CH-88213 over EUR 49.00, due 17 March.\n\nCloud Hosting Billing", files=[("application/pdf", "CH-88213.pdf", PDF)])  # fmt: skip
    yield answer("other supplier same number", (None, "reply", "en", False), "ar@stationers.example", "Overdue: our invoice 100452", "Your account shows our invoice 100452 of 12 January unpaid. Please remit to our bank account.")  # fmt: skip
    yield answer("job application", (None, "reply", "en", False), "amy.wood@yahoo.com", "Application: credit controller", "Dear Sir or Madam,\n\nI would like to apply for the post you advertised. My CV is attached.\n\nAmy Wood", files=[("application/pdf", "CV.pdf", PDF)])  # fmt: skip
    yield answer("opt out en", ("leeds", "opt_out", "en", False), leeds.email, "Re: Overdue invoices", "Please do not email me any more, I left accounts in January. Write to accounts@leeds-tools.example.\nJane")  # fmt: skip
    yield answer("stop chasing is no opt out", ("leeds", "reply", "en", True), leeds.email, f"Re: Acme {leeds.notice}", "Stop chasing us, we sent you the credit request weeks ago and nobody answers!")  # fmt: skip
    yield answer("person writes while away", ("leeds", "reply", "en", True), leeds.email, f"RE: Acme {leeds.notice}", "I'm on annual leave until Monday but just saw this on my phone - INV-40881 was paid yesterday, see our remittance.", program=APPLE)  # fmt: skip
    yield answer("address changed", ("leeds", "reply", "en", False), leeds.email, "New e-mail address", "Dear supplier,\n\nas of 1 April please send all invoices and reminders to ap-invoices@leeds-group.example only.\n\nJane")  # fmt: skip


def german(world: World) -> Iterator[Held]:
    """Give what desks in German write."""
    muster, p, q = world["muster"], world["twin_p"], world["twin_q"]
    text = "Sehr geehrte Damen und Herren,\n\ndie Rechnung RE-2026-00017 wurde am 26.02. überwiesen. RE-2026-00018 reklamieren wir: es fehlen 40 Stück.\n\nMit freundlichen Grüßen\ni. A. Karin Müller"
    yield answer("outlook de", ("muster", "reply", "de", True), muster.email, f"AW: Acme {muster.notice}", text, html=outlook_html(text, f"Acme {muster.notice}", GERMAN_HEAD), charset="iso-8859-1", who="Müller, Karin", inline=True, program=OUTLOOK, thread=muster.message.message_id)  # fmt: skip
    yield answer("gmx de", ("muster", "reply", "de", True), "karin.mueller71@gmx.de", f"Aw: Acme {muster.notice}", "Hallo,\nkönnen wir das in drei Raten zahlen?\nGruß K. Müller\n\nGesendet: Montag, 02. März 2026 um 08:00 Uhr\nVon: \"Acme\" <credit@acme.example>\nAn: k.mueller@muster.example\nBetreff: Mahnung\n\nfolgende Rechnungen sind fällig", X_Mailer="GMX Webmailer")  # fmt: skip
    yield answer("thunderbird bottom de", ("muster", "reply", "de", True), "buha@muster.example", "Re: Mahnung", f"Am 02.03.26 um 08:00 schrieb Acme:\n> folgende Rechnungen sind fällig\n> Verwendungszweck: {muster.payment}\n\nDie Freigabe liegt beim Einkauf, rechne mit nächster Woche.\n\n-- \nBuchhaltung Muster AG", User_Agent="Mozilla Thunderbird")  # fmt: skip
    yield answer("same number by sender", ("twin_p", "reply", "de", True), p.email, "Rechnung 100452", "Guten Tag,\n\nRechnung 100452 liegt uns nicht vor, bitte um Zusendung.\n\nPfeil GmbH")  # fmt: skip
    yield answer("same number stranger names firm", ("twin_q", "reply", "de", True), "kanzlei@steuerberater-lang.example", "Mandant Quast GmbH, Rechnung 100452", "Sehr geehrte Damen und Herren,\nunsere Mandantin Quast GmbH hat die Rechnung 100452 am 25.02.2026 bezahlt. Beleg anbei.", files=[("application/pdf", "Kontoauszug.pdf", PDF)], program=OUTLOOK)  # fmt: skip
    yield answer("same number stranger", (None, "reply", "de", False), "buero@weissnicht.example", "Rechnung 100452", "Bitte um eine Kopie der Rechnung 100452.")  # fmt: skip
    yield answer("scanner de", ("muster", "reply", "de", True), "noreply@scan.muster.example", "Gescanntes Dokument vom Multifunktionsgerät", "Bitte öffnen Sie das angehängte Dokument.\nGerät: Flur 2. Diese Nachricht wurde von einem Multifunktionsgerät gesendet.", files=[("application/pdf", "RE-2026-00017_Lieferschein.pdf", PDF)])  # fmt: skip
    yield answer("invoice inside name only", ("muster", "reply", "de", True), "lieferanten@portal-muster.example", "Reklamation", "Zur Rechnung RE-2026-00018 der Muster AG wurde eine Reklamation erfasst: Preisabweichung. Bitte antworten Sie unseren Sachbearbeitern.", X_Mailer="SAP NetWeaver 7.50")  # fmt: skip
    yield answer("lawyer de", ("muster", "reply", "de", True), "sekretariat@ra-vogel.example", "Muster AG ./. Acme Werkzeuge GmbH - Az. 118/26 V", f"Sehr geehrte Damen und Herren,\n\nwir zeigen die Vertretung der Muster AG an. Die Forderung aus Ihrem Schreiben {muster.notice} wird bestritten.\n\nRechtsanwalt Vogel", files=[("application/pdf", "Vollmacht.pdf", PDF)], program=OUTLOOK)  # fmt: skip
    yield answer("opt out de", ("twin_q", "opt_out", "de", False), q.email, "Re: Zahlungserinnerung", "Bitte löschen Sie meine E-Mail-Adresse aus Ihrer Datenbank und schreiben Sie mir nicht mehr.")  # fmt: skip
    yield answer("quoted unsubscribe de", ("muster", "reply", "de", True), muster.email, f"AW: Acme {muster.notice}", "Geht morgen raus.\n\n-----Ursprüngliche Nachricht-----\nVon: Acme\nBetreff: Mahnung\n\nBitte zahlen Sie. Newsletter abbestellen: unsubscribe")  # fmt: skip
    yield answer("forwarded within de", ("muster", "reply", "de", True), "m.klein@muster.example", f"WG: Acme {muster.notice}", f"Hallo Herr Acme, bitte künftig mit Frau Sommer klären (sommer@muster.example).\n\nVon: Acme <credit@acme.example>\nGesendet: Montag, 2. März 2026 08:00\nAn: k.mueller@muster.example\nBetreff: Acme {muster.notice}\n\nfolgende Rechnungen", charset="iso-8859-15")  # fmt: skip


def chinese(world: World) -> Iterator[Held]:
    """Give what desks in China, Taiwan and Japan write, in their programs and encodings."""
    hangzhou, osaka = world["hangzhou"], world["osaka"]
    quote = '\n\n\n------------------ 原始邮件 ------------------\n发件人: "Acme" <credit@acme.example>;\n发送时间: 2026年3月2日(星期一) 下午3:00\n收件人: "王芳"<wangfang8862@163.com>;\n主题: 付款提醒\n\n以下发票已到期'
    yield answer("qq gb18030", ("hangzhou", "reply", "zh", True), "1287334@qq.com", f"回复：Acme {hangzhou.notice}", "您好，\n货款已安排，本周五付出，请放心。\n杭州精密 王芳" + quote, html="<div>您好，<br>货款已安排，本周五付出，请放心。<br>杭州精密 王芳</div><div><includetail><!--<![endif]--></includetail></div><div style=\"font-size:12px\">------------------&nbsp;原始邮件&nbsp;------------------</div><div><b>发件人:</b>&nbsp;\"Acme\"&lt;credit@acme.example&gt;;<br><b>主题:</b>&nbsp;付款提醒</div>以下发票已到期", charset="gb18030", who="王芳", program=QQ)  # fmt: skip
    yield answer("163 gbk", ("hangzhou", "reply", "zh", True), hangzhou.email, f"回复:Acme {hangzhou.notice}", "货有质量问题，请先派人来看，发票CN20260311暂不付款。\n\n\n\n\n\nAt 2026-03-02 15:00:00, \"Acme\" <credit@acme.example> wrote:\n>以下发票已到期\n>请尽快付款", charset="gbk", program=NETEASE, thread=hangzhou.message.message_id)  # fmt: skip
    yield answer("163 html only", ("hangzhou", "reply", "zh", False), hangzhou.email, "对账", html='<div style="line-height:1.7;color:#000000;font-size:14px;font-family:Arial"><p style="margin:0;">你好，账对过了，少一张退货的红字发票，麻烦先开。</p></div>', charset="GBK", program=NETEASE)  # fmt: skip
    yield answer("foxmail", ("hangzhou", "reply", "zh", True), "caiwu@hz-jingmi.example", "转发: 付款提醒", "财务已收到，CN20260311走OA审批中，预计3月15日前付。\n\n\n\n李会计\n杭州精密机械有限公司 财务部\n \n发件人： Acme\n发送时间： 2026-03-02 15:00\n收件人： wangfang8862\n主题： 付款提醒\n以下发票已到期", charset="gb2312", X_Mailer="Foxmail 7.2.25.331[cn]")  # fmt: skip
    yield answer("company name only zh", ("hangzhou", "reply", "zh", False), "13588120077@139.com", "付款的事", "我是杭州精密机械有限公司的老板，最近资金紧张，能不能分三期付？", charset="gb18030")  # fmt: skip
    yield answer("dingtalk mail", ("hangzhou", "reply", "zh", True), "wang.fang@hz-jingmi.dingtalk.example", f"Re:Acme {hangzhou.notice}", f"已付，回单见附件。\n------------------------------------------------------------------\n发件人：Acme <credit@acme.example>\n日　期：2026年03月02日 15:00:00\n收件人：王芳\n主　题：Acme {hangzhou.notice}", html="", files=[("image/jpeg", "银行回单.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF")], X_Mailer="Alimail-Mailagent")  # fmt: skip
    yield answer("big5", ("hangzhou", "reply", "zh", True), "acct@taipei-office.example", "RE: CN20260311", "您好，本發票已由台北辦事處代付，請查收匯款單。\n\n陳小姐", charset="big5", program=OUTLOOK)  # fmt: skip
    yield answer("opt out zh", ("hangzhou", "opt_out", "zh", False), hangzhou.email, "回复：付款提醒", "请不要再给我这个邮箱发邮件了，我已经不管财务了。", charset="gb18030", program=NETEASE)  # fmt: skip
    yield answer("other supplier zh", (None, "reply", "zh", False), "sales@dianzi.example", "开票资料及2月对账单", "您好，附件为贵司2月份采购对账单，请核对后回传，谢谢！", files=[("application/vnd.ms-excel", "2月对账单.xls", b"\xd0\xcf\x11\xe0")], charset="gb18030", program=QQ)  # fmt: skip
    yield answer("japanese iso-2022", ("osaka", "reply", "ja", True), osaka.email, f"Re: Acme {osaka.notice}", "お世話になっております。\n請求書JP-2026-0099の件、3月末日にお振込みいたします。\n\n経理部 佐藤", charset="iso-2022-jp", thread=osaka.message.message_id, X_Mailer="Becky! ver. 2.81")  # fmt: skip
    yield answer("paid twice ja", ("osaka", "reply", "ja", False), "sato@osaka-kogyo.example", "ご確認のお願い", "先月分は既にお支払い済みかと存じますが、ご確認いただけますでしょうか。", charset="iso-2022-jp")  # fmt: skip


def others(world: World) -> Iterator[Held]:
    """Give what desks in French, Spanish and Arabic write, and in two languages at once."""
    lyon, madrid, cairo = world["lyon"], world["madrid"], world["cairo"]
    text = "Bonjour,\n\nNous attendons toujours l'avoir pour la facture FA2026-3381 (colis endommagé).\n\nCordialement,\nService comptabilité"
    yield answer("outlook fr", ("lyon", "reply", "fr", True), lyon.email, f"RE: Acme {lyon.notice}", text, html=outlook_html(text, f"Acme {lyon.notice}", FRENCH_HEAD), charset="windows-1252", program=OUTLOOK, thread=lyon.message.message_id)  # fmt: skip
    yield answer("orange fr", ("lyon", "reply", "fr", True), "jp.lyonmetal@orange.fr", "re: votre relance", f"chèque parti ce matin réf {lyon.payment}\n\n\n\n> Message du 02/03/26 08:00\n> De : \"Acme\" <credit@acme.example>\n> A : compta@lyon-metal.example\n> Copie à :\n> Objet : relance\n>\n> les factures suivantes", charset="iso-8859-1")  # fmt: skip
    yield answer("gmail fr forwarded", ("lyon", "reply", "fr", True), "cdubois.compta@gmail.com", f"Fwd: Acme {lyon.notice}", f"Bonjour, je gère désormais la compta de Lyon Métal, merci de m'envoyer le duplicata.\n\n---------- Forwarded message ---------\nDe : Acme <credit@acme.example>\nDate: lun. 2 mars 2026 à 08:00\nSubject: Acme {lyon.notice}\nTo: <compta@lyon-metal.example>", program=GMAIL)  # fmt: skip
    yield answer("liquidator fr", ("lyon", "reply", "fr", False), "etude@mandataire-judiciaire.example", "LJ SARL LYON METAL", "Maître,\nPar jugement du 24 février 2026, la société Lyon Métal SARL a été placée en liquidation judiciaire. Veuillez déclarer votre créance sous deux mois.")  # fmt: skip
    yield answer("opt out fr", ("lyon", "opt_out", "fr", False), lyon.email, "RE: relance", "Merci de ne plus m'écrire à cette adresse et de me retirer de votre liste de diffusion.")  # fmt: skip
    yield answer("outlook es", ("madrid", "reply", "es", True), madrid.email, f"RE: Acme {madrid.notice}", html=outlook_html("Buenos días:\n\nLa factura F/2026/771 está conformada, vence el día de pago 25 de marzo (confirming).\n\nUn saludo", f"Acme {madrid.notice}", SPANISH_HEAD), charset="utf-8", program=OUTLOOK)  # fmt: skip
    yield answer("whatsapp habits es", ("madrid", "reply", "es", False), madrid.email, "pago", "hola ya os hice la transferencia ayer, mirad bien porfa\n\nEnviado desde mi Samsung Galaxy")  # fmt: skip
    yield answer("gestoria es", ("madrid", "reply", "es", True), "asesoria@gestoria-lopez.example", "Factura F/2026/771", "Somos la gestoría de Herramientas Sol. Nos falta el albarán firmado de la factura F/2026/771, ¿nos lo pueden enviar?", charset="iso-8859-15")  # fmt: skip
    yield answer("arabic windows-1256", ("cairo", "reply", "ar", True), cairo.email, f"رد: Acme {cairo.notice}", "السلام عليكم ورحمة الله\n\nتم تحويل مبلغ الفاتورة EG-55102 أمس، مرفق إشعار التحويل.\n\nقسم الحسابات", charset="windows-1256", files=[("application/pdf", "إشعار.pdf", PDF)], program=OUTLOOK)  # fmt: skip
    yield answer("arabic gmail", ("cairo", "reply", "ar", True), "nile.equipment.eg@gmail.com", f"Re: Acme {cairo.notice}", "نعترض على هذه الفاتورة، البضاعة وصلت تالفة.\n\nفي الاثنين، ٢ مارس ٢٠٢٦ في ٨:٠٠ ص تمت كتابة ما يلي بواسطة Acme <credit@acme.example>:\n\n> الفواتير التالية مستحقة\n> unsubscribe", program=GMAIL)  # fmt: skip
    yield answer("opt out ar", ("cairo", "opt_out", "ar", False), cairo.email, "رد: تذكير", "الرجاء عدم مراسلتي على هذا البريد مرة أخرى وحذف عنواني من القائمة.")  # fmt: skip
    yield answer("mixed zh en", ("hangzhou", "reply", "mixed", True), "amy@hz-trade.example", "Re: overdue", "Hi Acme, 这笔 CN20260311 老板还没 approve, I will push him. 下周给你 update. Thx, Amy")  # fmt: skip
    yield answer("mixed fr ar", ("cairo", "reply", "mixed", True), "compta@nile-equipment.example", "Facture EG-55102", "Bonjour, السلام عليكم\nLe virement part dimanche إن شاء الله.\nCordialement")  # fmt: skip
    yield answer("mixed es en", ("madrid", "reply", "mixed", True), "john.p@sol-herramientas.example", f"Re: Acme {madrid.notice}", "Hola, sorry for the delay - estamos esperando el pago de nuestro cliente, will pay as soon as it lands.")  # fmt: skip
    yield answer("two customers fr de", (None, "reply", "mixed", False), "recovery@credit-insurer.example", "Sinistres / Schadenfälle", "Merci de nous transmettre les factures FA2026-3381 (Lyon Métal) et RE-2026-00017 (Muster AG). Bitte bis 15.03.")  # fmt: skip
    yield answer("known names a second", ("lyon", "reply", "fr", True), lyon.email, "FA2026-3381", "Nous payons FA2026-3381 vendredi. Pour IT-90233, voyez directement avec Officine Torino, ce n'est pas nous.")  # fmt: skip
