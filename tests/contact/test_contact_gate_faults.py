"""Fault injection: a letter is released and ready; then one thing happens while the dispatcher is about to hand it over.

Each case is one line of the table ``FAULTS``: what happens, the reason that must be named, and what mends it. The real
dispatcher works with a real mail server. First a rehearsal says that the letter would leave. Then the fault is put in
when the dispatcher has already begun: nothing may reach the server, and the reason is named. Once mended, and looked at by a
person where it was held back, the letter leaves exactly once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from gate_house import POLICY, House, notes

from fairdue.contact.facts import ClaimItem
from fairdue.contact.models import GateBlock
from fairdue.ledger.models import Contact, Customer

pytestmark = pytest.mark.django_db
Act = Callable[[House], Any]
NOTHING: Act = lambda house: None  # noqa: E731 - the empty act of the table
FRIDAY = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
GOOD_FRIDAY = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)
AFTER_EASTER = datetime(2026, 4, 7, 9, 0, tzinfo=UTC)
CHAVEZ_DAY = datetime(2026, 3, 31, 17, 0, tzinfo=UTC)
DST_NIGHT = datetime(2026, 3, 29, 5, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Fault:
    """One line of the table. ``before`` is how things stand at release; ``at`` the moment of the fault, ``again`` of the mend."""

    happens: Act
    reason: str
    mended: Act | None
    before: Act = NOTHING
    message: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    again: datetime | None = None
    ready: bool = True
    """Whether a rehearsal before the fault lets it out; a letter that lacks its second person never was ready."""


def to_china(house: House) -> None:
    house.change(house.customer, country="CN")


def to_netherlands(house: House) -> None:
    house.change(house.customer, country="NL")


def contact(**values: Any) -> Act:
    return lambda house: house.change(house.contact, **values)


def customer(**values: Any) -> Act:
    return lambda house: house.change(house.customer, **values)


def apply_money(house: House) -> None:
    from fairdue.ledger.actions import do_allocate

    payment = house.kept["payment"]
    do_allocate(
        house.actor, amount_minor=payment.amount_minor, effective_on=house.today,
        due_item_id=_other_invoice(house, payment.amount_minor), payment_id=payment.pk,
    )  # fmt: skip


def not_theirs(house: House) -> None:
    """The payment turns out to be another customer's: taken back here and applied there."""
    house.reverse()
    apply_money(house)


def _other_invoice(house: House, amount_minor: int) -> int:
    """Book the invoice that the money was for, of another customer whose payment it was after all."""
    from fairdue.ledger.actions import Maturity, do_book_document
    from fairdue.ledger.models import Payment

    other = Customer.objects.create(
        company=house.company, number="99", number_key="99", name="Other", created_at=house.now
    )
    Payment.objects.filter(pk=house.kept["payment"].pk).update(customer=other, suspected_customer=None)
    document = do_book_document(
        house.actor, customer_id=other.pk, kind="invoice", number="X-1", issued_on=house.today, currency="EUR",
        maturities=[Maturity(house.today, amount_minor)],
    )  # fmt: skip
    return int(document.due_items.get().pk)


def credit_note(house: House) -> None:
    from fairdue.ledger.actions import Maturity, do_book_document

    document = do_book_document(
        house.actor, customer_id=house.customer.pk, kind="credit_note", number="G-1", issued_on=house.today,
        currency="EUR", maturities=[Maturity(house.today, 10_00)],
    )  # fmt: skip
    house.kept["credit"] = document.due_items.get()


def settle_credit(house: House) -> None:
    from fairdue.ledger.actions import do_allocate

    do_allocate(
        house.actor, kind="source_settlement", amount_minor=10_00, effective_on=house.today,
        credit_item_id=house.kept["credit"].pk, reason="paid out",
    )  # fmt: skip


def open_check(house: House) -> None:
    from fairdue.contact.actions import do_task

    do_task(
        house.actor,
        customer_id=house.customer.pk,
        kind="internal_check",
        key="step-0/internal_check",
        due_on=house.today,
    )


