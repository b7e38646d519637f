"""A small company with something behind each address, and a second one of which nobody of the first may see a row."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from fairdue.books.actions import do_cut
from fairdue.books.models import PostingBatch
from fairdue.dunning.actions import do_adopt_policy
from fairdue.dunning.policy import shipped_yaml
from fairdue.intake.models import Import
from fairdue.ledger.actions import Maturity, do_book_document, do_hold
from fairdue.ledger.file_actions import NewFile, do_add_files
from fairdue.ledger.models import Customer, DocumentFile, Hold, Source
from fairdue.people.actor import SCOPES, Actor
from fairdue.people.models import Company
from fairdue.people.tokens import do_make_token

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
MAIL = (
    b"From: anne@buyer.example\r\nTo: ar@us.example\r\nSubject: Invoice\r\n"
    b"Message-ID: <%s@buyer.example>\r\n\r\nPlease send it again.\r\n"
)
OPEN_ITEMS = (
    "Customer;Name;Invoice;Date;Due;Amount;Currency;Country\nC-1;Nord GmbH;R-9;2026-02-01;2026-03-01;1200.50;EUR;DE\n"
)


@dataclass
class House:
    """A company's rows that the tests name."""

    company: Company
    actor: Actor
    customer: Customer
    file: DocumentFile
    hold: Hold
    batch: PostingBatch
    imported: Import
    secret: str

    def token(self, *scopes: str, **more: Any) -> str:
        admin = replace(self.actor, roles=frozenset({"administrator"}))
        return do_make_token(admin, name=more.pop("name", "Program"), scopes=scopes or SCOPES, **more)[1]

    def program(self, *scopes: str, **more: Any) -> Program:
        return Program(self.token(*scopes, **more))


class Program:
    """A client that shows a token."""

    def __init__(self, token: str | None, language: str = "en") -> None:
        self.client, self.token, self.language = Client(), token, language
        self.keys = 0

    def headers(self, **more: str) -> dict[str, str]:
        found = {"Accept-Language": self.language, **{name.replace("_", "-"): value for name, value in more.items()}}
        return found | ({"Authorization": f"Bearer {self.token}"} if self.token else {})

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.client.get(f"/api/v1{path}", headers=self.headers(**headers))

    def post(
        self, path: str, data: Any = None, *, key: str | None = None, media: str = "application/json", **headers: str
    ) -> HttpResponse:
        self.keys += 1
        sent = self.headers(Idempotency_Key=key or f"key-{self.keys}", **headers)
        if media == "multipart":
            return self.client.post(f"/api/v1{path}", data, headers=sent)
        body = data if isinstance(data, bytes) else json.dumps(data)
        return self.client.post(f"/api/v1{path}", body, content_type=media, headers=sent)


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def make_house(code: str, secret: str, at: datetime) -> House:
    company = Company.objects.create(code=code, name=f"{code} GmbH", country="DE", currency="EUR", language="en")
    actor = Actor(company.pk, at, name="Sample", roles=frozenset({"finance_lead", "system"}))
    customer = Customer.objects.create(
        company=company, number="4711", number_key="4711", name=secret, country="FR", language="fr", created_at=at
    )
    document = do_book_document(
        actor, customer_id=customer.pk, kind="invoice", number=f"R-{secret}", issued_on=date(2026, 1, 5), currency="EUR",
        maturities=[Maturity(date(2026, 2, 4), 119_000)],
    )  # fmt: skip
    hold = do_hold(
        actor, customer_id=customer.pk, reason="dispute", amount_minor=10_000, currency="EUR", since=at.date()
    )
    do_adopt_policy(actor, "flexible", shipped_yaml("flexible"))
    copy = NewFile(customer.pk, document.pk, "invoice", f"{secret}.png", PNG + secret.encode(), "image/png", "upload")
    (file,) = do_add_files(actor, [copy]).files
    imported = Import.objects.create(
        company=company, source=Source.objects.create(company=company, code="erp"), kind="open_items",
        file_name=f"{secret}.csv", file_sha256="0" * 64, as_of=at.date(), state="written", counts={"new": 2},
        recorded_by="Sample", recorded_at=at,
        refused_csv=f"Invoice,fairdue_line,fairdue_reason,fairdue_remedy\r\n{secret},2,No date,Write one\r\n",
    )  # fmt: skip
    return House(company, actor, customer, file, hold, do_cut(actor)[0], imported, secret)


Ask = Callable[[Program, House], HttpResponse]
REQUESTS: dict[str, Ask] = {
    "list_customers": lambda p, h: p.get("/customers"),
    "get_customer": lambda p, h: p.get(f"/customers/{h.customer.number}"),
    "why": lambda p, h: p.get(f"/customers/{h.customer.number}/why"),
    "list_open_items": lambda p, h: p.get("/open-items"),
    "list_holds": lambda p, h: p.get("/holds"),
    "add_files": lambda p, h: p.post(
        "/documents/files", {"files": upload(f"R-{h.secret}.png", PNG), "document": f"R-{h.secret}", "kind": "invoice"}, media="multipart"
    ),
    "list_files": lambda p, h: p.get("/documents/files"),
    "get_file": lambda p, h: p.get(f"/documents/files/{h.file.pk}"),
    "get_file_content": lambda p, h: p.get(f"/documents/files/{h.file.pk}/content"),
    "list_missing": lambda p, h: p.get("/documents/missing?kind=contract"),
    "list_batches": lambda p, h: p.get("/postings/batches"),
    "get_batch": lambda p, h: p.get(f"/postings/batches/{h.batch.number}"),
    "get_batch_csv": lambda p, h: p.get(f"/postings/batches/{h.batch.number}.csv"),
    "hand_out_batch": lambda p, h: p.post(f"/postings/batches/{h.batch.number}/handout", {"format": "csv"}),
    "acknowledge_batch": lambda p, h: p.post(f"/postings/batches/{h.batch.number}/acknowledgement", {"outcome": "booked"}),
    "import_file": lambda p, h: p.post("/imports", {"file": upload("a.csv", OPEN_ITEMS.encode())}, media="multipart"),
    "import_rows": lambda p, h: p.post("/imports/rows", {"rows": [{"Customer": "C-1", "Name": "Nord GmbH", "Country": "DE"}]}),
    "get_import": lambda p, h: p.get(f"/imports/{h.imported.pk}"),
    "get_refused": lambda p, h: p.get(f"/imports/{h.imported.pk}/refused.csv"),
    "receive_mail": lambda p, h: p.post("/inbox", MAIL % h.secret.encode(), media="message/rfc822"),
}  # fmt: skip
"""Each operation, asked for with rows of a house. A new operation must be named here."""
