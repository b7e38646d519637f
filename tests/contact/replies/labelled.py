"""The labelled set: mails as clients, servers and programs write them, each with whose it is, what it answers, and what kind it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from replies import phrases
from replies.world import PARTIES, Sent

OUR_ADDRESS = "credit@acme.example"
DATE = "Tue, 03 Mar 2026 10:00:00 +0100"


@dataclass(frozen=True)
class Labelled:
    """A mail and what a person would say of it. ``customer`` None: nobody can know; ``answers`` whether a message is answered."""

    name: str
    data: bytes
    customer: str | None
    kind: str
    answers: bool = True


def mail(
    number: str, sender: str, subject: str, text: str, *, html: str = "", charset: str = "utf-8", **headers: str
) -> EmailMessage:
    """Make a mail with the headers that every program writes."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"], made["Date"] = sender, OUR_ADDRESS, subject, DATE
    made["Message-ID"] = f"<{number}@client.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    if text:
        made.set_content(text, charset=charset)
        if html:
            made.add_alternative(html, subtype="html", charset=charset)
    else:
        made.set_content(html, subtype="html", charset=charset)
    return made


def quoted(language: str, sent: Sent, *, marked: bool = True) -> str:
    """Give the letter as a client quotes it."""
    intro, reference = phrases.QUOTE[language]
    lines = [phrases.SUBJECT[language], reference.format(notice=sent.notice), ""]
    return intro + "\n" + "\n".join(("> " if marked else "") + line for line in lines)


def outlook(text: str, sent: Sent) -> str:
    """Give a reply as Outlook writes it: HTML, the answered mail below a rule."""
    paragraphs = "".join(f"<p class=MsoNormal>{escape(line)}</p>" for line in text.split("\n") if line)
    head = f"<b>Von:</b> Acme &lt;{OUR_ADDRESS}&gt;<br>"
    head += f"<b>Gesendet:</b> Montag, 2. März 2026<br><b>An:</b> x<br><b>Betreff:</b> {sent.notice}"
    return (
        "<html><head><style>p {margin:0}</style></head><body><!--[if mso]><p>never</p><![endif]-->"
        f'{paragraphs}<div style="border:none;border-top:solid #E1E1E1 1.0pt">{head}</div><p>unsubscribe here</p></body></html>'
    )


def by_language(world: dict[str, Sent]) -> Iterator[Labelled]:
    """Give the same fourteen situations in ten languages."""
    for language, who in phrases.WHO.items():
        yield from _situations(language, who, world[who])


def _situations(language: str, who: str, sent: Sent) -> Iterator[Labelled]:
    domain = sent.email.partition("@")[2]
    corporate = domain if who != "hangzhou" else "hz-jingmi.example"
    subject = f"{phrases.RE[language]}: {phrases.SUBJECT[language]}"
    number = iter(f"{language}-{count}" for count in range(1, 50))
    answer = {"In_Reply_To": sent.message.message_id}
    says = {
        name: table[language] for name, table in vars(phrases).items() if isinstance(table, dict) and language in table
    }

    def one(
        name: str, made: EmailMessage, kind: str = "reply", customer: str | None = who, answers: bool = True
    ) -> Labelled:
        return Labelled(f"{language} {name}", made.as_bytes(), customer, kind, answers and customer is not None)

    yield one("outlook", mail(next(number), sent.email, subject, "", html=outlook(says["PROMISE"], sent), **answer))
    refs = {"References": f"<other@elsewhere.example> {sent.message.message_id}"}
    text = says["DISPUTE"] + "\n\n" + quoted(language, sent)
    yield one("references", mail(next(number), sent.email, subject, text, html=f"<div>{escape(text)}</div>", **refs))
    text = says["PROMISE"] + "\n\n" + quoted(language, sent, marked=False)
    yield one("colleague quoting the letter", mail(next(number), f"someone.else@{corporate}", subject, text))
    text = says["COPY"].format(document=sent.documents[0])
    yield one("new mail with a number", mail(next(number), sent.email, says["SUBJECT"], text))
    yield one("known address only", mail(next(number), sent.email.upper(), subject, says["PROMISE"]))
    title, text = says["AWAY"]
    text = text.format(domain=corporate)
    oof = {"Auto_Submitted": "auto-replied", "X_Auto_Response_Suppress": "All", **answer}
    yield one("away", mail(next(number), sent.email, f"{title}: {says['SUBJECT']}", text, **oof), "away")
    yield one("away by words", mail(next(number), sent.email, subject, text, **answer), "away")
    yield one("away by subject", mail(next(number), sent.email, title, text), "away")
    new = f"neu@{corporate}"
    gone = mail(next(number), sent.email, f"{title}: {says['SUBJECT']}", says["LEFT"].format(new=new), **oof)
    yield one("left", gone, "left")
    yield one("opt-out", mail(next(number), sent.email, subject, says["OPT_OUT"], **answer), "opt_out")
    yield one("new address", mail(next(number), sent.email, subject, says["ADDRESS"].format(new=new), **answer))
    title, text = says["RECEIPT"]
    robot = {"Auto_Submitted": "auto-generated", "References": sent.message.message_id}
    yield one("ticket", mail(next(number), f"noreply@{corporate}", title, text, **robot), "automatic")
    inside = f"---------- Forwarded message ---------\nFrom: X <{sent.email}>\nDate: Mon\nSubject: {subject}\n\n{says['DISPUTE']}"
    yield one("forwarded by us", mail(next(number), "anna@acme.example", f"Fwd: {subject}", f"FYI\n\n{inside}"))
    inner = mail(next(number), sent.email, subject, says["PROMISE"], **answer)
    wrap = mail(next(number), "anna@acme.example", f"WG: {subject}", "Please read.")
    wrap.add_attachment(inner)
    yield one("forwarded as a file", wrap)