def waiting_import(house: House) -> None:
    """A list of payments comes in whose control total does not agree: it waits for a person."""
    from fairdue.intake.actions import FileFacts, do_ensure_source, do_import_payments
    from fairdue.intake.rows import PaymentRow

    row = PaymentRow(
        line=2, key="p1", paid_on=house.today, currency="EUR", amount_minor=5_00, document_number="", customer_key="X9",
        customer_number="X9",
    )  # fmt: skip
    facts = FileFacts("bank.csv", "a" * 64, "payments", house.today, control_totals={"EUR": 7_00})
    house.kept["import"] = do_import_payments(house.actor, do_ensure_source(house.actor, "bank"), facts, [row])
    assert house.kept["import"].state == "waiting"


def drop_import(house: House) -> None:
    from fairdue.intake.actions import do_drop

    do_drop(house.actor, house.kept["import"].pk)


def running_import(value: int) -> Act:
    return lambda house: house.publish("intake", "import_running", f"company:{house.company.pk}", value, "import:abc")


def bank_file(value: int) -> Act:
    return lambda h: h.publish("cash", "bank_file_waiting", f"company:{h.company.pk}", value, "bank_file:7")


def mail_to_same_person(house: House) -> None:
    """Another customer has the same mailbox, and was written to yesterday."""
    sister = Customer.objects.create(
        company=house.company, number="18", number_key="18", name="Muster Logistik", country="DE", created_at=house.now
    )
    Contact.objects.create(company=house.company, customer=sister, email="AP@muster.example", name="Käthe Müller")
    row = house.left(1, customer=sister)
    row.refresh_from_db()
    house.kept["sister"] = sister
    other = house.outgoing(
        "sister-1", customer_id=sister.pk, contact_id=sister.contacts.get().pk, run_key="run-0", channel="email"
    )
    from fairdue.contact.actions import do_queue

    sent = do_queue(house.actor, other)
    house.change(row, state="cancelled", handed_over_at=None)
    house.change(sent, state="handed_over", handed_over_at=house.now - timedelta(days=1))


def call(house: House) -> None:
    from fairdue.contact.actions import do_record_call

    do_record_call(house.actor, customer_id=house.customer.pk, text="spoke to Ms Müller")


def bounced(house: House) -> None:
    from fairdue.contact.actions import do_record_bounce

    do_record_bounce(house.actor, contact_id=house.contact.pk, detail="550 no such user")


def confirm_licence(house: House) -> None:
    from fairdue.contact.actions import do_confirm_third_party

    house.kept["clearance"] = do_confirm_third_party(
        house.actor, country="DE", basis="registration", third_party="Inkasso Nord GmbH", reason="register 12",
        valid_from=house.today, valid_until=house.today + timedelta(days=90),
    )  # fmt: skip


def withdraw_licence(house: House) -> None:
    from fairdue.contact.actions import do_withdraw_clearance

    do_withdraw_clearance(house.actor, house.kept["clearance"].pk, reason="struck off")


def first_step_left(house: House) -> None:
    row = house.left(20)
    house.change(row, state="handed_over")
    house.kept["first"] = row


def first_step_bounced(house: House) -> None:
    house.change(house.kept["first"], state="bounced")


def cover(kind: str, subject: str, value: int) -> Act:
    def publish(house: House) -> None:
        number = house.customer.pk if subject == "customer" else house.item.pk
        house.publish("cover", kind, f"{subject}:{number}", value)

    return publish


def approve(house: House) -> None:
    from fairdue.contact.models import OutboxMessage
    from fairdue.people.models import User

    second = User.objects.create(username="second")
    OutboxMessage.objects.filter(company=house.company, step_key="step-1").update(approved_by=second)


def fresh_bank(on: date) -> Act:
    return lambda house: house.bank_read(on)


def moved(at: datetime, again: datetime) -> dict[str, Any]:
    """Bank data are fresh on both days: only the clock is tried."""
    return {
        "at": at,
        "again": again,
        "before": lambda house: (house.bank_read(at.date()), house.bank_read(again.date())),
    }


UNTIL = date(2026, 3, 20)
BEFORE_UNTIL = date(2026, 3, 10).toordinal()
LOOSE = replace(POLICY, min_days_between=0, contacts_per_week=None)
ALWAYS_OPEN = replace(POLICY, quiet_from_minute=0, quiet_to_minute=0, business_days_only=False)

