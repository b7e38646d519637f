"""Names of companies, made comparable: without legal form, accents and marks, and across scripts (rule 6)."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import lru_cache
from importlib import resources

from anyascii import anyascii
from pypinyin import lazy_pinyin

_MARKS = re.compile(r"[^0-9a-z]+")
_HAN = re.compile(r"[\u3400-\u9fff々]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_GREEK = re.compile(r"[\u0370-\u03ff]")
_UMLAUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_EXPANDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
_NORDIC = str.maketrans({"ø": "o", "å": "a", "æ": "ae", "ł": "l", "ß": "ss", "đ": "d", "ð": "d", "þ": "th", "œ": "oe"})
_NATIVE_FORMS = re.compile(
    r"股份有限公司|有限责任公司|有限公司|股份公司|有限合伙|公司|株式会社|有限会社|合同会社|合資会社|合名会社|㈱|㈲|\(株\)|（株）|\(有\)|（有）|주식회사|유한회사|\(주\)|㈜"
)
_GREEK_PAIRS = (
    ("ου", "ou"),
    ("αυ", "af"),
    ("ευ", "ef"),
    ("γγ", "ng"),
    ("γκ", "gk"),
    ("γξ", "nx"),
    ("γχ", "nch"),
    ("ηυ", "if"),
)
_VOICED = re.compile("(αυ|ευ|ηυ)(?=[αεηιουωβγδζλμνρ])")  # fmt: skip
_VOICE = {"αυ": "av", "ευ": "ev", "ηυ": "iv"}
_GREEK_SIGNS = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l", "μ": "m",
    "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps",
    "ω": "o",
}  # fmt: skip
CUT_MIN = 18
"""A name that a bank cut short has at least so many letters (rule 5)."""


@lru_cache(1)
def _forms() -> frozenset[tuple[str, ...]]:
    text = resources.files("fairdue.cash.matching.data").joinpath("company_forms.txt").read_text(encoding="utf-8")
    return frozenset(tuple(line.split()) for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache(1)
def _meanings() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Give what Chinese, Japanese and Latin words of names mean: each as its first Latin spelling."""
    text = resources.files("fairdue.cash.matching.data").joinpath("name_words.csv").read_text(encoding="utf-8")
    chinese, japanese, latin = dict[str, str](), dict[str, str](), dict[str, str]()
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        spellings = row["latin"].split()
        for signs, into in ((row["zh"], chinese), (row["ja"], japanese)):
            into.update((word, spellings[0]) for word in signs.split("|") if word)
        latin.update((spelling, spellings[0]) for spelling in spellings)
    return chinese, japanese, latin


def _without_form(words: list[str]) -> list[str]:
    """Take legal forms off the end and the beginning; a name that is nothing else stays."""
    forms, left = _forms(), words
    changed = True
    while changed and len(left) > 1:
        changed = False
        for size in range(min(5, len(left) - 1), 0, -1):
            if tuple(left[-size:]) in forms:
                left, changed = left[:-size], True
                break
            if (
                size <= 2
                and tuple(left[:size]) in forms
                and len("".join(left[:size])) > 1
                and tuple(left[:size]) in _LEADING
            ):
                left, changed = left[size:], True
                break
    return left


_LEADING = frozenset(
    {("ooo",), ("zao",), ("oao",), ("pao",), ("ao",), ("tov",), ("pt",), ("kk",), ("gmbh",), ("firma",)}
)


def _words(latin: str) -> list[str]:
    return [
        word
        for word in _MARKS.split(latin)
        if word and word not in ("und", "and", "et", "e", "y", "och", "og", "i", "ja")
    ]


def whole(name: str) -> str:
    """Give a name's letters and digits with its legal form, for names that were cut short."""
    return _MARKS.sub("", _latin(name.casefold()))


def wholes(name: str) -> tuple[str, ...]:
    """Give the ways in which a name is written with its legal form; other scripts as they are."""
    lower = name.casefold()
    if lower.isascii():
        return (_MARKS.sub("", lower),)
    if _HAN.search(lower) or _KANA.search(lower):
        return (_MARKS_NATIVE.sub("", unicodedata.normalize("NFKC", lower)),)
    spread = (_latin(lower), _latin(lower.translate(_UMLAUT)), _latin(lower.translate(_EXPANDED)))
    return tuple(dict.fromkeys(_MARKS.sub("", one) for one in spread))


def _latin(text: str) -> str:
    text = text.translate(_NORDIC)
    if text.isascii():
        return text
    spread = unicodedata.normalize("NFKD", text)
    return anyascii("".join(sign for sign in spread if not unicodedata.combining(sign))).lower()


def _greek(text: str) -> str:
    """Write Greek in Latin letters as ELOT 743 does."""
    plain = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    plain = _VOICED.sub(lambda found: _VOICE[found.group()], plain)
    for signs, latin in _GREEK_PAIRS:
        plain = plain.replace(signs, latin)
    return "".join(_GREEK_SIGNS.get(sign, sign) for sign in plain)


def keys(name: str) -> tuple[str, ...]:
    """Give the keys of a name in the ledger: each way in which a payer's bank may write it; the plainest first. Empty for an empty name."""
    lower = unicodedata.normalize("NFKC", name).casefold() if not name.isascii() else name.casefold()
    if not lower.strip():
        return ()
    if lower.isascii():
        return (_key(lower),)
    if _HAN.search(lower) or _KANA.search(lower):
        native = _MARKS_NATIVE.sub("", _NATIVE_FORMS.sub("", lower))
        return tuple(dict.fromkeys(one for one in (native, _read(native)) if one))
    if _GREEK.search(lower):
        return tuple(dict.fromkeys((_key(_greek(lower)), _key(_latin(lower)))))
    spread = (_latin(lower), _latin(lower.translate(_UMLAUT)), _latin(lower.translate(_EXPANDED)))
    return tuple(dict.fromkeys(_key(one) for one in spread))


_MARKS_NATIVE = re.compile(r"[\W_]+")


def told_keys(name: str) -> tuple[str, ...]:
    """Give the keys under which a name that a bank tells is looked up; the one by meaning, for other scripts, is the last."""
    found = keys(name)
    if not found or not name.isascii():
        return found
    meanings = _meanings()[2]
    words = _without_form(_words(name.casefold()))
    return tuple(dict.fromkeys((*found, "=" + "".join(meanings.get(word, word) for word in words))))


def _key(latin: str) -> str:
    words = _words(latin)
    return "".join(_without_form(words)) or "".join(words)


def _read(native: str) -> str:
    """Write Chinese or Japanese signs by reading and meaning, marked by ``=``."""
    chinese, japanese, _ = _meanings()
    kana = bool(_KANA.search(native))
    known = japanese if kana else chinese
    parts, behind, plain = list[str](), len(native), ""
    while behind:  # Words of trade stand last, so the end tells first where one begins.
        size = next((n for n in range(min(7, behind), 0, -1) if native[behind - n : behind] in known), 0)
        if size == 0:
            behind -= 1
            plain = native[behind] + plain
            continue
        parts += (_spelled(plain, kana), known[native[behind - size : behind]])
        plain, behind = "", behind - size
    parts.append(_spelled(plain, kana))
    return "=" + "".join(reversed(parts))


def _spelled(signs: str, kana: bool) -> str:
    if not signs:
        return ""
    if kana:
        return _MARKS.sub("", anyascii(signs.replace("ー", "")).lower())
    return _MARKS.sub("", "".join(lazy_pinyin(signs)).lower())
