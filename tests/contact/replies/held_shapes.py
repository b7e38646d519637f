"""The shapes in which programs write mail: headers, parts, encodings; for the held-out set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email import encoders, message_from_string
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr
from html import escape

from replies.labelled import DATE, OUR_ADDRESS, Labelled

OUTLOOK = {
    "X-Mailer": "Microsoft Outlook 16.0", "Thread-Index": "AdqW1a2b3c4d5e6fRHSpJmTnqkXo0w==", "Content-Language": "en-GB",
    "X-MS-Has-Attach": "", "X-MS-TNEF-Correlator": "", "X-MS-Exchange-Organization-SCL": "-1",
}  # fmt: skip
EXCHANGE_AUTO = {
    "X-MS-Exchange-Inbox-Rules-Loop": "x@y.example", "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All",
    "X-MS-Exchange-Generated-Message-Source": "Mailbox Rules Agent", "Precedence": "bulk",
}  # fmt: skip
QQ = {"X-QQ-mid": "webmail812t1772532000t7121", "X-QQ-SENDSIZE": "520", "X-Priority": "3", "X-QQ-MIME": "TCMime 1.0 by Tencent", "X-Mailer": "QQMail 2.x"}  # fmt: skip
NETEASE = {"X-Coremail-Antispam": "1Uf129KBjvJXoW", "X-Originating-IP": "[60.12.8.201]", "X-Priority": "3", "X-Mailer": "Coremail Webmail Server Version XT5.0.14"}  # fmt: skip
GMAIL = {"X-Google-DKIM-Signature": "v=1; a=rsa-sha256; c=relaxed/relaxed; d=1e100.net", "X-Gm-Message-State": "AOJu0YzX", "X-Received": "by 2002:a05:6402:1a"}  # fmt: skip
APPLE = {"Mime-Version": "1.0 (1.0)", "X-Mailer": "iPhone Mail (22D82)"}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True)
class Held(Labelled):
    """A mail of the held-out set, with the language in which it is written ("mixed" for two)."""

    language: str = "en"


def answer(
    name: str, label: tuple[str | None, str, str, bool], sender: str, subject: str, text: str = "", *, html: str = "",
    charset: str = "utf-8", who: str = "", files: Sequence[tuple[str, str, bytes]] = (), inline: bool = False,
    program: dict[str, str] | None = None, thread: str = "", **headers: str,
) -> Held:  # fmt: skip
    """Make a mail as a client does. ``label`` is (customer, kind, language, whether one of our messages is answered)."""
    body: MIMEText | MIMEMultipart
    if text and html:
        body = MIMEMultipart("alternative")
        body.attach(MIMEText(text, "plain", charset))
        body.attach(MIMEText(html, "html", charset))
    else:
        body = MIMEText(html or text, "html" if html else "plain", charset)
    if inline:
        related = MIMEMultipart("related")
        related.attach(body)
        related.attach(_file("image/png", "image001.png", PNG, "inline"))
        body = related
    made: MIMEText | MIMEMultipart = body
    if files:
        made = MIMEMultipart("mixed")
        made.attach(body)
        for media, file_name, data in files:
            made.attach(_file(media, file_name, data, "attachment"))
    _head(made, name, formataddr((str(Header(who, charset)), sender)) if who else sender, subject, charset)
    for key, value in ({"In-Reply-To": thread, "References": thread} if thread else {}).items():
        made[key] = value
    for key, value in {**(program or {}), **{key.replace("_", "-"): value for key, value in headers.items()}}.items():
        del made[key]
        made[key] = value
    customer, kind, language, answers = label
    return Held(
        name, made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), customer, kind, answers, language
    )


def outlook_html(text: str, subject: str, names: tuple[str, str, str, str] = ("From", "Sent", "To", "Subject")) -> str:
    """Give an answer as Outlook writes it, the letter below a line of head names in its language."""
    said = "".join(f'<p class="MsoNormal">{escape(line) or "&nbsp;"}<o:p></o:p></p>' for line in text.split("\n"))
    sender, sent, to, about = names
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0cm}</style></head><body lang="EN-GB">'
        f'<div class="WordSection1">{said}<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        f'<p class="MsoNormal"><b>{sender}:</b> Acme &lt;{OUR_ADDRESS}&gt; <br><b>{sent}:</b> 02 March 2026 08:00<br><b>{to}:</b> x<br>'
        f'<b>{about}:</b> {subject}<o:p></o:p></p></div></div><p class="MsoNormal">The following invoices are due. To opt out of paper letters, unsubscribe in the portal.</p></div></body></html>'
    )


def gmail_html(text: str, intro: str, letter: str = "The following invoices are due.") -> str:
    """Give an answer as Gmail writes it."""
    said = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))
    quote = '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204)">'
    return f'<div dir="ltr">{said}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{intro}<br></div>{quote}{letter}</blockquote></div>'


def report(
    name: str, label: tuple[str | None, str, str, bool], sender: str, subject: str, words: str, kind: str, fields: str, *,
    original: str = "", whole: bool = False, **headers: str,
) -> Held:  # fmt: skip
    """Make a report (RFC 3462) with the words for people, the fields for machines, and the head or the whole of our mail."""
    made = MIMEMultipart("report", **{"report-type": kind})
    made.attach(MIMEText(words, "plain", "utf-8"))
    part = MIMEBase("message", kind)
    part.set_payload([message_from_string(one) for one in fields.split("\n\n")])
    made.attach(part)
    if original and whole:
        ours = MIMEText("The following invoices are due.", "plain", "utf-8")
        for line in original.split("\n"):
            key, _, value = line.partition(": ")
            ours[key] = value
        made.attach(MIMEMessage(ours))
    elif original:
        head = MIMEBase("text", "rfc822-headers")
        head.set_payload(original + "\n")
        made.attach(head)
    _head(made, name, sender, subject, "utf-8")
    for key, value in headers.items():
        made[key.replace("_", "-")] = value
    customer, what, language, answers = label
    return Held(name, made.as_bytes().replace(b"\n", b"\r\n"), customer, what, answers, language)


def _head(made: MIMEText | MIMEMultipart, name: str, sender: str, subject: str, charset: str) -> None:
    made["From"], made["To"], made["Date"] = sender, f"Acme <{OUR_ADDRESS}>", DATE
    made["Subject"] = subject if subject.isascii() else Header(subject, charset, header_name="Subject").encode()
    made["Message-ID"] = f"<held.{name.replace(' ', '.')}@mail.example>"
    made["Received"] = "from mx1.mail.example (mx1.mail.example [192.0.2.7]) by mx.acme.example with ESMTPS id 4Q9; Tue, 3 Mar 2026 09:00:01 +0000"  # fmt: skip


def _file(media: str, file_name: str, data: bytes, disposition: str) -> MIMEBase:
    maintype, _, subtype = media.partition("/")
    part = MIMEBase(maintype, subtype)
    part.set_payload(data)
    encoders.encode_base64(part)
    part.add_header(
        "Content-Disposition", disposition, filename=file_name if file_name.isascii() else ("utf-8", "", file_name)
    )
    part.add_header("Content-ID", f"<{file_name if file_name.isascii() else 'x'}@01DC>")
    return part