FAULTS: dict[str, Fault] = {
    # Money
    "paid a second ago by another process": Fault(lambda h: h.pay(100_00), "gate_item_settled", not_theirs),
    "paid in part a second ago": Fault(lambda h: h.pay(40_00), "gate_balance_changed", not_theirs),
    "part payment leaves less than the minimum": Fault(lambda h: h.pay(85_00), "gate_small_balance", not_theirs),
    "written off": Fault(
        lambda h: h.allocate(100_00, kind="write_off", reason="small"), "gate_item_settled", House.reverse
    ),
    "settled in the source system": Fault(
        lambda h: h.allocate(100_00, kind="source_settlement"), "gate_item_settled", House.reverse
    ),
    "the bank takes a payment back": Fault(
        House.reverse, "gate_balance_changed", lambda h: h.allocate(40_00, payment_id=h.kept["payment"].pk), before=lambda h: h.pay(40_00),
        message={"claims": 60_00},
    ),
    "a credit note is booked that the letter does not show": Fault(credit_note, "gate_credit_not_shown", settle_credit),
    "unmatched money is exactly the invoice": Fault(
        lambda h: h.money(100_00, customer_id=h.customer.pk), "gate_in_transit_item", apply_money
    ),
    "unmatched money covers the invoice less a discount": Fault(
        lambda h: h.money(97_00, suspected_customer_id=h.customer.pk), "gate_in_transit", apply_money
    ),
    "an unknown payer sent a third of the claim": Fault(
        lambda h: h.money(33_00, suspected_customer_id=h.customer.pk), "gate_in_transit_part", apply_money
    ),
    "own money came in after the letter was written": Fault(
        lambda h: h.money(33_00, customer_id=h.customer.pk), "gate_in_transit_part", apply_money
    ),
    # Bank data and imports
    "bank data grow stale while it waits": Fault(
        NOTHING, "gate_bank_data_old", fresh_bank(FRIDAY.date()), at=FRIDAY, again=FRIDAY
    ),
    "the euro account was read too long ago": Fault(
        lambda h: h.bank_read(h.today), "gate_account_data_old", lambda h: h.bank_read(FRIDAY.date(), "EUR"),
        before=lambda h: (h.bank_read(h.today, "EUR"), h.bank_read(FRIDAY.date())), at=FRIDAY, again=FRIDAY,
    ),
    "a list of payments waits for a person": Fault(waiting_import, "gate_import_waiting", drop_import),
    "a bank file is taken in and not matched": Fault(bank_file(1), "gate_bank_file_waiting", bank_file(0)),
    "an import is half done": Fault(running_import(1), "gate_import_running", running_import(0)),
    # Holds, answers, replies, checks
    "the invoice is disputed by phone": Fault(lambda h: h.hold("dispute"), "gate_item_held", House.release_hold),
    "the debtor disputes it on the portal": Fault(lambda h: h.answer("wrong"), "gate_item_held", House.finish_tasks),
    "the debtor says on the portal that it has paid": Fault(
        lambda h: h.answer("already_paid"), "gate_item_held", House.finish_tasks
    ),
    "the debtor writes a message on the portal": Fault(
        lambda h: h.answer("message", items=False), "gate_reply_unread", House.finish_tasks
    ),
    "payment is promised": Fault(lambda h: h.hold("promise"), "gate_item_held", House.release_hold),
    "an instalment plan is agreed": Fault(lambda h: h.hold("plan"), "gate_item_held", House.release_hold),
    "the internal check finds a fault": Fault(
        lambda h: h.hold("internal_check"), "gate_item_held", House.release_hold
    ),
    "an internal check is open and the policy waits for it": Fault(
        open_check, "gate_internal_check", House.finish_tasks,
        message={"policy": replace(POLICY, internal_check="hold")},
    ),
    "mediation begins": Fault(lambda h: h.hold("mediation", item=False), "gate_customer_held", House.release_hold),
    "insolvency is opened": Fault(lambda h: h.hold("insolvency", item=False), "gate_customer_held", House.release_hold),
    "a legal hold is set": Fault(lambda h: h.hold("legal", item=False), "gate_customer_held", House.release_hold),
    "a colleague holds the customer": Fault(
        lambda h: h.hold("manual", item=False), "gate_customer_held", House.release_hold
    ),
    "a reply came in and nobody has read it": Fault(House.reply, "gate_reply_unread", House.finish_tasks),
    "a reply came in and was read, the letter not looked at": Fault(
        lambda h: (h.reply(), h.finish_tasks()), "gate_reply_since", NOTHING
    ),
    # Contact budget
    "another room wrote this morning": Fault(
        lambda h: h.left(0), "gate_min_days_between", NOTHING, again=datetime(2026, 3, 4, 9, tzinfo=UTC)
    ),
    "two contacts of other rooms fill the week": Fault(
        lambda h: (h.left(3), h.left(4)), "gate_contacts_per_week", NOTHING, again=FRIDAY,
        before=fresh_bank(FRIDAY.date()),
    ),
    "the week's mails are used": Fault(
        lambda h: h.left(3, channel="email", contact_id=h.contact.pk), "gate_channel_per_week", NOTHING,
        message={"policy": replace(POLICY, contacts_per_week_by_channel={"email": 1})},
        again=datetime(2026, 3, 9, 9, tzinfo=UTC), before=fresh_bank(date(2026, 3, 9)),
    ),
    "a colleague called a minute ago": Fault(
        call, "gate_min_days_between", NOTHING, again=datetime(2026, 3, 4, 9, tzinfo=UTC)
    ),
    "the same person was written to for a sister company": Fault(
        mail_to_same_person, "gate_min_days_between", NOTHING, again=datetime(2026, 3, 3, 9, tzinfo=UTC)
    ),
    # The clock
    "it is evening": Fault(
        NOTHING, "gate_quiet_hours", NOTHING, at=datetime(2026, 3, 2, 17, 30, tzinfo=UTC),
        again=datetime(2026, 3, 3, 7, 0, tzinfo=UTC),
    ),
    "it is Saturday": Fault(
        NOTHING, "gate_no_business_day", NOTHING, **moved(datetime(2026, 3, 7, 9, tzinfo=UTC), datetime(2026, 3, 9, 9, tzinfo=UTC))
    ),
    "it is a holiday in Germany": Fault(NOTHING, "gate_no_business_day", NOTHING, **moved(GOOD_FRIDAY, AFTER_EASTER)),
    "it is a holiday in California only": Fault(
        customer(country="US", region="California", time_zone=""), "gate_no_business_day", NOTHING,
        **moved(CHAVEZ_DAY, CHAVEZ_DAY + timedelta(days=1)),
    ),
    "it is half past seven on the morning of summer time": Fault(
        NOTHING, "gate_quiet_hours", NOTHING, message={"policy": replace(POLICY, business_days_only=False)},
        **moved(DST_NIGHT, DST_NIGHT + timedelta(minutes=30)),
    ),
    "the contact sits in Tokyo": Fault(
        contact(time_zone="Asia/Tokyo"), "gate_quiet_hours", NOTHING, again=datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
    ),
    # The recipient
    "mail came back": Fault(bounced, "gate_bounced", contact(bounced_on=None)),
    "the contact opted out": Fault(contact(consent="refused"), "gate_opted_out", contact(consent="granted")),
    "the contact left": Fault(contact(active=False), "gate_contact_inactive", contact(active=True)),
    "the contact has another role now": Fault(
        contact(purpose="management"), "gate_wrong_purpose", contact(purpose="payables")
    ),
    "the address changed": Fault(
        contact(email="new@muster.example"), "gate_recipient_changed", contact(email="ap@muster.example")
    ),
    "the address was taken out": Fault(contact(email=""), "gate_no_email", contact(email="ap@muster.example")),
    "the language is not known any more": Fault(
        lambda h: (customer(language="")(h), contact(language="")(h)), "gate_language_unknown", customer(language="de")
    ),
    # Law
    "the customer turns out to be a person, and it is late": Fault(
        customer(natural_person="unknown"), "gate_law_hours", NOTHING, message={"policy": ALWAYS_OPEN},
        at=datetime(2026, 3, 2, 19, 30, tzinfo=UTC), again=datetime(2026, 3, 3, 8, tzinfo=UTC),
    ),
    "the customer moved to Denmark, and was reminded a week ago": Fault(
        lambda h: (h.left(7, kind="notice"), customer(country="DK", time_zone="Europe/Copenhagen")(h)),
        "gate_law_days_between", NOTHING, message={"policy": LOOSE}, again=datetime(2026, 3, 5, 9, tzinfo=UTC),
    ),
    "the customer moved to where third parties are barred": Fault(
        to_china, "gate_third_party_barred", to_netherlands, before=to_netherlands, message={"third_party": True}
    ),
    "a text names a third party where none may act": Fault(
        to_china, "gate_third_party_named", to_netherlands, before=to_netherlands,
        message={"edited_text": "Danach übernimmt ein Inkassobüro.", "legal_stage": True},
    ),
    "the agency's licence was withdrawn": Fault(
        withdraw_licence, "gate_third_party_licence", confirm_licence, before=confirm_licence,
        message={"third_party": True},
    ),
    "the step before bounced": Fault(
        first_step_bounced, "gate_step_missing", lambda h: h.change(h.kept["first"], state="handed_over"),
        before=first_step_left, message={"requires": ("other-0",)},
    ),
    "the law of the country is not known": Fault(
        customer(country="KE"), "gate_law_unknown", customer(country="DE"),
        message={"policy": replace(POLICY, law_uncertain="hold")},
    ),
    # Cover
    "the cover's next duty comes before the new deadline": Fault(
        cover("cover_deadline", "customer", BEFORE_UNTIL), "gate_cover_deadline", cover("cover_deadline", "customer", 0),
        message={"notes": notes("wait", UNTIL)},
    ),
    "the instalments end after the longest extension": Fault(
        cover("cover_max_extension_until", "due_item", BEFORE_UNTIL), "gate_cover_extension",
        cover("cover_max_extension_until", "due_item", 0), message={"notes": notes("plan", UNTIL)},
    ),
    "a plan needs the insurer's consent": Fault(
        cover("cover_consent_needed", "customer", 1), "gate_cover_consent", cover("cover_consent_needed", "customer", 0),
        message={"notes": notes("plan", UNTIL)},
    ),
    # The house's own brakes
    "the daily cap is reached by another process": Fault(
        lambda h: h.left(0), "gate_daily_cap", NOTHING, message={"policy": replace(LOOSE, daily_cap=1)},
        again=datetime(2026, 3, 3, 9, tzinfo=UTC),
    ),
    "nobody has signed as the second person": Fault(
        NOTHING, "gate_second_person", approve, message={"policy": replace(POLICY, two_person_release=True)}, ready=False
    ),
    "the policy is only rehearsed": Fault(
        NOTHING, "gate_dry_run", None, message={"policy": replace(POLICY, dry_run=True)}, ready=False
    ),
}  # fmt: skip


