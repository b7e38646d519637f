"""Field 86 taken apart: German subfields, slash codes, labels in free text; anything else stays the text that it is.

1. *Subfields*: three digits, a separator, two digits (``166?00…?20…``). The lines of the field are one text: banks break them anywhere.
   20 to 29 and 60 to 63 are the remittance, 30 the bank, 31 the account, 32 and 33 the name, 34 the key of a return. Inside the remittance
   the keys of SEPA (``EREF+`` …) may be cut by a subfield's end: they are looked for in the whole.
2. *Slash codes*: ``/EREF/…/REMI/…/``. Only codes of ``labels.csv`` count; any other slash is text.
3. *Labels*: two or more of ``labels.csv``, each with a colon. One alone may be somebody's sentence.
4. A remittance without keys keeps its lines or subfields as they are: whether a number runs over a line's end is for the matcher to try.
"""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from fairdue.formats.bank.records import Exchange, Fields, Party
from fairdue.formats.bank.values import given, minor
from fairdue.formats.errors import FormatError

_SUBFIELDS = re.compile(r"\s?(\d{3})([^\w\s/.,:;+-])(?=\d\d)")
_REMITTANCE = frozenset([*(str(n) for n in range(20, 30)), *(str(n) for n in range(60, 64))])
_USTD = re.compile(r"(USTD|STRD)//?|^//")
_STRUCTURED = re.compile(r"/?(?:STRD/)?(CUR|ISO|ISR|BBA|SQR)/(.+?)/?$")
_OAMT = re.compile(r"([A-Z]{3})\s?(\d{1,15}(?:,\d{0,6})?)(?!\d)")
_PURPOSE_CODE = re.compile(r"CD/(\w+)")


class Told(NamedTuple):
    """What field 86 says."""

    code: str = ""
    """The business transaction code (GVC) of a German bank."""
    posting_text: str = ""
    party: Party | None = None
    ultimate: Party | None = None
    ultimate_creditor: Party | None = None
    end_to_end: str = ""
    mandate: str = ""
    transaction: str = ""
    text: tuple[str, ...] = ()
    reference: str = ""
    """A structured creditor's reference."""
    reference_kind: str = ""
    purpose: str = ""
    return_code: str = ""
    exchange: Exchange | None = None
    """The amount as it was instructed (``OAMT+USD120,50``)."""
    notice: str = ""
    """What the bank itself adds, such as why a payment came back."""
    fields: Fields = ()


@cache
def _labels() -> dict[str, dict[str, str]]:
    """Give style → key → slot, from ``labels.csv``."""
    text = files("fairdue.formats.mt940").joinpath("labels.csv").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = {"sepa": {}, "slash": {}, "label": {}}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        found[row["style"]][row["key"]] = row["slot"]
    return found


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    labels = _labels()
    keys = {style: "|".join(sorted(map(re.escape, found), key=len, reverse=True)) for style, found in labels.items()}
    return (
        re.compile(rf"({keys['sepa']})(?:\+|(?<=MTLG):)"),
        re.compile(rf"/({keys['slash']})/"),
        re.compile(rf"(?:(?<=\s)|(?<=;)|^)({keys['label']})\s?:"),
    )


def take_apart(lines: list[str]) -> Told:
    """Read field 86, given its lines without ends."""
    first = lines[0]
    found = _SUBFIELDS.match(first)
    if found is not None:
        return _subfields("".join(lines), found)
    _, slash, label = _patterns()
    if first.startswith("/"):
        whole = "".join(lines)
        if slash.match(whole):
            return _slashes(whole, slash)
    whole = "\n".join(lines)
    if len(label.findall(whole)) >= 2:
        return _labelled(whole.replace("\n", ""), label)
    return Told(text=tuple(line for line in lines if line.strip()), fields=(("86", whole),))


@lru_cache(maxsize=64)
def _separated(by: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(by)}(?=\d\d)")


def _subfields(whole: str, found: re.Match[str]) -> Told:
    code, separator = found[1], found[2]
    parts = _separated(separator).split(whole[found.end(1) :])
    fields: list[tuple[str, str]] = [("86", code)]
    remittance: list[str] = []
    single: dict[str, str] = {}
    for part in parts:
        if not part:
            continue
        key, value = part[:2], part[2:]
        fields.append((f"86/{key}", value))
        if key in _REMITTANCE:
            remittance.append(value)
        else:
            single[key] = single.get(key, "") + value
    name = " ".join(filter(None, (single.get("32", "").strip(), single.get("33", "").strip())))
    if len(single.get("32", "")) == 27 and not single["32"].endswith(" "):
        # A full first half: the name runs on without a space.
        name = (single["32"] + single.get("33", "")).strip()
    keys = sepa_keys("".join(remittance))
    text = tuple(part for part in remittance if part.strip())
    if keys:
        said = [keys[""]] if keys.get("", "").strip() else []
        text = tuple(part.strip() for part in (*said, keys.get("text", "")) if part.strip())
    keys.setdefault("name", name)
    keys.setdefault("account", single.get("31", ""))
    keys.setdefault("bank", single.get("30", ""))
    returned = single.get("34", "").strip()
    return _told(
        keys, text, tuple(fields), code=code, posting_text=single.get("00", "").strip(),
        returned=returned if returned.startswith("9") and len(returned) == 3 else _returned(returned, code),
    )  # fmt: skip


