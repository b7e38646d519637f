"""The balance confirmation: what it asks to confirm, the page to answer on, and the form to sign and send back."""

from __future__ import annotations

from datetime import date

from fairdue.letters.facts import LetterFacts
from fairdue.letters.model import Box
from fairdue.letters.wording import Words

TICK = "[   ] "
LINES_FOR_DIFFERENCES = 2
"""Numbered lines of the form to write differences on."""


def _stated_on(facts: LetterFacts) -> date:
    return facts.as_of or facts.written_on


def _dated(facts: LetterFacts, w: Words) -> dict[str, str]:
    return {"date": w.figures.long_date(_stated_on(facts))}


def balance_subject(facts: LetterFacts, w: Words) -> str:
    """Name the letter with the day whose balance it states."""
    if facts.asked_on:
        return w._("Reminder: balance confirmation as of %(date)s") % _dated(facts, w)
    return w._("Balance confirmation as of %(date)s") % _dated(facts, w)


def balance_opening(facts: LetterFacts, w: Words) -> tuple[str, ...]:
    """Say what is asked, and as of when: what came later is not in it."""
    return (
        *_asked(facts, w),
        w._(
            "The items listed below were open at the end of that day. Payments, credits and invoices of later days are not "
            "in the list."
        ),
    )


def _asked(facts: LetterFacts, w: Words) -> tuple[str, ...]:
    if facts.asked_on is None:
        text = w._("To reconcile our accounts we ask you to confirm the balance that our books show as of %(date)s.")
        return (text % _dated(facts, w),)
    text = w._(
        "On %(asked)s we asked you to confirm the balance that our books show as of %(date)s. We have no answer from you yet, and "
        "ask you once more; if your answer is on its way, please disregard this letter."
    )
    return (text % {**_dated(facts, w), "asked": w.figures.long_date(facts.asked_on)},)


def balance_request(facts: LetterFacts, w: Words) -> tuple[str, ...]:
    """Say how to answer, and what an answer is not: a demand, or consent to interest and costs."""
    how = (
        w._(
            "Please confirm the balance, or name each item that differs: on the page named below, or on the form at the end of "
            "this letter, signed and, where this is customary, stamped."
        )
        if facts.portal_link
        else w._(
            "Please confirm the balance, or name each item that differs, on the form at the end of this letter, signed and, "
            "where this is customary, stamped."
        )
    )
    return (
        how,
        w._(
            "This letter serves to reconcile accounts only and asks for no payment. A confirmation concerns the items listed "
            "above; it is no consent to interest or costs."
        ),
    )


def balance_page(facts: LetterFacts, w: Words) -> Box | None:
    """Give the part that leads to the page to answer on; None where the letter links to none."""
    if not facts.portal_link:
        return None
    return Box(
        w._("Your answer"),
        (w._("Opening the page changes nothing; only what you send from it is an answer."),),
        link=facts.portal_link,
        link_label=w._("Confirm the balance or name differences"),
    )


def balance_form(facts: LetterFacts, w: Words) -> Box:
    """Give the form to answer on: confirm or differ, with room for the differences, and who signs."""
    totals = facts.totals
    creditor = totals.payable_minor >= 0
    values = {
        **_dated(facts, w),
        "amount": w.figures.money(abs(totals.payable_minor), totals.currency),
        "name": (facts.creditor if creditor else facts.debtor).name,
        "reference": facts.reference,
    }
    points = (
        TICK + w._("We confirm the balance of %(amount)s in favour of %(name)s as of %(date)s.") % values,
        TICK + w._("The balance differs. Invoice number, our amount and the reason:"),
        *(f"{w.figures.count(n)}." for n in range(1, LINES_FOR_DIFFERENCES + 1)),
        w._("Name and role:"),
        w._("Date, signature and company stamp:"),
    )
    intro = w._("Please tick what applies, sign, and return this page to us (reference %(reference)s).") % values
    return Box(w._("Answer to the balance confirmation"), (intro,), points=points)
