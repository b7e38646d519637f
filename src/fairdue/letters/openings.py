"""What each document says in its own voice: the subject, the opening, and the request after the figures."""

from __future__ import annotations

from dataclasses import dataclass

from fairdue.letters.balance import balance_opening, balance_request, balance_subject
from fairdue.letters.facts import Document, LetterFacts
from fairdue.letters.forms import form_name
from fairdue.letters.wording import Words


@dataclass(frozen=True, slots=True)
class Voice:
    """Subject, opening paragraphs and request paragraphs of one letter."""

    subject: str
    opening: tuple[str, ...]
    request: tuple[str, ...] = ()


def voice(facts: LetterFacts, w: Words) -> Voice:
    """Give the voice of the facts' document."""
    return VOICES[facts.document](facts, w)


def _payable(facts: LetterFacts, w: Words) -> dict[str, str]:
    return {"amount": w.figures.money(facts.totals.payable_minor, facts.totals.currency)}


def _open(facts: LetterFacts, w: Words) -> dict[str, str]:
    return {"amount": w.figures.money(facts.totals.open_minor, facts.totals.currency)}


def _pay_by(facts: LetterFacts, w: Words) -> str:
    amount = _payable(facts, w)
    if facts.deadline is None:
        return w._("Please pay %(amount)s now.") % amount
    return w._("Please pay %(amount)s by %(date)s.") % {**amount, "date": w.figures.long_date(facts.deadline)}


def _disputed(facts: LetterFacts, w: Words) -> tuple[str, ...]:
    totals = facts.totals
    if not totals.disputed_minor:
        return ()
    amount = {"amount": w.figures.money(totals.disputed_minor, totals.currency)}
    return (
        w._(
            "You have questioned %(amount)s. While we examine this, we do not ask you to pay that part; "
            "the rest stays due."
        )
        % amount,
    )


def _crossed(w: Words) -> str:
    return w._("If you have paid in the last few days, please disregard this letter and accept our thanks.")


def _receipt_confirmation(facts: LetterFacts, w: Words) -> Voice:
    count = len(facts.items)
    if count == 1:
        subject = w._("Invoice %(number)s: received and in order?") % {"number": facts.items[0].document_number}
    else:
        subject = w.many(
            "%(count)s invoice: received and in order?", "%(count)s invoices: received and in order?", count
        )
    return Voice(
        subject,
        (
            w.many(
                "We have recently sent you the invoice listed below.",
                "We have recently sent you the %(count)s invoices listed below.",
                count,
            ),
            w._(
                "So that nothing stands in the way of payment on the due date, please let us know whether you have "
                "received it, whether it is correct and whether it has been approved."
            ),
        ),
        (w._("If anything is missing or incorrect, please tell us now and we will put it right at once."),),
    )


def _reminder(facts: LetterFacts, w: Words) -> Voice:
    due = sorted({item.due_on for item in facts.items if item.due_on is not None})
    amount = _payable(facts, w)
    if len(due) == 1:
        subject = w._("Payment reminder: %(amount)s due on %(date)s") % {**amount, "date": w.figures.long_date(due[0])}
    else:
        subject = w._("Payment reminder: %(amount)s falling due") % amount
    return Voice(
        subject,
        (
            w.many(
                "This is a friendly reminder that the item listed below falls due shortly.",
                "This is a friendly reminder that the %(count)s items listed below fall due shortly.",
                len(facts.items),
            ),
            w._(
                "Below you find the amount, the date and how to pay. If the payment is already arranged, "
                "there is nothing more to do."
            ),
        ),
        _disputed(facts, w),
    )


def _overdue_notice(facts: LetterFacts, w: Words) -> Voice:
    return Voice(
        w._("Notice of overdue payment: %(amount)s") % _payable(facts, w),
        (
            w.many(
                "According to our records, the item listed below has passed its due date and has not been "
                "paid in full.",
                "According to our records, the %(count)s items listed below have passed their due dates "
                "and have not been paid in full.",
                len(facts.items),
            ),
            w.sentences(w._("This may be an oversight, or the payment may already be on its way."), _crossed(w)),
        ),
        (
            *_disputed(facts, w),
            _pay_by(facts, w),
            w._(
                "If something stands in the way, such as an error in the invoice, an open question about "
                "the delivery or a "
                "missing approval, please tell us: we will look for a solution together with you."
            ),
        ),
    )