def _returned(key: str, code: str) -> str:
    """Give the reason of a return: the last three digits of field 34 where the transaction is one."""
    return key[-3:] if code in ("108", "109", "159", "181", "184") and len(key) >= 3 and key[-3] == "9" else ""


def sepa_keys(text: str) -> dict[str, str]:
    """Give slot → value of a text with keys of SEPA (``EREF+…SVWZ+…``), empty without; what stands before the first is under ""."""
    return _keyed(text, _patterns()[0], _labels()["sepa"])


def _keyed(text: str, pattern: re.Pattern[str], slots: dict[str, str]) -> dict[str, str]:
    """Split a text at its keys; what stands before the first is under "". A slot's first value counts. Empty without keys."""
    parts = pattern.split(text)
    if len(parts) == 1:
        return {}
    found = {"": parts[0]}
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        found.setdefault(slots[key], value.strip())
    return found


def _slashes(whole: str, pattern: re.Pattern[str]) -> Told:
    parts = pattern.split(whole)
    slots = _labels()["slash"]
    fields: list[tuple[str, str]] = []
    found: dict[str, str] = {}
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        fields.append((f"86/{key}", value))
        value = value.strip().strip("/").strip() if slots[key] != "text" else value.strip().removesuffix("/")
        if slots[key] == "counterparty":
            account, bank, name, *city = (*value.split("/"), "", "", "")[:4]
            found |= {"account": account, "bank": bank, "name": name} | (
                {"address": city[0]} if city and city[0] else {}
            )
        else:
            found.setdefault(slots[key], value)
    reference = kind = ""
    text = found.get("text", "")
    if structured := _STRUCTURED.match(text):
        kind, reference, text = structured[1], structured[2], ""
    text = _USTD.sub("", text, count=1).strip()
    if code := _PURPOSE_CODE.search(found.get("purpose", "")):
        found["purpose"] = code[1]
    told = _told(found, (text,) if text else (), tuple(fields), returned=found.get("return_code", ""))
    return told._replace(reference=reference, reference_kind=kind)


def _labelled(whole: str, pattern: re.Pattern[str]) -> Told:
    parts = pattern.split(whole)
    slots = _labels()["label"]
    fields = [("86", parts[0])] if parts[0] else []
    found: dict[str, str] = {}
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        fields.append((f"86/{key}", value))
        found.setdefault(slots[key], value.strip().removesuffix(";").strip())
    text = found.get("text", "")
    told = _told(found, (text,) if text else (), tuple(fields), returned="")
    return told._replace(posting_text=parts[0].strip().removesuffix(";"))


def _told(
    found: dict[str, str],
    text: tuple[str, ...],
    fields: Fields,
    *,
    returned: str,
    code: str = "",
    posting_text: str = "",
) -> Told:
    get = found.get
    name, account, bank = get("name", ""), get("account", "").replace(" ", ""), get("bank", "").strip()
    address = (found["address"],) if get("address") else ()
    identifiers = (found["creditor_id"],) if get("creditor_id") else ()
    party = Party(name, account, bank, identifiers, address) if name or account or bank or identifiers else None
    return Told(
        code, posting_text, party, _named(get("ultimate", "")), _named(get("ultimate_creditor", "")),
        given(get("end_to_end", "")), get("mandate", ""), get("transaction", ""), text, "", "",
        get("purpose", ""), returned, _instructed(get("exchange", "")), get("notice", ""), fields,
    )  # fmt: skip


def _instructed(text: str) -> Exchange | None:
    """Read the amount of OAMT; one that is none, or in no currency, stays in the fields."""
    found = _OAMT.match(text)
    if found is None:
        return None
    try:
        return Exchange(minor(found[2], found[1], "86/OAMT", 0, ","), found[1])
    except FormatError:
        return None


def _named(text: str) -> Party | None:
    return Party(text.removeprefix("/NAME/").strip("/").strip()) if text else None