def test_there_are_at_least_forty_faults() -> None:
    assert len(FAULTS) >= 40


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_leaves_after(name: str, house: House) -> None:
    fault = FAULTS[name]
    fault.before(house)
    changes = dict(fault.message)
    if claims := changes.pop("claims", None):
        changes["claim_items"] = (ClaimItem(house.item.pk, claims),)
    message = house.queue(**changes)
    assert house.send(house.now, dry_run=True).rehearsed == int(fault.ready), "it is released and ready"

    begun: list[str] = []

    def strike(moment: str) -> None:
        if moment == "start" and not begun:
            begun.append(moment)
            fault.happens(house)

    summary = house.send(fault.at or house.now + timedelta(minutes=3), strike)
    message.refresh_from_db()
    assert begun, "the dispatcher had begun"
    assert (summary.handed_over, house.box.taken) == (0, [])
    assert fault.reason in [reason["code"] for reason in message.reasons]
    assert message.state in {"queued", "blocked"}
    assert GateBlock.objects.get(step_key="step-1").stage == "sending"
    if fault.mended is None:
        return

    fault.mended(house)
    house.requeue(message)
    again = fault.again or fault.at or house.now + timedelta(minutes=10)
    assert house.send(again).handed_over == 1, [reason["code"] for reason in _reasons(message)]
    assert house.send(again + timedelta(minutes=1)).handed_over == 0
    assert len(house.box.taken) == 1


def _reasons(message: Any) -> list[dict[str, Any]]:
    message.refresh_from_db()
    return list(message.reasons)


def test_an_automatic_reply_holds_nothing(house: House) -> None:
    house.queue()
    house.reply(out_of_office=True)
    assert house.send(house.now + timedelta(minutes=3)).handed_over == 1


def test_what_the_letter_takes_off_already_does_not_hold_it(house: House) -> None:
    house.money(1_50, customer_id=house.customer.pk)
    house.queue()
    assert house.send(house.now + timedelta(minutes=3)).handed_over == 1
