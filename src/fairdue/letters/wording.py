"""The words of the letters: labels, headings and the sentences that state a fact.

English text is the message id; ``locale/*/LC_MESSAGES/letters.po`` holds the rest. House rules: polite, neutral, no
blame, no threat, nothing announced that the facts do not carry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from gettext import NullTranslations

from fairdue.letters.bidi import own_run
from fairdue.letters.catalogue import RTL_LANGUAGES, Choice, translations
from fairdue.letters.facts import (
    ChargeKind,
    ChargeLine,
    Consequence,
    CopyKind,
    Enclosure,
    ItemKind,
    Person,
    RatePeriod,
    RateText,
)
from fairdue.letters.figures import Figures


@dataclass(frozen=True, slots=True)
class Words:
    """Translates and fills in for one language and locale."""

    language: str
    catalogue: NullTranslations
    figures: Figures

    def _(self, message: str) -> str:
        return self.catalogue.gettext(message)

    def many(self, one: str, more: str, count: int) -> str:
        """Choose the plural form for ``count`` and fill it in as ``%(count)s``."""
        return self.catalogue.ngettext(one, more, count) % {"count": self.figures.count(count)}

    def sentences(self, *parts: str) -> str:
        """Join whole sentences: Chinese sets no space between them."""
        return ("" if self.language == "zh_Hans" else " ").join(part for part in parts if part)

    def own(self, lines: tuple[str, ...]) -> tuple[str, ...]:
        """Isolate names and address lines in a right-to-left letter, so that each keeps its own order."""
        return tuple(own_run(line) for line in lines) if self.language in RTL_LANGUAGES else lines

    def item_kind(self, kind: ItemKind) -> str:
        """Name a kind of item."""
        _ = self._
        names = {
            ItemKind.INVOICE: _("Invoice"),
            ItemKind.CREDIT_NOTE: _("Credit note"),
            ItemKind.DEBIT_NOTE: _("Debit note"),
            ItemKind.INSTALMENT: _("Instalment"),
            ItemKind.MILESTONE: _("Milestone"),
            ItemKind.CHARGE: _("Charge"),
            ItemKind.PAYMENT: _("Payment"),
        }
        return names[kind]

    def charge_kind(self, kind: ChargeKind) -> str:
        """Name a kind of charge."""
        _ = self._
        names = {
            ChargeKind.INTEREST: _("Late interest"),
            ChargeKind.COMPENSATION: _("Fixed compensation for recovery costs"),
            ChargeKind.FEE: _("Fee"),
        }
        return names[kind]

    def enclosure(self, one: Enclosure) -> str:
        """Name an enclosure: what it is a copy of, of which document, under which file name, and where it is found."""
        if one.kind is None:
            return one.file_name
        (name,) = self.own((one.file_name,))
        what = " ".join(part for part in (self.copy_kind(one.kind), one.number) if part)
        if one.online:
            return self._("%(copy)s (on your page: %(file)s)") % {"copy": what, "file": name}
        return self._("%(copy)s (%(file)s)") % {"copy": what, "file": name}

    def copy_kind(self, kind: CopyKind) -> str:
        """Name what a file is a copy of."""
        _ = self._
        names = {
            CopyKind.INVOICE: _("Invoice"),
            CopyKind.CONTRACT: _("Contract"),
            CopyKind.ORDER: _("Order"),
            CopyKind.DELIVERY_PROOF: _("Proof of delivery"),
            CopyKind.ACCEPTANCE: _("Acceptance record"),
            CopyKind.CONFIRMATION: _("Confirmation"),
        }
        return names[kind]

    def consequence(self, key: Consequence) -> str:
        """State a possible consequence in neutral words."""
        return CONSEQUENCES[key](self)

    def rate(self, rate: RateText) -> str:
        """Write how a rate is made up, as the statute does: percentage points above a named reference."""
        _, figures = self._, self.figures
        parts = [self.above_reference(rate)]
        if rate.reference_percent is not None:
            parts.append(_("reference rate %(rate)s") % {"rate": figures.percent(rate.reference_percent)})
        parts.append(self.all_in(rate))
        return self.join_clauses(parts)

    def all_in(self, rate: RateText) -> str:
        """Write a rate as one percentage; empty where it is not known."""
        if rate.all_in_percent is None:
            return ""
        return self._per(rate.per) % {"rate": self.figures.percent(rate.all_in_percent)}

    def above_reference(self, rate: RateText) -> str:
        """Write a rate as percentage points above its reference; empty for a rate that names none."""
        _, figures = self._, self.figures
        known = REFERENCES.get(rate.reference_code)
        name = known(self) if known else rate.reference_name
        if not name:
            return ""
        if rate.reference_multiple is not None:
            times = figures.decimal(rate.reference_multiple)
            return _("%(times)s times %(reference)s") % {"times": times, "reference": name}
        if rate.margin_points is None:
            return name
        values = {"points": figures.decimal(rate.margin_points), "reference": name}
        if known:
            return _("%(points)s percentage points above %(reference)s") % values
        return _("%(reference)s plus %(points)s percentage points") % values

    def _per(self, period: RatePeriod) -> str:
        _ = self._
        texts = {
            RatePeriod.YEAR: _("%(rate)s a year"),
            RatePeriod.MONTH: _("%(rate)s a month"),
            RatePeriod.DAY: _("%(rate)s a day"),
        }
        return texts[period]

    def join_clauses(self, parts: list[str]) -> str:
        """Join parts of a remark with the language's separator."""
        return self._("; ").join(part for part in parts if part)

    def charge_basis(self, charge: ChargeLine) -> str:
        """Write what a charge rests on, as far as other charges may rest on it too: the rate and its basis."""
        parts = [self.rate(charge.rate)] if charge.rate else []
        return self.join_clauses([*parts, self._basis(charge)])

    def charge_figures(self, charge: ChargeLine, currency: str) -> str:
        """Write what is a charge's own: the principal, the days, the day on which it was claimed first."""
        return self.join_clauses(self._figures(charge, currency))

    def _basis(self, charge: ChargeLine) -> str:
        return self._("basis: %(basis)s") % {"basis": charge.basis} if charge.basis else ""

    def _figures(self, charge: ChargeLine, currency: str) -> list[str]:
        _, figures, parts = self._, self.figures, []
        if charge.principal_minor is not None:
            parts.append(_("on %(amount)s") % {"amount": figures.money(charge.principal_minor, currency)})
        if charge.days is not None:
            parts.append(self.days(charge.days))
        if charge.claimed_on is not None:
            parts.append(_("claimed on %(date)s") % {"date": figures.short_date(charge.claimed_on)})
        return parts

    def charge_remark(self, charge: ChargeLine, currency: str) -> str:
        """Write rate, days, principal and basis of a charge as one remark."""
        rate = [self.rate(charge.rate)] if charge.rate else []
        return self.join_clauses([*rate, *self._figures(charge, currency), self._basis(charge)])

    def days(self, count: int) -> str:
        """Write a number of days."""
        return self.many("%(count)s day", "%(count)s days", count)

    def greeting(self, name: str, warm: bool) -> str:
        """Greet: by name where a name is known and the tone is warm, else the formal way."""
        _ = self._
        return _("Dear %(name)s,") % {"name": name} if name and warm else _("Dear Sir or Madam,")

    def closing(self, warm: bool) -> str:
        """Close the letter."""
        _ = self._
        return _("With kind regards") if warm else _("Yours faithfully")

    def talk(self, person: Person) -> str:
        """Offer a person to talk to."""
        _ = self._
        if not person.name:
            return _("If you have a question or wish to talk, we are glad to hear from you.")
        return _("If you have a question or wish to talk, %(name)s is glad to help.") % {"name": person.name}


