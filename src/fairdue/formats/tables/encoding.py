"""Text encoding, decided over the whole file and reported. See docs/algorithms/table-recognition.md, "Encodings"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from fairdue.formats.errors import FormatError
from fairdue.formats.reasons import FileReason

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ASCII = re.compile("[\x00-\x7f]+")
_HIGH = re.compile(rb"[\x80-\xff]+")
_GB2312_PAIR = re.compile(rb"[\xa1-\xa9\xb0-\xf7][\xa1-\xfe]")
_GB2312_LEVEL_1 = re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")
_GB18030_FOUR = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")
"""GB18030 writes letters of other scripts in four bytes of this shape, which no other encoding's text is full of."""
_MULTIBYTE_SHARE = 0.70
"""Share of pairs that must be everyday characters before bytes are read as Chinese, Japanese or traditional Chinese."""
_RUN_LENGTH = 2.5
"""Mean length of runs of high bytes from which on they are whole words."""
_UTF8_DAMAGE = 0.02
"""Up to this share of damaged sequences a file still counts as UTF-8 that was damaged, and is refused as such."""

# Letters that each Windows code page exists for; the bytes of a file are judged by which page makes them letters.
_LETTERS = {
    "cp1252": "äöüßÄÖÜéèêëàâçîïôûùœÉÈÊÀÂÇÎÔæøåÆØÅñÑáíóúÁÍÓÚãõÃÕ¿¡ìòºª€£",
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽäôľĺŕőűŐŰöüÖÜßăâîșțţĂÂÎŢşŞđĐ€",
    "cp1254": "çğıöşüÇĞİÖŞÜâîû€",
    "cp1251": "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯёЁіїєґІЇЄҐ№«»",
    "cp1253": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏ€",
}
_RARE = {
    # On the same byte one page has an everyday letter and another a letter its languages hardly use.
    "cp1252": "ðþýÐÞÝ¹³¿¼½¾¸¯÷×¦¬¥£µ¶",
    "cp1250": "",
    "cp1254": "",
    "cp1251": "ЂЃѓЉЊЌЋЏђљњќћџЎўЈ",
    "cp1253": "",
}
_FREQUENT = {"cp1251": "оеаинтсрОЕАИНТСР", "cp1253": "αοιετνσρΑΟΙΕΤΝΣΡ"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, the encoding's Python name, and whether the file itself proves it (BOM, valid UTF-8, plain ASCII)."""

    text: str
    encoding: str
    proven: bool


def decode(data: bytes, encoding: str = "") -> Decoded:
    """Decode a whole text file; ``encoding`` overrides the judgement.

    Raises FormatError with line and column where the bytes are not valid, or hold a NUL.
    """
    decoded = _with(data, encoding) if encoding else _judge(data)
    if "\x00" in decoded.text:
        at = decoded.text.index("\x00")
        raise FormatError(FileReason.NUL, line=_line(decoded.text, at), column=_column(decoded.text, at))
    return decoded


def _with(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding).removeprefix("\ufeff"), encoding, True)
    except UnicodeDecodeError as error:
        raise _broken(data, error, encoding) from None
    except (LookupError, ValueError):
        raise FormatError(FileReason.ENCODING_UNKNOWN) from None


def _judge(data: bytes) -> Decoded:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _with(data, name)
    wide = _utf16_without_bom(data)
    if wide:
        return _with(data, wide)
    if b"\x00" in data:
        at = data.index(b"\x00")
        raise FormatError(FileReason.NUL, line=data.count(b"\n", 0, at) + 1, column=at - data.rfind(b"\n", 0, at))
    try:
        return Decoded(data.decode("utf-8"), "ascii" if data.isascii() else "utf-8", True)
    except UnicodeDecodeError as error:
        if _mostly_utf8(data):
            raise _broken(data, error, "utf-8") from None
    return _legacy(data)


def _utf16_without_bom(data: bytes) -> str:
    """Tell UTF-16 by where its zero bytes stand: nearly all at odd places (LE) or at even places (BE)."""
    zeros = data.count(0)
    if len(data) % 2 or zeros * 5 < len(data):
        return ""
    odd = data[1::2].count(0)
    if odd >= zeros * 0.98:
        return "utf-16-le"
    return "utf-16-be" if odd <= zeros * 0.02 else ""


def _mostly_utf8(data: bytes) -> bool:
    lenient = data.decode("utf-8", errors="replace")
    bad = lenient.count("\ufffd")
    good = len(_ASCII.sub("", lenient)) - bad
    return good > 0 and bad <= max(1, good * _UTF8_DAMAGE) and bad < good


