"""The balance confirmation on the debtor's page: confirmed or differing, signed, and never by opening a link."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from test_portal_page import buyer, clerk, everything, mark_of, shop  # noqa: F401  fixtures and helpers of the page

from fairdue.contact.actions import do_make_link
from fairdue.contact.models import PortalLink
from fairdue.dunning.actions.balance import do_send_confirmations
from fairdue.dunning.balance.models import BalanceAnswer, BalanceConfirmation, BalanceDifference
from fairdue.ledger.models import Contact, Hold


@pytest.fixture
def asked(clerk):  # noqa: F811
    """A French customer that was asked today what was open yesterday, its link's token, and the line asked for."""
    customer = buyer(clerk, "Quernstein SA", "fr", "1")
    Contact.objects.create(company_id=clerk.company_id, customer=customer, email="a@quernstein.example", language="fr")
    today = clerk.at.date()
    (outcome,) = do_send_confirmations(clerk, [customer.pk], today - timedelta(days=1), today)
    row = BalanceConfirmation.objects.get(pk=outcome.confirmations[0])
    return row, do_make_link(clerk, customer_id=customer.pk).token, row.lines.get().pk


def send(token, row, **fields):
    client = Client(enforce_csrf_checks=True)
    mark = mark_of(client.get(f"/p/{token}").content.decode())
    return client.post(f"/p/{token}/balance/{row.pk}", {"mark": mark, "name": "Anne", "role": "Comptable", **fields})


def test_the_page_asks_in_the_customers_language_and_opening_changes_nothing(asked):
    row, token, _ = asked
    before = [*everything(), BalanceAnswer.objects.count()]
    page = Client().get(f"/p/{token}").content.decode()
    for shown in ("Confirmation de solde au", "R-1", "1\u202f234,56", "Confirmer le solde", "Nom du signataire"):
        assert shown in page, shown
    assert Client().get(f"/p/{token}/balance/{row.pk}").status_code == 405
    assert [*everything(), BalanceAnswer.objects.count()] == before


def test_confirming_needs_a_name_and_a_role(asked):
    row, token, _ = asked
    assert send(token, row, answer="confirmed", role=" ").status_code == 400
    assert not BalanceAnswer.objects.exists()
    response = send(token, row, answer="confirmed")
    assert (response.status_code, response["Location"]) == (303, f"/p/{token}?done=balance_confirmed")
    answer = BalanceAnswer.objects.get()
    assert (answer.kind, answer.signed_name, answer.signed_role, answer.way) == (
        "confirmed",
        "Anne",
        "Comptable",
        "page",
    )
    page = Client().get(response["Location"]).content.decode()
    assert "Nous avons noté que vous avez confirmé le solde" in page
    assert "Solde confirmé" in page


def test_a_difference_is_read_as_the_language_writes_amounts_and_holds_its_part(asked):
    row, token, line = asked
    fields = {f"d-{line}": "wrong_amount", f"a-{line}": "1\u202f000,00", f"r-{line}": "20 pièces manquent"}
    assert (
        send(token, row, answer="differs", **fields, **{"m1-kind": "missing_item", "m1-number": "R-9"}).status_code
        == 303
    )
    first, second = BalanceDifference.objects.order_by("id")
    assert (first.kind, first.amount_minor, first.held_minor, first.remark) == (
        "wrong_amount",
        100_000,
        23_456,
        "20 pièces manquent",
    )
    assert (second.kind, second.line_id, second.document_number, second.held_minor) == ("missing_item", None, "R-9", 0)
    assert Hold.objects.get().amount_minor == 23_456


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"answer": "confirmed", "d-LINE": "unknown"}, 400),
        ({"answer": "differs"}, 400),
        ({"answer": "perhaps"}, 400),
        ({"answer": "differs", "d-LINE": "paid", "a-LINE": "a lot"}, 400),
        ({"answer": "differs", "d-LINE": "paid", "a-LINE": "-5"}, 400),
        ({"answer": "differs", "d-LINE": "paid", "a-LINE": "9" * 31}, 400),
        ({"answer": "confirmed", "a-LINE": "400,00"}, 400),
        ({"answer": "confirmed", "r-LINE": "nous avons payé le reste"}, 400),
        ({"answer": "confirmed", "m1-amount": "600", "m1-number": "AV-9"}, 400),
        ({"answer": "confirmed", "m1-kind": "paid"}, 400),
        ({"answer": "differs", "d-LINE": "unknown", "m2-remark": "il manque un avoir"}, 400),
        ({"answer": "confirmed", "mark": "forged"}, 403),
    ],
)
def test_what_contradicts_itself_is_refused_and_nothing_is_written(fields, status, asked):
    row, token, line = asked
    before = everything()
    filled = {name.replace("LINE", str(line)): value for name, value in fields.items()}
    assert send(token, row, **filled).status_code == status
    assert (everything(), BalanceAnswer.objects.count()) == (before, 0)


def test_enter_in_a_field_confirms_nothing(asked):
    """A browser presses the first button of a form for who presses Enter."""
    _, token, _ = asked
    page = Client().get(f"/p/{token}").content.decode()
    assert re.findall(r'<button name="answer" value="(\w+)"', page)[0] == "differs"


def test_what_was_typed_stands_in_the_form_again_after_an_error(asked):
    row, token, line = asked
    fields = {f"d-{line}": "paid", f"a-{line}": "beaucoup", f"r-{line}": "en <mai>", "m2-number": "AV-9"}
    page = send(token, row, answer="differs", **fields).content.decode()
    for shown in ('value="beaucoup"', 'value="en &lt;mai&gt;"', 'value="AV-9"', 'value="Anne"', 'value="Comptable"'):
        assert shown in page, shown
    assert '<option value="paid" selected>' in page


def test_a_form_sent_twice_is_one_answer_and_holds_once(asked):
    row, token, line = asked
    fields = {"answer": "differs", f"d-{line}": "wrong_amount", f"a-{line}": "1\u202f000,00"}
    assert [send(token, row, **fields).status_code for _ in range(3)] == [303, 303, 303]
    assert (BalanceAnswer.objects.count(), Hold.objects.get().amount_minor) == (1, 23_456)


def test_a_list_that_the_page_does_not_show_whole_is_not_answered_on_it(asked, monkeypatch):
    """Who cannot see a line neither confirms nor acknowledges it."""
    row, token, _ = asked
    monkeypatch.setattr("fairdue.portal.balance.LINES_MAX", 0)
    page = Client().get(f"/p/{token}").content.decode()
    assert "Veuillez signer la lettre, y indiquer ce qui diffère" in page
    assert "Confirmer le solde" not in page
    assert send(token, row, answer="confirmed").status_code == 400
    assert not BalanceAnswer.objects.exists()


def test_the_link_of_another_customer_opens_no_confirmation(clerk, asked):  # noqa: F811
    row, _, _ = asked
    other = buyer(clerk, "Elsewhere Ltd", "en", "2")
    foreign = do_make_link(clerk, customer_id=other.pk).token
    assert send(foreign, row, answer="confirmed").status_code == 404
    PortalLink.objects.update(revoked_at=clerk.at)
    assert Client().post(f"/p/{foreign}/balance/{row.pk}", {}).status_code == 410
    assert not BalanceAnswer.objects.exists()


def test_answers_are_throttled(asked):
    row, token, _ = asked
    found = [send(token, row, answer="confirmed", name=f"Anne {n}").status_code for n in range(11)]
    assert found == [303] * 10 + [409]
    assert BalanceAnswer.objects.count() == 10
