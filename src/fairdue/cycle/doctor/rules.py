"""Who may be the same customer twice: names made comparable, keys that bring candidates together, links between them. Pure.

``docs/algorithms/data-check.md`` states the rules with worked examples. Everything is one pass over the customers: only those
that share a key meet, so the work grows with their number and not with its square.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

SHARED_MAX = 20
"""A number or mail domain that more customers share is a placeholder or a provider, and says nothing."""
NEIGHBOURS = 5
"""Within a mail domain, names in order are held against so many next ones."""
SIMILAR_PER_MILLE = 700
"""From this share of common pairs of signs on (Dice), two names of one mail domain are alike."""
NUMBER_LENGTH_MIN = 5
LOCAL_NUMBER_LENGTH = 8
"""A shorter registration number is that of a local register, and counts only in the same town."""
PART_LENGTH_MIN = {"latin": 6, "han": 4}
"""A part of a name in one script is a name of its own from so many signs on."""

_WORD = re.compile(r"\w+")
_DROPPED = str.maketrans("", "", ".'’`·")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_LATIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "ð": "d"})
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_CONNECTORS = frozenset({"and", "und", "et", "y", "e", "en", "og", "och"})
_FIGURES = re.compile(r"\d+")
_NO_FIGURE = "0abcdefghijklmnopqrstuvwxyz"
_SIGNS = re.compile(r"[^0-9a-z]")


class Sameness(StrEnum):
    """Why two customers may be one."""

    VAT = "same_vat"
    REGISTRATION = "same_registration"
    NAME = "same_name"
    MAIL = "same_mail"


class Party(NamedTuple):
    """What is compared of a customer. ``domains`` are the mail domains of its contacts, ``group_id`` its corporate group."""

    customer_id: int
    name: str
    legal_name: str = ""
    country: str = ""
    city: str = ""
    vat_no: str = ""
    registration_no: str = ""
    group_id: int | None = None
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Twins:
    """Customers that may be one, in ascending order, and why."""

    customer_ids: tuple[int, ...]
    why: tuple[Sameness, ...]


def _listed(name: str) -> Iterator[dict[str, str]]:
    text = files("fairdue.cycle.doctor").joinpath(name).read_text(encoding="utf-8")
    return csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))


@cache
def public_domains() -> frozenset[str]:
    """Give the mail domains that belong to nobody in particular."""
    return frozenset(row["domain"] for row in _listed("public_mail.csv"))


@cache
def _forms() -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...], frozenset[str]]:
    """Give the forms that are words with their place, and those written without a gap: at the end, at the start.

    The last words of forms of several words come with them, to ask of most names once.
    """
    words: dict[str, str] = {}
    ends, starts = set(), set()
    for row in _listed("company_forms.csv"):
        form = row["form"].replace(" ", "")
        if row["form"].isascii() or not form[0] >= "\u3000":
            words[row["form"]] = row["place"]
            continue
        if len(form) > 1:
            ends.add(form)
        if row["place"] in {"both", "start"} and len(form) > 1:
            starts.add(form)
        words[form] = row["place"]
    last_words = frozenset(form.rpartition(" ")[2] for form in words if " " in form)
    return words, tuple(sorted(ends, key=lambda form: (-len(form), form))), tuple(sorted(starts)), last_words


def folded(text: str) -> str:
    """Give a text in lower case, full-width signs narrow, without dots and without accents on Latin letters."""
    if text.isascii():
        return text.lower().replace(".", "").replace("'", "").replace("`", "")
    narrow = unicodedata.normalize("NFKC", text).casefold().translate(_LATIN).translate(_DROPPED)
    if not any("\u00c0" <= sign <= "\u024f" or "\u1e00" <= sign <= "\u1eff" for sign in narrow):
        return narrow
    parted = unicodedata.normalize("NFD", narrow)
    bare = "".join(sign for sign in parted if not "\u0300" <= sign <= "\u036f")
    return unicodedata.normalize("NFC", bare)


def words_of(name: str) -> list[str]:
    """Give the words of a name without its company form; single letters in a row are one word (S. A. is SA)."""
    words, ends, starts, last_words = _forms()
    found: list[str] = []
    letters = ""
    for word in _WORD.findall(folded(name)):
        if len(word) == 1 and word.isascii() and word.isalpha():
            letters += word
            continue
        if letters:
            found.append(letters)
            letters = ""
        found.append(word)
    if letters:
        found.append(letters)
    for length in (4, 3, 2) if found and found[-1] in last_words else ():
        if len(found) > length and " ".join(found[-length:]) in words:
            del found[-length:]
    while len(found) > 1 and (found[-1] in _CONNECTORS or words.get(found[-1]) in {"end", "both"}):
        found.pop()
    while len(found) > 1 and words.get(found[0]) in {"start", "both"}:
        found.pop(0)
    return [bare for word in found if (bare := word if word.isascii() else _without_form(word, ends, starts))]


def _without_form(word: str, ends: Sequence[str], starts: Sequence[str]) -> str:
    """Take the form off a word that is written without a gap; a word that is nothing but a form falls away."""
    for form in ends:
        if word.endswith(form):
            word = word[: -len(form)]
            break
    for form in starts:
        if word.startswith(form):
            return word[len(form) :]
    return word


def name_keys(name: str) -> tuple[str, ...]:
    """Give the comparable forms of a name, the whole one first.

    1. The whole name: words joined, company form off, accents and case gone.
    2. With umlauts also as they are spelled without them (Müller, Mueller).
    3. In two scripts also each script's own part, where it is long enough to be a name (华为技术 Huawei Technologies).
    """
    words = words_of(name)
    found = ["".join(words)]
    lowered = name.casefold()
    if not lowered.isascii() and (spelled := lowered.translate(_UMLAUTS)) != lowered:
        found.append("".join(words_of(spelled)))
    han = "".join(word for word in words if _HAN.search(word))
    latin = "".join(word for word in words if word.isascii())
    if han and latin:
        found += [han] if len(han) >= PART_LENGTH_MIN["han"] else []
        found += [latin] if len(latin) >= PART_LENGTH_MIN["latin"] else []
    return tuple(dict.fromkeys(key for key in found if len(key) > 1))


def number_key(text: str) -> str:
    """Give a VAT or registration number without gaps and signs; empty for one too short, or whose digits are all noughts."""
    bare = _SIGNS.sub("", text.lower())
    return bare if len(bare) >= NUMBER_LENGTH_MIN and bare.strip(_NO_FIGURE) else ""


def alike(one: str, other: str) -> bool:
    """Tell whether two name keys are alike: one begins with the other, or most of their pairs of signs are the same.

    Figures must be the same: branch 2 is not branch 4.
    """
    if _FIGURES.findall(one) != _FIGURES.findall(other):
        return False
    short, long = sorted((one, other), key=len)
    if len(short) >= PART_LENGTH_MIN["latin"] and long.startswith(short):
        return True
    pairs, others = ({key[at : at + 2] for at in range(len(key) - 1)} for key in (one, other))
    return 2 * len(pairs & others) * 1000 >= SIMILAR_PER_MILLE * (len(pairs) + len(others)) > 0


class _Links:
    """Customers joined to sets, with the reasons."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}
        self._links: list[tuple[int, Sameness]] = []

    def root(self, one: int) -> int:
        while (above := self._parent.setdefault(one, one)) != one:
            self._parent[one] = self._parent[above]
            one = above
        return one

    def join(self, customers: Iterable[int], why: Sameness) -> None:
        first, *others = customers
        for other in others:
            self._parent[self.root(other)] = self.root(first)
        self._links.append((first, why))

    def sets(self) -> list[Twins]:
        members: dict[int, list[int]] = {}
        for one in sorted(self._parent):
            members.setdefault(self.root(one), []).append(one)
        reasons: dict[int, set[Sameness]] = {}
        for one, why in self._links:
            reasons.setdefault(self.root(one), set()).add(why)
        return [
            Twins(tuple(ids), tuple(why for why in Sameness if why in reasons[root])) for root, ids in members.items()
        ]