def of_machines(world: dict[str, Sent]) -> Iterator[Labelled]:
    """Give what servers and programs write: reports, receipts, newsletters, spam."""
    for who in ("muster", "leeds", "lyon", "osaka"):
        sent = world[who]
        yield Labelled(f"bounce {who}", report(sent.message.message_id, sent.email, "failed", "5.1.1"), who, "bounce")
        yield Labelled(f"delay {who}", report(sent.message.message_id, sent.email, "delayed", "4.4.1"), who, "delayed")
    sent = world["utrecht"]
    prose = mail("qmail", "MAILER-DAEMON@mx.example", "failure notice", f"<{sent.email}>:\n550 5.1.1 no such user\n")
    prose.add_attachment(mail("x", OUR_ADDRESS, "Betalingsherinnering", "…"))
    data = prose.as_bytes().replace(b"<x@client.example>", sent.message.message_id.encode())
    yield Labelled("bounce in prose", data, "utrecht", "bounce")
    yield Labelled(
        "bounce of another mail",
        report("<unknown@acme.example>", "x@y.example", "failed", "5.1.1"),
        None,
        "bounce",
        False,
    )
    read = mail(
        "read", sent.email, "Read: Betalingsherinnering", "Your message was read.", Auto_Submitted="auto-replied"
    )
    yield Labelled("read receipt", read.as_bytes(), "utrecht", "automatic")
    for number, (sender, subject, headers) in enumerate((
        ("news@shop.example", "Spring sale: 20 % off", {"List_Unsubscribe": "<mailto:u@shop.example>", "Precedence": "bulk"}),
        ("info@fair.example", "Trade fair programme", {"List_Id": "<fair.example>"}),
        ("offers@muster.example", "Unser Newsletter im März", {"List_Unsubscribe": "<https://muster.example/u>"}),
        ("win@lottery.example", "You won 1.000.000", {"X_Spam_Flag": "YES"}),
    )):  # fmt: skip
        yield Labelled(
            f"bulk {number}",
            mail(f"bulk{number}", sender, subject, "Click here.", **headers).as_bytes(),
            None,
            "bulk",
            False,
        )
    yield Labelled(
        "our own copy", mail("own", OUR_ADDRESS, "Zahlungserinnerung", "Copy").as_bytes(), None, "own", False
    )
    yield Labelled("empty", b"\n", None, "unreadable", False)


