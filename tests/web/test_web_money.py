"""Money in: the queue of bank lines and one line beside its explanations."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from web_sample import Sample

from fairdue.cash.actions import do_propose
from fairdue.cash.book import aliases
from fairdue.cash.models import BankLine, Decision
from fairdue.ledger.actions import Maturity, do_book_document
from fairdue.ledger.models import Allocation, Charge, Customer, Hold
from fairdue.ledger.queries import open_amounts


@pytest.fixture
def line(ours: Sample):
    do_propose(ours.actor)
    return ours.line


def page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(f"web:{name}", args=args)).content.decode()


def post(client: Client, name: str, line, **values: object):
    return client.post(reverse(f"web:{name}", args=[line.pk]), values, follow=True)


def number_of(sample: Sample) -> str:
    return sample.document.number


def test_the_queue_tells_state_and_reason(ours: Sample, line, lead: Client):
    text = page(lead, "money")
    assert ours.secret in text
    assert "12.34" in text
    assert "The payer" in text
    assert reverse("web:money-line", args=[line.pk]) in text


def test_a_line_stands_beside_its_explanation(ours: Sample, line, lead: Client):
    text = page(lead, "money-line", line.pk)
    for told in ("What the bank said", ours.secret, "on account", "Confirm, next one", "say yourself what it pays"):
        assert told in text


def test_confirming_decides_and_ends_the_queue(ours: Sample, line, lead: Client):
    response = post(lead, "money-confirm", line, explanation="0")
    assert "Every line is decided." in response.content.decode()
    decision = Decision.objects.get()
    assert (decision.how, decision.line_id) == ("confirmed", line.pk)
    assert "Take it back" in page(lead, "money-line", line.pk)


def test_naming_an_item_pays_a_part_of_it(ours: Sample, line, lead: Client):
    response = post(lead, "money-assign", line, items=f"{number_of(ours)} = 12.34", rest="customer")
    assert response.status_code == 200, response.content.decode()
    allocation = Allocation.objects.filter(kind="payment").latest("pk")
    assert (allocation.amount_minor, allocation.due_item.document_id) == (1234, ours.document.pk)


def test_money_of_nobody(ours: Sample, line, lead: Client):
    before = Allocation.objects.count()
    assert "a reason is needed" in post(lead, "money-assign", line, rest="nobody").content.decode()
    assert not Decision.objects.exists()
    post(lead, "money-assign", line, rest="nobody", reason="a refund by the tax office")
    assert Decision.objects.get().how == "assigned"
    assert Allocation.objects.filter(kind="payment").count() <= before


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "Name an item, a customer"), ({"items": "NO-SUCH-1"}, "NO-SUCH-1"), ({"items": "X = 1.00 : gift"}, "gift is none of"),
        ({"customer": "no such"}, "There is no customer no such."), ({"items": "{number} = abc"}, "abc"),
        ({"items": "{number} = 10.00"}, "add up"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_why_and_changes_nothing(ours: Sample, line, lead: Client, asked, told):
    values = {key: value.format(number=number_of(ours)) for key, value in asked.items()}
    response = lead.post(reverse("web:money-assign", args=[line.pk]), {"rest": "customer", **values})
    assert response.status_code == 400
    assert told in response.content.decode()
    assert not Decision.objects.exists()


def test_taking_back_needs_a_reason_and_brings_the_line_back(ours: Sample, line, lead: Client):
    post(lead, "money-confirm", line)
    assert "Taking back needs a reason." in post(lead, "money-undo", line).content.decode()
    post(lead, "money-undo", line, reason="another customer", wrong="on")
    assert ours.secret in page(lead, "money")
    assert not aliases(ours.company.pk).exists()


def test_a_decided_line_is_not_decided_again(ours: Sample, line, lead: Client):
    post(lead, "money-confirm", line)
    post(lead, "money-confirm", line)
    assert Decision.objects.count() == 1


def test_who_may_only_look_sees_no_buttons(ours: Sample, line, as_role):
    text = page(as_role("auditor"), "money-line", line.pk)
    assert "Confirm, next one" not in text
    assert "say yourself" not in text


def test_the_customer_of_another_company_is_not_found(ours: Sample, theirs: Sample, line, lead: Client):
    Customer.objects.filter(pk=theirs.customer.pk).update(number="T-1", number_key="T-1")
    response = lead.post(reverse("web:money-assign", args=[line.pk]), {"rest": "customer", "customer": "T-1"})
    assert response.status_code == 400
    assert not Decision.objects.exists()


class TestSplit:
    """A line parted on the page: every button brings the form back, with what was typed."""

    @pytest.fixture
    def items(self, ours: Sample):
        """An invoice of 8.00, one of 10.00 dollars, one of 20.00 with 0.50 discount, and a credit note of 1.00."""
        found = {}
        for number, amount, currency, discount in (
            ("S-8", 8_00, "EUR", 0), ("S-USD", 10_00, "USD", 0), ("S-20", 20_00, "EUR", 50), ("S-CR", -1_00, "EUR", 0)
        ):  # fmt: skip
            found[number] = do_book_document(
                ours.actor, customer_id=ours.customer.pk, kind="invoice" if amount > 0 else "credit_note", number=number,
                currency=currency, issued_on=date(2026, 2, 1),
                maturities=[Maturity(date(2026, 3, 1), abs(amount), date(2026, 2, 10) if discount else None, discount)],
            ).due_items.get()  # fmt: skip
        return found

    def part(self, client: Client, line, **asked: object):
        return client.post(reverse("web:money-split", args=[line.pk]), asked)

    def test_a_search_finds_items_by_number_and_customers_by_name(self, ours: Sample, items, line, lead: Client):
        page = self.part(lead, line, words="S-2").content.decode()
        assert f'name="add" value="{items["S-20"].pk}"' in page
        assert "S-8</bdi>" not in page
        page = self.part(lead, line, words=ours.secret[:5].lower()).content.decode()
        assert f'name="add" value="{items["S-8"].pk}"' in page
        assert f'name="account" value="{ours.customer.number}"' in page
        assert "Nothing open is called so." in self.part(lead, line, words="no such thing").content.decode()

    def test_adding_fills_in_what_is_left_and_keeps_what_was_typed(self, ours: Sample, items, line, lead: Client):
        first, second = items["S-8"].pk, items["S-20"].pk
        page = self.part(lead, line, add=first).content.decode()
        assert f'name="paid-{first}" value="8.00"' in page
        assert "<strong data-left>4.34</strong>" in page
        page = self.part(lead, line, **{"item": first, f"paid-{first}": "5.00", "add": second}).content.decode()
        assert f'name="paid-{first}" value="5.00"' in page
        assert f'name="paid-{second}" value="7.34"' in page
        assert "<strong data-left>0.00</strong>" in page
        page = self.part(
            lead, line, **{"item": [first, second], f"paid-{first}": "5.00", "drop": second}
        ).content.decode()
        assert f"paid-{second}" not in page
        assert "<strong data-left>7.34</strong>" in page
        assert (
            "<strong data-left>–</strong>"
            in self.part(lead, line, **{"item": first, f"paid-{first}": "x"}).content.decode()
        )
        assert not Decision.objects.exists()

    def test_several_items_and_the_rest_on_account(self, ours: Sample, items, line, lead: Client):
        first, second = items["S-8"].pk, items["S-20"].pk
        asked = {
            "item": [first, second],
            f"paid-{first}": "8.00",
            f"paid-{second}": "3.00",
            "rest": "customer",
            "customer": "4711",
        }
        post(lead, "money-assign", line, **asked)
        parts = Decision.objects.get().parts
        assert [(one["kind"], one["amount_minor"]) for one in parts] == [
            ("payment", 8_00), ("payment", 3_00), ("on_account", 1_34)
        ]  # fmt: skip

    def test_what_the_parts_do_not_make_up_is_refused_and_shown_again(self, ours: Sample, items, line, lead: Client):
        first = items["S-8"].pk
        response = lead.post(
            reverse("web:money-assign", args=[line.pk]), {"item": first, f"paid-{first}": "8.00", "rest": "customer"}
        )
        assert response.status_code == 400
        assert "do not add up" in response.content.decode()
        assert f'name="paid-{first}" value="8.00"' in response.content.decode()
        assert not Decision.objects.exists()

    def test_a_discount_within_its_terms_needs_no_right_to_waive_and_more_does(self, ours: Sample, items, as_role):
        line = bank_line(ours, 19_50)
        item = items["S-20"].pk
        controller = as_role("controller")
        asked = {
            "item": item,
            f"paid-{item}": "19.00",
            f"rest-{item}": "discount",
            "rest": "customer",
            "customer": "4711",
        }
        refused = controller.post(reverse("web:money-assign", args=[line.pk]), asked | {"reason": "a"})
        assert refused.status_code == 403
        assert not Decision.objects.exists()
        post(controller, "money-assign", line, **{**asked, f"paid-{item}": "19.50"})
        kinds = Allocation.objects.filter(due_item=item).order_by("pk").values_list("kind", "amount_minor")
        assert list(kinds) == [("payment", 19_50), ("discount", 50)]

    def test_writing_off_needs_the_right_a_reason_and_the_limit(self, ours: Sample, items, line, lead: Client, as_role):
        item = items["S-20"].pk
        asked = {"item": item, f"paid-{item}": "12.34", f"rest-{item}": "write_off", "rest": "customer"}
        address = reverse("web:money-assign", args=[line.pk])
        assert as_role("controller").post(address, asked | {"reason": "a"}).status_code == 403
        assert "a reason is needed" in lead.post(address, asked).content.decode()
        ours.users["finance_lead"].memberships.update(release_limit_minor=7_65)
        assert "more than you may release" in lead.post(address, asked | {"reason": "a"}).content.decode()
        assert not Decision.objects.exists()
        ours.users["finance_lead"].memberships.update(release_limit_minor=7_66)
        lead.post(address, asked | {"reason": "agreed"})
        assert Allocation.objects.get(kind="write_off").amount_minor == 7_66

    def test_the_rest_goes_to_dispute(self, ours: Sample, items, line, lead: Client):
        item = items["S-20"].pk
        post(lead, "money-assign", line, **{"item": item, f"paid-{item}": "12.34", f"rest-{item}": "dispute"})
        hold = Hold.objects.get(due_item=item)
        assert (hold.reason, hold.amount_minor) == ("dispute", 7_66)

    def test_a_credit_note_is_used_up_with_an_invoice(self, ours: Sample, items, lead: Client):
        line, item, credit = bank_line(ours, 7_00), items["S-8"].pk, items["S-CR"].pk
        page = self.part(lead, line, **{"item": credit, f"paid-{credit}": "1.00", "add": item}).content.decode()
        assert f'name="paid-{item}" value="8.00"' in page
        post(lead, "money-assign", line, **{"item": [credit, item], f"paid-{credit}": "1.00", f"paid-{item}": "8.00"})
        found = Allocation.objects.filter(due_item=item).order_by("pk").values_list("kind", "amount_minor")
        assert list(found) == [("credit", 1_00), ("payment", 7_00)]

    def test_a_part_in_another_currency_says_by_what_its_item_falls(self, ours: Sample, items, line, lead: Client):
        item = items["S-USD"].pk
        page = self.part(lead, line, add=item).content.decode()
        assert f'name="falls-{item}" value="10.00"' in page
        post(lead, "money-assign", line, **{"item": item, f"paid-{item}": "12.34", f"falls-{item}": "9.50"})
        allocation = Allocation.objects.get(due_item=item)
        assert (allocation.amount_minor, allocation.currency, allocation.payment.currency) == (9_50, "USD", "USD")

    def test_money_that_went_back_opens_its_item_with_the_banks_cost(self, ours: Sample, items, line, lead: Client):
        item = items["S-8"].pk
        post(
            lead, "money-assign", line, **{"item": item, f"paid-{item}": "8.00", "rest": "customer", "customer": "4711"}
        )
        back = bank_line(ours, -8_00 - 3_50)
        page = self.part(lead, back, words="S-8").content.decode()
        assert f'name="add" value="{item}"' in page
        assert f'value="{items["S-20"].pk}"' not in page
        page = self.part(lead, back, add=item).content.decode()
        assert f'name="paid-{item}" value="8.00"' in page
        post(lead, "money-assign", back, **{"item": item, f"paid-{item}": "8.00", "rest": "charge"})
        assert Charge.objects.get().amount_minor == 3_50
        assert open_amounts(ours.company.pk, date(2026, 12, 31), due_item_ids=[item]) == {item: 8_00}

    def test_a_third_party_is_learned_or_not(self, ours: Sample, items, lead: Client):
        Customer.objects.create(
            company=ours.company, number="9", number_key="9", name="Treuhand AG", country="DE", language="de", created_at=ours.actor.at
        )  # fmt: skip
        asked = {"item": items["S-8"].pk, f"paid-{items['S-8'].pk}": "2.00"}
        for more, learned in (({}, 0), ({"third_party": "on", "once": "on"}, 0), ({"third_party": "on"}, 1)):
            post(lead, "money-assign", bank_line(ours, 2_00, name="Treuhand AG"), **asked, **more)
            assert aliases(ours.company.pk).count() == learned

    def test_items_of_another_company_are_neither_found_nor_taken(
        self, ours: Sample, theirs: Sample, line, lead: Client
    ):
        other = theirs.document.due_items.get().pk
        page = self.part(lead, line, words="R-1", add=other, item=other).content.decode()
        assert f'value="{other}"' not in page
        response = lead.post(reverse("web:money-assign", args=[line.pk]), {"item": other, f"paid-{other}": "12.34"})
        assert response.status_code == 400
        assert not Decision.objects.exists()


def bank_line(ours: Sample, amount: int, name: str = "") -> BankLine:
    """Add a line to the sample's statement."""
    number = BankLine.objects.count() + 1
    return BankLine.objects.create(
        company=ours.company, account=ours.line.account, statement=ours.line.statement, entry=number, part=0, key=f"c{number:040d}",
        announced_key=f"{number:040d}", occurrence=1, amount_minor=amount, currency="EUR", status="booked",
        booked_on=date(2026, 3, 2), name=name or ours.secret,
    )  # fmt: skip