def twins(parties: Iterable[Party]) -> list[Twins]:
    """Give the sets of customers that may be one, by their first customer; see ``docs/algorithms/data-check.md``."""
    links = _Links()
    first_key: dict[int, str] = {}
    by_vat: dict[str, list[Party]] = {}
    by_register: dict[tuple[str, ...], list[Party]] = {}
    by_name: dict[str, list[Party]] = {}
    by_domain: dict[str, list[Party]] = {}
    for one in parties:
        if one.vat_no and (key := number_key(one.vat_no)):
            by_vat.setdefault(key, []).append(one)
        if one.registration_no and (key := number_key(one.registration_no)):
            town = folded(one.city) if len(key) < LOCAL_NUMBER_LENGTH else ""
            by_register.setdefault((key, one.country, town), []).append(one)
        keys = keys_of(one)
        first_key[one.customer_id] = keys[0] if keys else ""
        for key in keys:
            by_name.setdefault(key, []).append(one)
        for domain in one.domains:
            by_domain.setdefault(domain, []).append(one)
    _join_numbers(links, by_vat, Sameness.VAT)
    _join_numbers(links, by_register, Sameness.REGISTRATION)
    for block in by_name.values():
        if len(block) > 1:
            for fitting in _of_one_country(block):
                links.join((one.customer_id for one in fitting), Sameness.NAME)
    for domain, block in by_domain.items():
        if 1 < len(block) <= SHARED_MAX and domain not in public_domains():
            _join_alike(links, block, first_key)
    return links.sets()


def keys_of(one: Party) -> tuple[str, ...]:
    """Give the keys of a customer's name and legal name."""
    if not one.legal_name or one.legal_name == one.name:
        return name_keys(one.name)
    return tuple(dict.fromkeys((*name_keys(one.name), *name_keys(one.legal_name))))


def _join_numbers(links: _Links, blocks: Mapping[Any, list[Party]], why: Sameness) -> None:
    for block in blocks.values():
        if 1 < len(block) <= SHARED_MAX:
            links.join((one.customer_id for one in block), why)


def _of_one_country(block: list[Party]) -> Iterator[list[Party]]:
    """Part customers of one name by country; an unknown country joins the only known one.

    Where each has a registration number of its own they are different companies, and no set.
    """
    countries: dict[str, list[Party]] = {}
    for one in block:
        countries.setdefault(one.country, []).append(one)
    if len(countries) == 2 and "" in countries:
        countries = {"": block}
    for same in countries.values():
        numbers = {number_key(one.registration_no) for one in same}
        if len(same) > 1 and ("" in numbers or len(numbers) < len(same)):
            yield same


def _join_alike(links: _Links, block: list[Party], first_key: Mapping[int, str]) -> None:
    ordered = sorted((first_key[one.customer_id], one.customer_id, one.group_id or 0) for one in block)
    for at, (key, customer_id, group_id) in enumerate(ordered):
        for other, other_id, other_group in ordered[at + 1 : at + 1 + NEIGHBOURS]:
            if not (group_id and group_id == other_group) and alike(key, other):
                links.join((customer_id, other_id), Sameness.MAIL)
