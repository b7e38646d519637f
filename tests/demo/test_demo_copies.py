"""The demonstration's copies: the same ones each time, of documents that are open, with gaps to be seen."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from fairdue.demo.copies import add_copies
from fairdue.demo.generate import build
from fairdue.dunning.actions import do_adopt_policy
from fairdue.dunning.missing import missing_now
from fairdue.dunning.policy import shipped_yaml
from fairdue.formats.copies.pdf import read_pdf
from fairdue.ledger import store
from fairdue.ledger.models import DocumentFile
from fairdue.people.actor import system_actor

AS_OF = date(2026, 10, 30)
AT = datetime(2026, 10, 31, 7, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_copies_are_drawn_once_and_hold_the_number_of_their_invoice(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    made = build(AT, AS_OF, 7, 40, "a password for tests")
    actor = system_actor(made.company_id, AT)
    do_adopt_policy(actor, "flexible", shipped_yaml("flexible"))
    before = missing_now(made.company_id, AS_OF)
    seen: list[tuple[int, int]] = []
    count = add_copies(actor, AS_OF, lambda done, of: seen.append((done, of)))
    kept = list(DocumentFile.objects.select_related("document", "customer"))
    assert len(kept) == count > 20
    assert seen[-1][0] == seen[-1][1]
    assert add_copies(actor, AS_OF) == 0
    for file in kept[:6]:
        text = read_pdf(store.get(file.company_id, file.sha256)).text
        assert (file.document.number if file.document else file.customer.number) in text
    after = missing_now(made.company_id, AS_OF)
    assert {one.kind for one in after} == {"invoice", "contract"}
    assert 0 < len(after) < len(before)
    assert [one.open_minor for one in after] == sorted((one.open_minor for one in after), reverse=True)
