"""What the interface gives and takes, as OpenAPI tells it. Amounts are minor units of the currency beside them; days are ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Field, Schema


class ErrorShape(Schema):
    """One field or line at fault, why, and what mends it."""

    line: int
    field: str
    value: str
    code: str
    text: str
    remedy: str


class ProblemShape(Schema):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ErrorShape] = []


class ReasonShape(Schema):
    """A reason: its code, the values behind it, its text."""

    code: str
    values: dict[str, Any]
    text: str


class CustomerShape(Schema):
    """Who owes."""

    id: int
    number: str
    name: str
    country: str
    language: str
    city: str
    policy: str = Field(description="dunning policy; empty: the company's default")
    key_account: bool


class CustomerPage(Schema):
    """A page of customers."""

    items: list[CustomerShape]
    next: str | None


class OpenItemShape(Schema):
    """A due item with a balance on a day. ``held_minor`` is the part that is not chased; credit notes are negative."""

    id: int
    customer: str
    document: str
    kind: str
    issued_on: date
    due_on: date
    days_overdue: int
    currency: str
    amount_minor: int
    open_minor: int
    held_minor: int
    hold_reasons: list[str]


class OpenItemPage(Schema):
    """A page of open items."""

    as_of: date
    items: list[OpenItemShape]
    next: str | None


class HoldShape(Schema):
    """Do not chase this. Without document and item it holds the customer; without an amount all of its scope."""

    id: int
    customer: str
    document: str | None
    item: int | None
    reason: str
    reason_text: str
    amount_minor: int | None
    currency: str
    since: date
    until: date | None
    released_on: date | None


class HoldPage(Schema):
    """A page of holds."""

    items: list[HoldShape]
    next: str | None


class FileShape(Schema):
    """A copy that is kept. ``new``: this request brought it."""

    id: int
    customer: str
    document: str | None
    kind: str
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    recorded_at: datetime
    recorded_by: str
    new: bool = False


class FilePage(Schema):
    """A page of copies."""

    items: list[FileShape]
    next: str | None


class RefusedFile(Schema):
    """A file that was not taken."""

    path: str
    code: str
    text: str
    remedy: str


class FilesTaken(Schema):
    """What became of files."""

    new: int
    known: int
    files: list[FileShape]
    refused: list[RefusedFile]


class MissingShape(Schema):
    """A copy that a policy asks for and that is missing, with what is open behind it."""

    customer: str
    document: str | None
    kind: str
    currency: str
    open_minor: int
    days_overdue: int


class MissingPage(Schema):
    """A page of missing copies, the largest amount first."""

    as_of: date
    items: list[MissingShape]
    next: str | None


class BatchShape(Schema):
    """A posting batch and what the books said of it. ``needed`` lines must be answered."""

    number: int
    cut_at: datetime
    lines: int
    needed: int
    booked: int
    refused: int
    waiting: int
    merkle_root: str
    handed_out_at: datetime | None


class HandedOut(Schema):
    """In which form the books took a batch."""

    format: Literal["csv", "json"] = "json"


class BatchPage(Schema):
    """A page of batches, the oldest first."""

    items: list[BatchShape]
    next: str | None


class LineAnswer(Schema):
    """What the books say of one line."""

    line: int = Field(ge=1, le=1_000_000)
    outcome: Literal["booked", "refused"]
    reference: str = Field("", max_length=120)
    reason: str = Field("", max_length=300, description="needed where the line is refused")


class AnswerGiven(Schema):
    """The books' answer to a batch: for the whole, for single lines, or for single lines and the rest."""

    outcome: Literal["booked", "refused"] | None = Field(None, description="for every line that is not named")
    reference: str = Field("", max_length=120, description="number of the booking run")
    reason: str = Field("", max_length=300)
    merkle_root: str = Field("", max_length=64, description="the batch that was meant; another one is refused")
    lines: list[LineAnswer] = Field(default_factory=list, max_length=20_000)


class AnswerTaken(Schema):
    """What became of an answer: lines booked, refused, booked after a refusal, known before; those not taken in ``errors``."""

    batch: int
    booked: int
    refused: int
    mended: int
    repeated: int
    errors: list[ErrorShape]


class RefusedRow(Schema):
    """A row that did not go in. Field and code are empty where the whole row is at fault."""

    line: int
    field: str
    value: str
    code: str
    text: str
    remedy: str


class ImportShape(Schema):
    """What became of a list. ``waiting``: a person must look at it; nothing of it is in the ledger yet."""

    id: int
    source: str
    kind: str
    file_name: str
    sha256: str
    as_of: date
    state: str = Field(description="written, waiting or dropped")
    counts: dict[str, int]
    reasons: list[ReasonShape]
    recorded_at: datetime
    refused: list[RefusedRow] = Field(default_factory=list, description="the first 1,000")


class RowsGiven(Schema):
    """A list as JSON: one object a row, headings as keys."""

    source: str = Field("api", min_length=1, max_length=60)
    kind: str | None = Field(
        None, description="open_items, closed_items, payments, customers, contacts; told by itself"
    )
    as_of: date | None = None
    full: bool | None = Field(None, description="a full list of what is open: what it lacks is settled")
    defaults: dict[str, str] = Field(default_factory=dict, description="what the rows lack, such as currency")
    control: dict[str, str] = Field(default_factory=dict, description="control totals by currency, such as 1234.50")
    rows: list[dict[str, str | int | bool | None]] = Field(min_length=1, max_length=100_000)


class MailTaken(Schema):
    """What came of a mail."""

    what: Literal["bounce", "delayed", "reply", "automatic", "known", "unmatched"]
    mail_id: int
    customer: str | None