def test_the_queue_is_searched_and_counted_by_state(ours: Sample, line, lead: Client):
    bank_line(ours, 77_00, "Nobody Ltd")
    text = page(lead, "money")
    assert "not proposed yet" in text
    assert "Nobody Ltd" in text
    for asked, seen in (
        ({"q": "nobody"}, ["Nobody Ltd"]), ({"q": "12.34"}, [ours.secret]), ({"state": "new"}, ["Nobody Ltd"]),
        ({"state": "waiting"}, [ours.secret]), ({"q": "nobody", "state": "waiting"}, []),
    ):  # fmt: skip
        rows = lead.get(reverse("web:money"), asked).context["rows"]
        assert [row[0].name for row in rows] == seen, asked


def test_the_next_page_offers_to_take_the_last_decision_back(ours: Sample, line, lead: Client):
    following = bank_line(ours, 77_00)
    response = post(lead, "money-confirm", line)
    assert response.request["PATH_INFO"] == reverse("web:money-line", args=[following.pk])
    assert f"{reverse('web:money-line', args=[line.pk])}?undo=1" in response.content.decode()
    undo = lead.get(reverse("web:money-line", args=[line.pk]), {"undo": "1"}).content.decode()
    assert '<details class="more" open>' in undo
    assert "default settings" in undo


def test_a_line_of_another_company_cannot_be_offered_for_undoing(ours: Sample, theirs: Sample, line, lead: Client):
    assert f"/{theirs.line.pk}?undo" not in lead.get(reverse("web:money"), {"decided": theirs.line.pk}).content.decode()


def test_a_line_makes_few_queries(ours: Sample, line, lead: Client):
    with CaptureQueriesContext(connection) as captured:
        page(lead, "money-line", line.pk)
    assert len([row for row in captured.captured_queries if "set_config" not in row["sql"]]) <= 16