def _legacy(data: bytes) -> Decoded:
    """Choose among multi-byte East Asian and single-byte Windows pages by the share of everyday characters."""
    for name, judge in _MULTIBYTE:
        if judge(data):
            return Decoded(data.decode(name), name, False)
    runs = _HIGH.findall(data)
    # Cyrillic and Greek words are runs of high bytes; in Latin pages an accent stands alone among ASCII letters.
    whole_words = sum(map(len, runs)) >= _RUN_LENGTH * len(runs)
    pages = [name for name in _LETTERS if (name in _FREQUENT) == whole_words]
    high = b"".join(runs)
    scored = sorted(((_page_score(high, name), -rank, name) for rank, name in enumerate(pages)), reverse=True)
    for score, _rank, name in scored:
        if score > 0:
            try:
                return Decoded(data.decode(name), name, False)
            except UnicodeDecodeError:
                continue
    raise FormatError(FileReason.ENCODING_UNKNOWN)


def _page_score(high: bytes, name: str) -> float:
    text = high.decode(name, errors="replace")
    letters = set(_LETTERS[name])
    rare = set(_RARE[name])
    score = sum(1 for ch in text if ch in letters) - 2 * sum(1 for ch in text if ch in rare or ch == "\ufffd")
    share = score / max(1, len(text))
    if name in _FREQUENT:
        # Both alphabets fill nearly every high byte with some letter; only their frequent letters tell them apart.
        return share + sum(1 for ch in text if ch in _FREQUENT[name]) / max(1, len(text))
    return share


def _valid(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _is_gb18030(data: bytes) -> bool:
    if not _valid(data, "gb18030"):
        return False
    pairs = b"".join(_HIGH.findall(data))
    known = len(_GB2312_PAIR.findall(pairs))
    common = len(_GB2312_LEVEL_1.findall(pairs))
    units = len(_ASCII.sub("", data.decode("gb18030")))
    four = b"".join(_GB18030_FOUR.findall(data)).decode("gb18030", errors="ignore")
    foreign = sum(1 for ch in four if ch.isalpha() or ch.isspace())
    return bool(units) and known + foreign >= 0.8 * units and common + foreign >= _MULTIBYTE_SHARE * units


def _is_japanese(data: bytes) -> bool:
    if not _valid(data, "cp932"):
        return False
    text = _ASCII.sub("", data.decode("cp932"))
    kana = sum(1 for ch in text if "\u3040" <= ch <= "\u30ff")
    kanji = sum(1 for ch in text if "\u4e00" <= ch <= "\u9fff")
    half = sum(1 for ch in text if "\uff61" <= ch <= "\uff9f")
    return bool(text) and kana + kanji >= 0.9 * len(text) and kana >= 0.2 * len(text) and half <= 0.05 * len(text)


def _is_big5(data: bytes) -> bool:
    if not _valid(data, "cp950"):
        return False
    text = _ASCII.sub("", data.decode("cp950"))
    everyday = sum(
        1 for ch in text if "\xa4\x40" <= _big5(ch) <= "\xc6\x7e" or "\u3000" <= ch <= "\u303f" or ch >= "\uff00"
    )
    ascii_trails = sum(1 for ch in text if "@" <= _big5(ch)[1:] <= "~")
    # Big5 trail bytes are spread over both halves; a Western word with one accent always has an ASCII trail.
    return bool(text) and everyday >= 0.85 * len(text) and ascii_trails <= 0.8 * len(text)


def _big5(ch: str) -> str:
    return ch.encode("cp950").decode("latin-1")


_MULTIBYTE: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("gb18030", _is_gb18030),
    ("cp932", _is_japanese),
    ("cp950", _is_big5),
)


def _broken(data: bytes, error: UnicodeDecodeError, encoding: str) -> FormatError:
    if encoding.startswith(("utf-16", "utf-32")):
        before = data[: error.start].decode(encoding, errors="replace")
        return FormatError(
            FileReason.ENCODING_BROKEN,
            line=before.count("\n") + 1,
            column=_column(before, len(before)),
            encoding=encoding,
        )
    line = data.count(b"\n", 0, error.start) + 1
    column = error.start - data.rfind(b"\n", 0, error.start)
    return FormatError(FileReason.ENCODING_BROKEN, line=line, column=column, encoding=encoding)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _column(text: str, at: int) -> int:
    return at - text.rfind("\n", 0, at)
