"""What the pages of a proof say, in the language of who asks for it (English or Simplified Chinese)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from babel import Locale
from django.utils.translation import get_language, gettext, to_locale

from fairdue.dunning.proof.collect import Evidence
from fairdue.dunning.proof.draw import ProofPages, Section
from fairdue.dunning.proof.verify_proof import told
from fairdue.letters.figures import Figures

ROWS_MAX = 60
"""Items and entries shown on the pages; all of them stand in the manifest."""


def pages_of(evidence: Evidence, at: datetime) -> ProofPages:
    """Write the pages of a proof made at a moment."""
    language = "zh_Hans" if (get_language() or "en").startswith("zh") else "en"
    figures = Figures(Locale.parse(to_locale("zh-hans" if language == "zh_Hans" else "en-gb")))
    core, notice = evidence.core, evidence.notice
    sections = [
        _what(core, figures),
        _to_whom(core),
        _items(core, figures),
        _why(evidence),
        _bytes(evidence),
        _entries(evidence),
    ]
    lead = gettext("Made on %(at)s UTC by %(company)s") % {
        "at": _moment(at.isoformat()),
        "company": notice.company.name,
    }
    return ProofPages(
        language, gettext("Proof of notice %(number)s") % {"number": notice.number}, lead, notice.company.name,
        (*sections, _how_to_check(evidence)),
    )  # fmt: skip


def failing(keys: Sequence[str]) -> list[str]:
    """Say which checks of the verifier the records of a notice fail, in the language in force."""
    return [told(key, get_language() or "en") for key in keys]


def _what(core: Mapping[str, Any], figures: Figures) -> Section:
    notice, message = core["notice"], core["message"] or {}
    currency = notice["currency"]
    pairs = [
        (gettext("Notice"), notice["number"]),
        (gettext("Creditor"), core["company"]["name"]),
        (gettext("Debtor"), f"{_debtor(core)} ({core['customer']['number']})"),
        (gettext("Written on"), figures.long_date(date.fromisoformat(notice["written_on"]))),
        (gettext("To pay"), figures.money(notice["payable_minor"], currency)),
        (gettext("Interest and compensation"), figures.money(notice["charges_minor"], currency)),
        (
            gettext("Deadline"),
            figures.long_date(date.fromisoformat(notice["deadline_on"])) if notice["deadline_on"] else "–",
        ),
        (gettext("Released by"), notice["released_by"]),
        (gettext("Subject"), message.get("subject", "")),
    ]
    note = gettext(
        "A person was erased from these records, as the law asks. What is gone is marked as erased; its hashes stand in the audit log."
    )
    return Section(gettext("What was sent"), tuple(pairs), note=note if "erased" in core else "")


def _debtor(core: Mapping[str, Any]) -> str:
    return str((core["notice"]["facts"].get("debtor") or {}).get("name", ""))


def _to_whom(core: Mapping[str, Any]) -> Section:
    message = core["message"]
    if message is None:
        return Section(gettext("To whom, and how"), note=gettext("No message carried this notice."))
    evidence = "; ".join(f"{name}: {value}" for name, value in sorted(message["evidence"].items()))
    pairs = [
        (
            gettext("Recipient"),
            " · ".join(part for part in (message["recipient_name"], message["recipient_email"]) if part),
        ),
        (gettext("Channel"), message["channel"]),
        (gettext("Message-ID"), message["message_id"]),
        (gettext("Handed over (UTC)"), _moment(message["handed_over_at"]) or gettext("not recorded")),
        (gettext("Evidence of the hand-over"), evidence or "–"),
        (gettext("Posted on"), message["posted_on"]),
        (gettext("Tracking number"), message["tracking_no"]),
    ]
    note = gettext("The message came back afterwards.") if message["state"] == "bounced" else ""
    return Section(gettext("To whom, and how"), tuple((label, text) for label, text in pairs if text), note=note)


def _items(core: Mapping[str, Any], figures: Figures) -> Section:
    currency = core["notice"]["currency"]
    rows = tuple(
        (number, str(days), figures.number(held, currency), figures.number(opened, currency))
        for number, _item, opened, held, days in core["lines"][:ROWS_MAX]
    )
    columns = (gettext("Document"), gettext("Days overdue"), gettext("Held"), gettext("Open"))
    return Section(gettext("Items"), columns=columns, rows=rows, note=_more(len(core["lines"])))


def _why(evidence: Evidence) -> Section:
    policy, notice = evidence.core["policy"], evidence.core["notice"]
    pairs = [
        (gettext("Policy"), f"{policy['code']} {policy['number']}"),
        (gettext("Hash of its text"), policy["sha256"]),
        (gettext("Stage"), notice["stage_code"]),
        (gettext("Step"), notice["step_key"]),
    ]
    for leg in _law(notice["facts"]):
        pairs.append((gettext("Law"), leg))
    return Section(gettext("Under which policy and law"), tuple(pairs))


def _law(facts: Mapping[str, Any]) -> list[str]:
    """Give the legal bases that the letter states, each once."""
    found: list[str] = []
    for part in ("interest", "compensation", "charges"):
        for leg in _legs(facts.get(part)):
            text = " · ".join(
                str(leg[name]) for name in ("regime", "basis", "legal_basis", "statute", "source") if leg.get(name)
            )
            if text and text not in found:
                found.append(text)
    return found


def _legs(value: Any) -> list[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        return [value]
    return [leg for leg in value if isinstance(leg, Mapping)] if isinstance(value, list) else []


def _bytes(evidence: Evidence) -> Section:
    by_name = {name: sha256 for sha256, name in evidence.core["files"].items()}
    rows = tuple((name, f"{len(data)}", by_name.get(name, "")) for name, data in sorted(evidence.files.items()))
    gone = "; ".join(evidence.missing)
    note = gettext("No bytes are left of: %(hashes)s") % {"hashes": gone} if gone else ""
    return Section(
        gettext("Files inside this file"), columns=(gettext("File"), gettext("Bytes"), "SHA-256"), rows=rows, note=note
    )


def _entries(evidence: Evidence) -> Section:
    rows = tuple(
        (str(sequence), _moment(entry["at"]), entry["actor"], entry["action"], entry["subject"])
        for sequence, entry in sorted(evidence.entries.items())[:ROWS_MAX]
    )
    columns = (gettext("No."), gettext("Moment (UTC)"), gettext("By"), gettext("Action"), gettext("Of"))
    return Section(gettext("As the audit log has it"), columns=columns, rows=rows, note=_more(len(evidence.entries)))


def _more(count: int) -> str:
    return gettext("%(count)s in all; the manifest holds every one.") % {"count": count} if count > ROWS_MAX else ""


def _how_to_check(evidence: Evidence) -> Section:
    rows = tuple((str(sequence), head, place) for sequence, head, place in evidence.anchors[-5:])
    note = gettext(
        "The manifest inside holds these records and the chain of the audit log. The program verify_proof.py, which needs nothing but "
        "Python, confirms or refutes this file: python verify_proof.py FILE --head SEQUENCE:HASH, with a head that was kept elsewhere."
    )
    columns = (gettext("No."), gettext("Head of the chain"), gettext("Written down in"))
    return Section(gettext("How to check it"), columns=columns if rows else (), rows=rows, note=note)


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if text else ""