REFERENCES: dict[str, Callable[[Words], str]] = {
    "DE_BASISZINS": lambda w: w._("the German base rate (section 247 BGB)"),
    "AT_BASISZINS": lambda w: w._("the Austrian base rate"),
    "ECB_MRO": lambda w: w._("the main refinancing rate of the European Central Bank"),
    "ECB_MRO_H": lambda w: w._("the main refinancing rate of the European Central Bank"),
    "UK_BANK_RATE": lambda w: w._("the Bank of England base rate"),
    "UK_BANK_RATE_H": lambda w: w._("the Bank of England base rate"),
    "CN_LPR_1Y": lambda w: w._("the one-year loan prime rate (LPR)"),
}
"""Names of well-known reference rates, in the form that follows "above"."""

CONSEQUENCES: dict[Consequence, Callable[[Words], str]] = {
    Consequence.INTEREST_CONTINUES: lambda w: w._("Late interest continues to run until the day of payment."),
    Consequence.COMPENSATION_DUE: lambda w: w._("Fixed compensation for recovery costs falls due."),
    Consequence.DELIVERIES_PAUSED: lambda w: w._(
        "Further deliveries and services may be paused until the account is settled."
    ),
    Consequence.PREPAYMENT_ONLY: lambda w: w._("New orders may be accepted against prepayment only."),
    Consequence.TERMS_REVIEWED: lambda w: w._("The credit limit and the payment terms may be reviewed."),
    Consequence.RETENTION_OF_TITLE: lambda w: w._(
        "As agreed, the goods remain our property until they are paid in full."
    ),
    Consequence.WHOLE_PLAN_DUE: lambda w: w._("As agreed, the whole rest of the instalment plan may fall due at once."),
    Consequence.INSURER_INFORMED: lambda w: w._("We may have to report the overdue payment to our credit insurer."),
    Consequence.MEDIATION_PROPOSED: lambda w: w._("We may propose that a neutral mediator help us to find a solution."),
    Consequence.COLLECTION_AGENCY: lambda w: w._("We may entrust a collection service with the claim."),
    Consequence.LAWYER: lambda w: w._("We may entrust a lawyer with the claim."),
    Consequence.COURT_ORDER: lambda w: w._("We may apply to the competent court for a payment order."),
}


def words(choice: Choice) -> Words:
    """Give the words for a chosen language."""
    return Words(choice.language, translations(choice.language), Figures(choice.locale))
