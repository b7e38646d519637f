"""Mail as bytes: charsets, HTML, quotes, limits. Whatever the bytes, only a refusal leaves."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairdue.contact.inbox import html, quotes
from fairdue.contact.inbox.clues import clues_of, domains_of
from fairdue.contact.inbox.decode import header_text, text_of
from fairdue.contact.inbox.mail import Mail, MailRefused, read


def plain(body: bytes, charset: str, encoding: str = "8bit") -> bytes:
    head = f"From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset={charset}\r\n"
    return head.encode() + f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


class TestCharsets:
    @pytest.mark.parametrize(
        ("text", "declared", "real"),
        [
            ("我们下周五付款，请放心，镕基", "gb2312", "gb18030"), ("我們下週五付款，請放心。", "big5", "big5hkscs"),
            ("来週金曜日に振込いたします。", "iso-2022-jp", "iso2022_jp"), ("来週①金曜日", "shift_jis", "cp932"),
            ("Zapłacimy w piątek, dzięki", "windows-1250", "cp1250"), ("سنقوم بالسداد", "windows-1256", "cp1256"),
            ("“Rechnung” – 5 €", "iso-8859-1", "cp1252"), ("Рахунок сплачено", "koi8-u", "koi8-u"),
            ("Größe", "utf-8", "utf-8"), ("Größe", "klingon", "utf-8"),
            ("我们已经付款，请查收银行回单，谢谢您的支持", "us-ascii", "gb18030"),
            ("我们已经付款，请查收银行回单，谢谢您的支持", "utf-8", "gb18030"),
        ],
    )  # fmt: skip
    def test_a_charset_is_read_as_programs_mean_it(self, text: str, declared: str, real: str) -> None:
        assert text_of(text.encode(real), declared) == text
        assert read(plain(text.encode(real), declared)).split.new == text

    def test_a_header_cut_in_the_middle_of_a_character_is_joined(self) -> None:
        assert header_text("=?utf-8?B?R3LDtsM=?= =?utf-8?B?n2U=?=", 50) == "Größe"

    def test_a_header_holds_no_line_and_no_direction_trick(self) -> None:
        assert header_text("a\r\nBcc: x\x00\u202eexe.fdp", 50) == "a Bcc: x exe.fdp"


class TestHtml:
    def test_only_words_are_left(self) -> None:
        page = '<style>p{}</style><script>alert(1)</script><p>Wir&nbsp;zahlen</p><p>am <b>Freitag</b></p><img src=http://x alt="Logo">'
        assert html.plain_text(page) == "Wir zahlen\n\nam Freitag\n[Logo]"

    @pytest.mark.parametrize(
        "page",
        [
            "<html><head><meta charset=utf-8><body><p>Invoice R-1 is wrong</body></html>",
            "<html><head><title>x</title><p>Invoice R-1 is wrong",
            "<HTML><HEAD><TITLE>x</TITLE><BODY>Invoice R-1 is wrong</BODY></HTML>",
            "<Style>p{}</Style><p>Invoice R-1 is wrong</p>",
            "<style>p{}</STYLE ><div>Invoice R-1 is wrong</div>",
            "<head><style>a{} <p></style></head><p>Invoice R-1 is wrong</p>",
            "<noscript>Invoice R-1 is wrong",
            "<object><svg/>Invoice R-1 is wrong</p>",
        ],
    )
    def test_what_html_lets_one_leave_out_loses_no_word(self, page: str) -> None:
        assert html.plain_text(page) == "Invoice R-1 is wrong"

    def test_a_style_without_end_takes_no_words_with_it(self) -> None:
        assert html.plain_text("<p>Ja</p><style>p{}<p>Nein</p>") == "Ja\np{}\nNein"

    def test_a_block_quote_is_quoted_and_outlooks_rule_ends_the_new_text(self) -> None:
        assert (
            quotes.split(html.plain_text("<p>Ja</p><blockquote><p>Bitte zahlen</p></blockquote><p>Gruß</p>")).new
            == "Ja\n\nGruß"
        )
        below = "<p>Ja</p><div id=divRplyFwdMsg><b>From:</b> a</div><p>Bitte zahlen</p>"
        assert quotes.split(html.plain_text(below)).new == "Ja"

    @pytest.mark.parametrize(
        "unit", ["<", "<!--", "<a ", '<a x="', "<style>", "&", "<blockquote>", "a<", "<!", "</p", "<td>"]
    )
    def test_hostile_html_takes_no_long_time(self, unit: str) -> None:
        begun = time.monotonic()
        html.plain_text(unit * (html.CHARS_MAX // len(unit)))
        assert time.monotonic() - begun < 15


class TestQuotes:
    @pytest.mark.parametrize(
        "intro",
        [
            "On Mon, 2 Mar 2026 at 09:00, Acme <c@acme.example> wrote:", "Am 02.03.2026 um 09:00 schrieb Acme:",
            "Am Mo., 2. März 2026 um 09:00 Uhr schrieb Acme Werkzeuge\n<credit@acme.example>:", "Le 2 mars 2026 à 09:00, Acme a écrit :",
            "El 2/3/26 a las 9:00, Acme escribió:", "在2026年3月2日 09:00，Acme<c@acme.example> 写道：",
            "------------------ 原始邮件 ------------------", "-----Ursprüngliche Nachricht-----", "-----Message d'origine-----",
            "Von: Acme\nGesendet: Montag\nAn: x\nBetreff: Erinnerung", "发件人： Acme\n发送时间： 2026年3月2日\n收件人： x\n主题： 催款",
            "差出人: Acme\n送信日時: 2026年3月2日\n宛先: x\n件名: x",
            "من: Acme\nإلى: x\nالموضوع: x", "*From:* Acme\n*Sent:* Monday\n*To:* x",
        ],
    )  # fmt: skip
    def test_the_new_text_ends_where_the_quote_begins(self, intro: str) -> None:
        found = quotes.split(f"Wir zahlen am Freitag.\n\n{intro}\n\nBitte zahlen Sie 100 EUR.")
        assert found.new == "Wir zahlen am Freitag."
        assert "100 EUR" in found.quoted

    def test_answers_between_quoted_lines_are_new(self) -> None:
        found = quotes.split("On Monday Acme wrote:\n> Invoice 1?\nPaid.\n> Invoice 2?\nDisputed.")
        assert found.new == "Paid.\nDisputed."

    def test_a_sentence_that_only_looks_like_a_mark_stays(self) -> None:
        text = "Von: uns gibt es nichts Neues.\nOnce again we wrote: pay."
        assert quotes.split(text).new == text

    def test_where_all_would_be_quoted_all_is_shown(self) -> None:
        assert quotes.split("> only\n> quoted").new == "> only\n> quoted"


class TestLimits:
    def test_a_hundred_files_are_cut_and_said(self) -> None:
        made = EmailMessage()
        made.set_content("see files")
        for number in range(100):
            made.add_attachment(b"x%d" % number, maintype="application", subtype="pdf", filename=f"../../{number}.pdf")
        found = read(made.as_bytes())
        assert (len(found.files), found.cut, found.files[0].name) == (60, ("files",), "0.pdf")

    def test_parts_within_parts_end(self) -> None:
        data = b"Subject: x\n"
        for number in range(60):
            data += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number)
        assert read(data + b"Content-Type: text/plain\n\nhello").cut == ("parts",)

    @pytest.mark.parametrize(
        "name", ["..\\..\\evil.exe", "/etc/passwd", "a\u202efdp.exe", "con<>|?.pdf", "." * 300, "x" * 500 + ".pdf"]
    )
    def test_a_file_name_says_no_folder_and_no_trick(self, name: str) -> None:
        made = EmailMessage()
        made.set_content("x")
        made.add_attachment(b"x", maintype="application", subtype="pdf", filename=name)
        found = read(made.as_bytes()).files[0].name
        assert found
        assert len(found) <= 150
        assert not set(found) & set("/\\<>|?\u202e")

    def test_too_large_and_empty_are_refused(self) -> None:
        for data in (b"x" * 25_000_001, b"", b"\n \n"):
            with pytest.raises(MailRefused):
                read(data)

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=600), st.integers(0, 600))
    def test_whatever_the_bytes_only_a_refusal_leaves(self, noise: bytes, at: int) -> None:
        whole = plain(b"Wir zahlen", "utf-8") + b"\n--b\nContent-Type: message/rfc822\n\nSubject: =?x?q?y?=\n\n--b--"
        for data in (noise, whole[:at] + noise + whole[at:]):
            try:
                found = read(data)
            except MailRefused:
                continue
            assert isinstance(found, Mail)
            clues_of(found)
            assert len(found.key) == 64


class TestClues:
    def test_one_mail_has_one_key_whichever_way_it_came(self) -> None:
        data = plain(b"hello", "utf-8")
        assert read(data).key == read(b"Received: from a by b\r\nX-Spam-Score: 1\r\n" + data).key
        assert read(data).key != read(data.replace(b"hello", b"hallo")).key

    @pytest.mark.parametrize(
        ("address", "domains"),
        [
            ("a@mail.muster.example", ("mail.muster.example", "muster.example")), ("a@gmail.com", ()), ("a@163.com", ()),
            ("a@shop.co.uk", ("shop.co.uk",)), ("a@x.shop.co.uk", ("x.shop.co.uk", "shop.co.uk")), ("a@localhost", ()),
        ],
    )  # fmt: skip
    def test_a_domain_and_its_parents_but_no_public_one(self, address: str, domains: tuple[str, ...]) -> None:
        assert domains_of(address) == domains
