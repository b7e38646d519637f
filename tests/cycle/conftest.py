"""A small credit department whose line is run, killed, resumed and replayed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cycle_department import DAY, acting


@pytest.fixture
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def ledger(company, data_dir):
    """Three customers, overdue by 3, 10 and 40 days, and one that owes nothing yet; bank data is fresh."""
    from fairdue.ledger.actions import Maturity, do_book_document, do_publish_fact
    from fairdue.ledger.models import Contact, Customer

    then = acting(company, date(2025, 1, 1))
    for number, late in enumerate((3, 10, 40, -20), start=1):
        customer = Customer.objects.create(
            company=company, number=f"C{number}", number_key=f"c{number}", name=f"Kunde {number} AG", country="DE",
            language="de", street="Weg 1", postal_code="10115", city="Berlin", created_at=then.at,
        )  # fmt: skip
        Contact.objects.create(
            company=company, customer=customer, purpose="payables", name="Petra", email=f"c{number}@kunde.example",
            channel="email", language="de",
        )  # fmt: skip
        due_on = DAY - timedelta(days=late)
        do_book_document(
            acting(company, due_on - timedelta(days=30)), customer_id=customer.pk, kind="invoice", number=f"R-{number}",
            issued_on=due_on - timedelta(days=30), currency="EUR", maturities=[Maturity(due_on, 1000_00 * number)],
        )  # fmt: skip
    do_publish_fact(
        acting(company), room="ledger", kind="bank_data_through", subject=f"company:{company.pk}", as_of=DAY,
        value=DAY.toordinal(), source_version="test",
    )  # fmt: skip
    return company


@pytest.fixture
def ready(ledger):
    """The department with the shipped default policy in force."""
    from fairdue.dunning.actions import do_adopt_policy
    from fairdue.dunning.policy import shipped_yaml

    do_adopt_policy(acting(ledger, date(2025, 1, 1)), "flexible", shipped_yaml("flexible"))
    return ledger


@pytest.fixture
def by_itself(ledger):
    """The department with a policy that lets every first letter go without a person."""
    from fairdue.dunning.actions import do_adopt_policy
    from fairdue.dunning.policy import shipped_yaml

    text = shipped_yaml("brief").replace("release: person", "release: automatic")
    assert "release: automatic" in text
    do_adopt_policy(acting(ledger, date(2025, 1, 1)), "brief", text)
    return ledger