def _payment_offer(facts: LetterFacts, w: Words) -> Voice:
    offer = (
        w._("If one payment is not possible at present, we offer you the instalments listed above.")
        if facts.instalments
        else w._(
            "If one payment is not possible at present, we are glad to agree on instalments: please tell "
            "us which amounts and dates would suit you."
        )
    )
    return Voice(
        w._("Your open balance of %(amount)s: how we can help") % _payable(facts, w),
        (
            w.many(
                "The item listed below is still open in our books.",
                "The %(count)s items listed below are still open in our books.",
                len(facts.items),
            ),
            w.sentences(
                w._(
                    "We know that payments can be delayed for many reasons, and we would like to find a "
                    "way that suits you."
                ),
                _crossed(w),
            ),
        ),
        (*_disputed(facts, w), _pay_by(facts, w), offer),
    )


def _earlier(facts: LetterFacts, w: Words) -> str:
    count = len(facts.items)
    if not facts.earlier_letters_on:
        return w.many(
            "The item listed below remains unpaid after its due date.",
            "The %(count)s items listed below remain unpaid after their due dates.",
            count,
        )
    dates = w.figures.listing([w.figures.long_date(on) for on in facts.earlier_letters_on])
    return w.sentences(
        w._("We wrote to you on %(dates)s.") % {"dates": dates},
        w.many("The item listed below is still unpaid.", "The %(count)s items listed below are still unpaid.", count),
    )


def _titled(facts: LetterFacts, w: Words) -> str:
    """Give the subject of a notice whose form has a name of its own."""
    if facts.form is None or facts.form.name is None:
        return ""
    values = {"form": form_name(facts.form.name, w), **_payable(facts, w)}
    if facts.document is Document.FINAL_NOTICE:
        return w._("%(form)s, final notice: payment of %(amount)s") % values
    return w._("%(form)s: payment of %(amount)s") % values


def _formal_notice(facts: LetterFacts, w: Words) -> Voice:
    amount = _payable(facts, w)
    if facts.deadline is None:
        demand = w._("We therefore formally request you to pay %(amount)s without delay.") % amount
    else:
        date = w.figures.long_date(facts.deadline)
        demand = w._("We therefore formally request you to pay %(amount)s by %(date)s.") % {**amount, "date": date}
    return Voice(
        _titled(facts, w) or w._("Formal notice: payment of %(amount)s") % amount,
        (_earlier(facts, w), _crossed(w)),
        (
            *_disputed(facts, w),
            demand,
            w._("If you contest the claim or any part of it, please tell us the reason in writing by then."),
        ),
    )


def _final_notice(facts: LetterFacts, w: Words) -> Voice:
    return Voice(
        _titled(facts, w) or w._("Final notice: payment of %(amount)s") % _payable(facts, w),
        (
            _earlier(facts, w),
            w.sentences(
                w._("This is our last reminder in this matter before we decide how to proceed."),
                w._("We would much prefer to settle it with you directly."),
                _crossed(w),
            ),
        ),
        (
            *_disputed(facts, w),
            _pay_by(facts, w),
            w._(
                "If you contest the claim or any part of it, or if you wish to agree on instalments, "
                "please contact us by then."
            ),
        ),
    )


def _statement(facts: LetterFacts, w: Words) -> Voice:
    date = {"date": w.figures.long_date(facts.written_on)}
    return Voice(
        w._("Statement of account as of %(date)s") % date,
        (
            w._("This statement lists the items that are open in our books on %(date)s.") % date,
            w._("Please compare it with your own records and tell us of any difference. It is sent for information."),
        ),
        _disputed(facts, w),
    )


def _balance_confirmation(facts: LetterFacts, w: Words) -> Voice:
    return Voice(balance_subject(facts, w), balance_opening(facts, w), balance_request(facts, w))


def _thank_you(facts: LetterFacts, w: Words) -> Voice:
    if facts.payment is None:
        received = w._("We have received your payment. Thank you very much.")
    else:
        amount = w.figures.money(facts.payment.amount_minor, facts.totals.currency)
        received = w._("We received your payment of %(amount)s on %(date)s. Thank you very much.") % {
            "amount": amount,
            "date": w.figures.long_date(facts.payment.received_on),
        }
    settled = (
        (
            w.many(
                "It concerns the item listed below.", "It concerns the %(count)s items listed below.", len(facts.items)
            ),
        )
        if facts.items
        else ()
    )
    return Voice(
        w._("Thank you for your payment"),
        (received, *settled),
        (w._("We appreciate working with you and look forward to continuing."),),
    )


VOICES = {
    Document.RECEIPT_CONFIRMATION: _receipt_confirmation,
    Document.REMINDER: _reminder,
    Document.OVERDUE_NOTICE: _overdue_notice,
    Document.PAYMENT_OFFER: _payment_offer,
    Document.FORMAL_NOTICE: _formal_notice,
    Document.FINAL_NOTICE: _final_notice,
    Document.STATEMENT: _statement,
    Document.BALANCE_CONFIRMATION: _balance_confirmation,
    Document.THANK_YOU: _thank_you,
}
