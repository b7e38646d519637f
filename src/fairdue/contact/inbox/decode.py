"""Bytes of mail as text: charsets as they are declared, as programs misdeclare them, and as they are guessed.

Programs declare too small a set as a rule (GB2312 for what is GB18030, Latin-1 for what is Windows-1252, us-ascii for anything);
the larger set reads both.
"""

from __future__ import annotations

import codecs
import re
from email.header import decode_header

from charset_normalizer import from_bytes

LARGER = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs", "big5-hkscs": "big5hkscs",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874",
    "windows-874": "cp874", "tis-620": "cp874", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "iso-2022-jp": "iso2022_jp_ext", "iso-8859-8-i": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7", "cp-850": "cp850", "utf8mb4": "utf-8", "ansi": "cp1252", "x-mac-roman": "mac-roman",
}  # fmt: skip
"""Charsets as mail programs name them, and the codec that reads what they mean."""
UNSAID = frozenset(
    {"", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "default", "default_charset", "binary", "8bit"}
)
"""Names that say nothing about bytes beyond ASCII."""
GUESS_BYTES_MAX = 20_000
GUESSED = (
    "utf_8",
    "gb18030",
    "big5",
    "cp932",
    "euc_jp",
    "cp949",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1256",
    "cp1254",
    "cp1253",
)
_CHARSETS = re.compile(
    r"ascii|utf-(?:7|8|16|32)(?:-.+)?|iso8859-\d+|iso2022_.+|cp\d+|cp\d+.+|koi8-.|mac-.+|kz1048|ptcp154|tis-620|hp-roman8|johab|hz|gb2312|gbk|"
    r"gb18030|big5(?:hkscs)?|euc_.+|shift_jis.*",
)
"""Codecs of Python that are charsets of mail; others (``unicode_escape``, ``punycode``, ``idna`` …) read text as a program does."""
_ESCAPES = re.compile(rb"\x1b\$[@B]")


def codec_of(charset: str) -> str:
    """Give Python's name of a declared charset, the larger set where programs mean it; empty where it says nothing."""
    name = charset.strip().strip("\"'").lower()
    if name in UNSAID:
        return ""
    name = LARGER.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    return info.name if info._is_text_encoding and _CHARSETS.fullmatch(info.name) else ""


def text_of(data: bytes, charset: str = "") -> str:
    """Read bytes of a declared charset. What the charset cannot read is guessed; nothing raises, and NUL is dropped.

    Half a character of UTF-16, which UTF-7 may hold alone, becomes a question mark: no database and no hash takes it.
    """
    text = _read(data, codec_of(charset)).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8")


def _read(data: bytes, codec: str) -> str:
    if not codec and _ESCAPES.search(data):
        codec = "iso2022_jp_ext"
    for one in (codec, "utf-8") if codec else ("utf-8",):
        try:
            return data.decode(one)
        except (UnicodeDecodeError, ValueError):
            continue
    return data.decode(_guess(data) if not codec or _broken(data, codec) else codec, "replace")


def _broken(data: bytes, codec: str) -> bool:
    """Tell whether a codec fails on more than one character in fifty: a wrong declaration, not a damaged mail."""
    return data.decode(codec, "replace").count("\ufffd") * 50 > len(data)


def _guess(data: bytes) -> str:
    found = from_bytes(data[:GUESS_BYTES_MAX], cp_isolation=list(GUESSED), preemptive_behaviour=False).best()
    return found.encoding if found is not None else "cp1252"


def header_text(value: str, limit: int) -> str:
    """Give a header as one line: encoded words read, control characters out, cut at ``limit``. Nothing raises.

    ``value`` is what the parser kept, raw bytes as surrogate escapes. Adjacent encoded words of one charset are joined before
    they are read, since programs cut characters of several bytes apart.
    """
    raw = value[: limit * 8].encode("ascii", "surrogateescape") if not _wide(value) else value[: limit * 8].encode()
    text = text_of(raw)
    if "=?" in text:
        text = _words(text)
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:limit]


def _wide(value: str) -> bool:
    return any(ord(char) > 127 and not 0xDC80 <= ord(char) <= 0xDCFF for char in value)


def _words(text: str) -> str:
    try:
        parts = decode_header(text)
    except (ValueError, TypeError, LookupError):
        return text
    return "".join(
        part
        if isinstance(part, str)
        else text_of(part, charset or "")
        if charset
        else part.decode("raw-unicode-escape", "replace")
        for part, charset in parts
    )