def report(message_id: str, to: str, action: str, status: str) -> bytes:
    """Write a delivery report as RFC 3464 shows it."""
    lines = [
        "From: MAILER-DAEMON@mx.example", f"To: {OUR_ADDRESS}", "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: <{status}.{to}@mx.example>", "Auto-Submitted: auto-replied", "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"', "", "--b1", "Content-Type: text/plain", "",
        "I am sorry.", "", "--b1", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example", "",
        f"Final-Recipient: rfc822; {to}", f"Action: {action}", f"Status: {status}", "", "--b1", "Content-Type: message/rfc822", "",
        f"Message-ID: {message_id}", "Subject: x", "", "body", "--b1--", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def hard(world: dict[str, Sent]) -> Iterator[Labelled]:
    """Give what is easily misread: wrong references, groups, twins, strangers, words of machines in the mouth of people."""
    muster, leeds = world["muster"], world["leeds"]
    nordic_a, nordic_b = world["nordic_a"], world["nordic_b"]

    def one(name: str, sender: str, subject: str, text: str, customer: str | None, kind: str = "reply", *, answers: bool = True, **headers: str) -> Labelled:  # fmt: skip  # noqa: E501
        made = mail(name.replace(" ", "-"), sender, subject, text, **headers)
        return Labelled(name, made.as_bytes(), customer, kind, answers and customer is not None)

    yield one("group address alone", nordic_a.email, "Your reminder", "We will check.", None)
    yield one("group address and a number", nordic_a.email, "Your reminder", "We paid NLB-20052 yesterday.", "nordic_b")
    yield one(
        "group address answering", nordic_b.email, "Re: x", "Paid.", "nordic_a", In_Reply_To=nordic_a.message.message_id
    )
    yield one(
        "group domain, two numbers",
        "boss@nordic-group.example",
        "Open items",
        "NRA-10071 and NLB-20052 are paid.",
        None,
    )
    yield one(
        "unknown references, known sender",
        muster.email,
        "AW: Angebot",
        "Danke.",
        "muster",
        In_Reply_To="<foo@bar.example>",
    )
    yield one("twin number from one of the two", world["twin_p"].email, "Rechnung 100452", "Zahlung folgt.", "twin_p")
    yield one("twin number from a stranger", "x@gmail.com", "AW: Rechnung 100452", "Zahlung folgt.", None)
    yield one("number of another customer", muster.email, "Re: INV-40881", "Is this yours?", None)
    yield one(
        "stranger with a number, answering", "jane.private@gmail.com", "Re: invoice INV-40881", "I will pay.", "leeds"
    )
    yield one(
        "supplier with a number like ours", "sales@supplier.example", "Our invoice INV-40881", "Please pay us.", None
    )
    yield one("stranger with a payment reference", "x@bank.example", "Payment", f"Reference {leeds.payment}", "leeds")
    spaced = " ".join(leeds.payment[at : at + 4] for at in range(0, len(leeds.payment), 4))
    yield one("payment reference in fours", "y@gmail.com", "Payment", f"We used {spaced} for it.", "leeds")
    yield one("payment reference with a wrong digit", "z@gmail.com", "Payment", "Reference RF18539007547035", None)
    yield one(
        "link of the letter",
        "w@gmail.com",
        "question",
        f"I opened https://acme.example/p/{muster.token} and …",
        "muster",
    )
    yield one(
        "letter number in the subject", "v@gmail.com", f"Ihr Schreiben {muster.notice}", "Wir melden uns.", "muster"
    )
    yield one(
        "letter number as a word", "u@gmail.com", "Room", f"We meet in room {muster.notice}.", None, answers=False
    )
    yield one("subdomain of a customer", "ap@mail.leeds-tools.example", "your letter", "Who ordered this?", "leeds")
    yield one("stranger without anything", "someone@nowhere.example", "Hello", "Who are you?", None)
    yield one(
        "spam without a flag", "ceo@best-offers.example", "Re: Re: urgent", "Dear friend, 10 000 000 USD wait.", None
    )
    yield one("freemail domain of a customer", "another@163.com", "你好", "请问你们是谁？", None)
    yield one("number that is an amount", "t@gmail.com", "Re: offer", "We pay 1.004,52 EUR or 2026 pieces.", None)
    yield one(
        "vacation of a person who will pay", leeds.email, "Re: Notice",
        "I am on vacation from Friday, so I made the payment today. For urgent matters my colleague helps.", "leeds",
    )  # fmt: skip
    yield one(
        "person answering an automatic reply",
        leeds.email,
        "Re: Automatic reply: Notice",
        "Thanks, I am back and look into it.",
        "leeds",
    )
    footer = "We will check.\n\n-- \nTo unsubscribe from our newsletter click here."
    yield one("unsubscribe in the signature", leeds.email, "Re: Notice", footer, "leeds")
    long = (
        "We have looked into all of the items on your list. " * 12
        + "Do not send further emails about INV-40917 until then."
    )
    yield one("a complaint that speaks of mails", leeds.email, "Re: Notice", long, "leeds")
    yield one(
        "unsubscribe alone",
        "anne@gmail.com",
        "unsubscribe",
        "unsubscribe",
        "leeds",
        "opt_out",
        In_Reply_To=leeds.message.message_id,
    )
    yield one("list reply with our identity", leeds.email, "Re: Notice", "Paid.", "leeds", References=leeds.message.message_id,
              List_Id="<ap.leeds-tools.example>")  # fmt: skip
    yield one("precedence list of a person", leeds.email, "Re: Notice", "We dispute this.", "leeds", Precedence="list")
    yield one(
        "retired, said by a person",
        muster.email,
        "AW: Erinnerung",
        "Herr Berg ist ausgeschieden, ich zahle am Freitag.",
        "muster",
    )
    yield one("auto-submitted no", muster.email, "AW: Erinnerung", "Wir prüfen das.", "muster", Auto_Submitted="no")
    yield one(
        "reply-to of a contact", "ticket-8812@desk.example", "Your question", "Solved.", "leeds", Reply_To=leeds.email
    )
    yield one("ticket system with a person's words", "support@desk.example", "[#123] Notice", "Paid on Monday. Jane", "leeds",
              References=leeds.message.message_id, X_Auto_Response_Suppress="All")  # fmt: skip
    yield one(
        "absence without any other word", muster.email, "AW: Erinnerung", "Ich bin im Urlaub und melde mich.", "muster"
    )
    yield one(
        "out of office by Lotus Notes",
        muster.email,
        "Käthe Müller ist außer Haus.",
        "Ich kehre zurück am 16.03.2026.",
        "muster",
        "away",
    )
    yield one("two letters answered, the nearest counts", leeds.email, "Re: Notice", "Both paid.", "leeds",
              References=f"{muster.message.message_id} {leeds.message.message_id}")  # fmt: skip


def charsets(world: dict[str, Sent]) -> Iterator[Labelled]:
    """Give mails in the charsets of their countries, and in wrongly declared ones."""
    for name, who, language, charset in (
        ("GB18030", "hangzhou", "zh", "gb18030"), ("ISO-2022-JP", "osaka", "ja", "iso-2022-jp"), ("Windows-1256", "cairo", "ar", "windows-1256"),  # noqa: E501
        ("Windows-1250", "gdansk", "pl", "windows-1250"), ("ISO-8859-15", "lyon", "fr", "iso-8859-15"),
    ):  # fmt: skip
        sent = world[who]
        text = phrases.AWAY[language][1].format(domain="x.example")
        made = mail(f"cs-{name}", sent.email, "x", text, charset=charset, In_Reply_To=sent.message.message_id)
        yield Labelled(f"charset {name}", made.as_bytes(), who, "away")
    sent = world["hangzhou"]
    for name, declared, real in (("GB2312 for GB18030", "gb2312", "gb18030"), ("us-ascii for GB18030", "us-ascii", "gb18030"),
                                 ("UTF-8 for GB18030", "utf-8", "gb18030"), ("Big5", "big5", "big5"), ("nothing for UTF-8", "", "utf-8")):  # fmt: skip  # noqa: E501
        traditional = real == "big5"
        words = "請勿再發送，請取消，退訂。" if traditional else "请不要再给我发邮件，退订。谢谢。"
        kind = f"Content-Type: text/plain; charset={declared}" if declared else "Content-Type: text/plain"
        head = f"From: {sent.email}\r\nTo: {OUR_ADDRESS}\r\nDate: {DATE}\r\nMessage-ID: <{name.replace(' ', '')}@x>\r\n"
        head += f"In-Reply-To: {sent.message.message_id}\r\nMIME-Version: 1.0\r\n{kind}\r\nContent-Transfer-Encoding: 8bit\r\n"
        subject = (
            b"Subject: =?GB2312?B?"
            + __import__("base64").b64encode("回复：逾期付款通知".encode("gb18030"))
            + b"?=\r\n\r\n"
        )
        yield Labelled(f"charset {name}", head.encode() + subject + words.encode(real), "hangzhou", "opt_out")


def everything(world: dict[str, Sent]) -> list[Labelled]:
    """Give the whole set."""
    assert set(phrases.WHO.values()) <= set(PARTIES)
    return [*by_language(world), *of_machines(world), *hard(world), *charsets(world)]
