"""What a law asks of a letter's form, in the letter's language: its name, what it must say, a form to answer on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from fairdue.letters.facts import ChargeKind, ChargeLine, FormName, FormStatement, FormText, LetterFacts
from fairdue.letters.model import Box
from fairdue.letters.wording import Words


def form_name(name: FormName, w: Words) -> str:
    """Name the form: in the letter's language, with the country's own word where that is another."""
    return NAMES[name](w)


def form_box(facts: LetterFacts, w: Words) -> Box | None:
    """Give the part that says what the law asks for; None where it asks for nothing."""
    if facts.form is None:
        return None
    said = tuple(filter(None, (statement(one, facts, w) for one in facts.form.statements)))
    return Box(w._("Legal information"), points=said) if said else None


def reply_box(facts: LetterFacts, w: Words) -> Box | None:
    """Give the form to answer on, where the law asks for one."""
    if facts.form is None or not facts.form.reply_form:
        return None
    answers = (
        w._("I owe the whole amount and pay it at once."),
        w._("I owe the whole amount and need time: please propose instalments."),
        w._("I owe a part of the amount only. The part and the reason:"),
        w._("I do not owe the amount. The reason:"),
        w._("I wish to see these documents:"),
        w._("I am seeking advice on the debt and answer by:"),
    )
    intro = w._("Please tick what applies, and return this page to us.")
    return Box(w._("Reply form"), (intro,), points=tuple(f"[   ] {answer}" for answer in answers))


def statement(asked: FormStatement, facts: LetterFacts, w: Words) -> str:
    """Say one thing that the law asks for; empty where the facts hold nothing it could be said of.

    A date stands in several of them, so a letter without a deadline leaves those out: ``dunning`` gives every such letter one.
    """
    make = STATEMENTS[asked.text]
    return make(Said(asked.basis, facts, w, _values(asked, facts, w)))


class Said(NamedTuple):
    """What a statement is made from: ``values`` fill its placeholders."""

    basis: str
    facts: LetterFacts
    w: Words
    values: dict[str, str]


def _values(asked: FormStatement, facts: LetterFacts, w: Words) -> dict[str, str]:
    date = w.figures.long_date(facts.deadline) if facts.deadline else ""
    return {"basis": asked.basis, "date": date, "email": facts.creditor.email or facts.contact_person.email}


def _first(facts: LetterFacts, kind: ChargeKind) -> ChargeLine | None:
    return next((line for line in facts.charges if line.kind is kind), None)


def _interest(said: Said) -> str:
    """Tell the rate as the law does, as points above the reference rate; an agreed rate as agreed."""
    line = _first(said.facts, ChargeKind.INTEREST)
    if line is None or line.rate is None:
        return ""
    w = said.w
    if how := w.above_reference(line.rate):
        return w._("Late interest: %(rate)s (%(basis)s).") % {"rate": how, "basis": said.basis}
    how = w.all_in(line.rate)
    return w._("Late interest: %(rate)s (%(basis)s).") % {"rate": how, "basis": line.basis} if how else ""


def _compensation(said: Said) -> str:
    line = _first(said.facts, ChargeKind.COMPENSATION)
    if line is None:
        return ""
    amount = said.w.figures.money(line.amount_minor, said.facts.totals.currency)
    text = said.w._("Fixed compensation for recovery costs of %(amount)s for each late payment (%(basis)s).")
    return text % {"amount": amount, "basis": said.basis}


@dataclass(frozen=True, slots=True)
class Plain:
    """A statement that is one text. ``dated`` ones need a deadline."""

    text: Callable[[Words], str]
    dated: bool = False

    def __call__(self, said: Said) -> str:
        return "" if self.dated and said.facts.deadline is None else self.text(said.w) % said.values


def _pay_or_object(said: Said) -> str:
    if said.facts.deadline is None:
        return ""
    if not said.basis:
        text = said.w._("Please pay by %(date)s, or tell us in writing by then why you contest the claim.")
    else:
        text = said.w._("Please pay by %(date)s, or tell us in writing by then why you contest the claim (%(basis)s).")
    return text % said.values


STATEMENTS: dict[FormText, Callable[[Said], str]] = {
    FormText.FORMAL_DEMAND: Plain(lambda w: w._("This letter is a formal demand for payment (%(basis)s).")),
    FormText.INTEREST_BASIS: _interest,
    FormText.COMPENSATION_BASIS: _compensation,
    FormText.PENALTIES_WITHOUT_REMINDER: Plain(
        lambda w: w._("Late penalties run from the day after the due date; no reminder is needed for them (%(basis)s).")
    ),
    FormText.PUTS_IN_DEFAULT: Plain(
        lambda w: w._(
            "Where a fixed date or the law has not done so already, this letter puts you in default (%(basis)s)."
        )
    ),
    FormText.INTERRUPTS_LIMITATION: Plain(
        lambda w: w._("This written demand interrupts the limitation period (%(basis)s).")
    ),
    FormText.MEANT_TO_INTERRUPT: Plain(
        lambda w: w._("This demand is also made with regard to the limitation period (%(basis)s).")
    ),
    FormText.RESERVES_PERFORMANCE: Plain(lambda w: w._("We expressly reserve our right to performance (%(basis)s).")),
    FormText.LETTER_BEFORE_CLAIM: Plain(
        lambda w: w._(
            "This is a letter before claim (%(basis)s). If neither payment nor an answer has reached us by %(date)s, "
            "we may bring the claim before the court without further notice."
        ),
        dated=True,
    ),
    FormText.LETTER_OF_CLAIM: Plain(
        lambda w: w._(
            "This is a letter of claim (%(basis)s). Please answer by %(date)s, on the reply form of this letter or "
            "the one enclosed. If no answer has reached us by then, we may bring the claim before the court."
        ),
        dated=True,
    ),
    FormText.CLAIM_RESTS_ON: Plain(
        lambda w: w._("The claim rests on the contracts under which the items listed above were invoiced.")
    ),
    FormText.DOCUMENTS_ON_REQUEST: Plain(
        lambda w: w._("On request we send you copies of the documents on which the claim rests.")
    ),
    FormText.DEBT_ADVICE: Plain(
        lambda w: w._(
            "Free and independent advice on debts is open to individuals. If you need time for it, please tell us."
        )
    ),
    FormText.NEW_DUE_DATE: Plain(lambda w: w._("The new due date is %(date)s."), dated=True),
    FormText.COLLECTION_MAY_BEGIN: Plain(
        lambda w: w._("If the amount has not been paid by %(date)s, collection under %(basis)s may begin."), dated=True
    ),
    FormText.DEMAND_BEFORE_SUIT: Plain(
        lambda w: w._("This is the demand that comes before a claim is brought before the court (%(basis)s).")
    ),
    FormText.PAY_OR_OBJECT: _pay_or_object,
    FormText.CONFIRM_RECEIPT: Plain(lambda w: w._("Please confirm to us that you have received this letter.")),
    FormText.DATA_PROTECTION: Plain(
        lambda w: w._(
            "We process your data to perform the contract and to pursue this claim (%(basis)s). At %(email)s you can ask "
            "which data of yours we hold, and have them corrected."
        )
    ),
}
"""What each text key says."""

NAMES: dict[FormName, Callable[[Words], str]] = {
    FormName.MAHNUNG: lambda w: w._("Formal notice (Mahnung)"),
    FormName.MISE_EN_DEMEURE: lambda w: w._("Formal notice (mise en demeure)"),
    FormName.COSTITUZIONE_IN_MORA: lambda w: w._("Formal notice (costituzione in mora)"),
    FormName.REQUERIMIENTO: lambda w: w._("Formal notice (requerimiento de pago)"),
    FormName.AANMANING: lambda w: w._("Formal notice (aanmaning)"),
    FormName.LETTER_BEFORE_CLAIM: lambda w: w._("Letter before claim"),
    FormName.LETTER_OF_CLAIM: lambda w: w._("Letter of claim"),
    FormName.INKASSOVARSEL: lambda w: w._("Notice before collection (inkassovarsel)"),
    FormName.INKASSOKRAV: lambda w: w._("Collection demand (inkassokrav)"),
    FormName.PREDZALOBNI_VYZVA: lambda w: w._("Demand before suit (předžalobní výzva)"),
    FormName.WEZWANIE_DO_ZAPLATY: lambda w: w._("Demand before suit (wezwanie do zapłaty)"),
    FormName.DEMAND_NOTICE: lambda w: w._("Demand notice"),
    FormName.SAIKOKU: lambda w: w._("Demand for payment (saikoku)"),
    FormName.CUIKUANHAN: lambda w: w._("Demand for payment (cuikuan han)"),
}
"""How the letter is called."""
