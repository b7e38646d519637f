"""Which document a file is a copy of, from its path, its text, and the ledger's numbers. Pure; see ``docs/algorithms/copies.md``.

1. Numbers of documents in the file's name decide; all of one customer, or the file is refused. Several in the name are all meant.
2. Else a number of an order in the name, for what orders, confirms, delivers or accepts: all documents of that order.
3. Else a customer whom name or folder name by number or a folder by name, for a contract: the file is the customer's.
4. Else the numbers in the text, one document only; for a contract, documents of one customer make it the customer's.
5. Where a number is one of several customers' documents, the customer of the path decides; without one the file is refused.
   One that stands only within the documents' number rules none out, but in the name of a contract.
   A number in a text may be anybody's: the text or the path must also name its customer, by name, number or VAT number.
6. A file named by a document's number alone is its invoice copy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fairdue.formats.copies.naming import Numbers, kind_of, number_key, says
from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.errors import FormatError

INVOICE, CONTRACT = "invoice", "contract"
BY_ORDER = frozenset({"order", "confirmation", "delivery_proof", "acceptance"})
NAMED_MAX = 5
ORDER_DOCUMENTS_MAX = 50


@dataclass(frozen=True, slots=True, order=True)
class DocumentRef:
    """A document of the ledger."""

    document_id: int
    customer_id: int
    number: str


@dataclass(frozen=True, slots=True)
class Known:
    """The numbers of a company's ledger: of documents, of orders, of customers; and customers' names in normal form."""

    documents: Numbers[DocumentRef]
    orders: Numbers[DocumentRef]
    customers: Numbers[int]
    names: Mapping[str, int]
    signs: Mapping[int, tuple[str, ...]]
    """By customer its name first, then its number and VAT number where it has them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person has said about the files: then it is not looked for."""

    kind: str = ""
    customer_id: int | None = None
    document: DocumentRef | None = None


@dataclass(frozen=True, slots=True)
class Sorted:
    """Where a file belongs. No documents: to its customer."""

    kind: str
    customer_id: int
    document_ids: tuple[int, ...]


def by_name(path: str, known: Known, asked: Asked) -> Sorted | None:
    """Sort a file by its path alone (1, 2, 3, 5, 6), or give None where its text must be read.

    Raises FormatError for numbers of several customers.
    """
    folders, _, name = path.replace("\\", "/").rpartition("/")
    kind = asked.kind or kind_of(path)
    if asked.document is not None:
        return Sorted(kind or INVOICE, asked.document.customer_id, (asked.document.document_id,))
    owner = asked.customer_id or _owner(folders, name, known)
    if found := _meant(known.documents, path, owner, known, asked):
        return Sorted(kind or INVOICE, found[0].customer_id, tuple(one.document_id for one in found))
    if kind in BY_ORDER and (found := _meant(known.orders, path, owner, known, asked)):
        return Sorted(kind, found[0].customer_id, tuple(one.document_id for one in found[:ORDER_DOCUMENTS_MAX]))
    if owner is not None and (kind == CONTRACT or (asked.customer_id is not None and kind not in {"", INVOICE})):
        return Sorted(kind, owner, ())
    return None


def by_text(path: str, text: str, known: Known, asked: Asked) -> Sorted:
    """Sort a file by its text (4, 5). Raises FormatError where it names no document, several, or nobody says what it is."""
    folders, _, name = path.replace("\\", "/").rpartition("/")
    owner = asked.customer_id or _owner(folders, name, known)
    kind = asked.kind or kind_of(path, text)
    found = _several(known.documents.in_text(text), owner)
    if not found:
        raise FormatError(CopyReason.NO_DOCUMENT)
    if not kind:
        raise FormatError(CopyReason.NO_KIND)
    if owner is None and not _named_in(text, found, known):
        customer = known.signs.get(found[0].customer_id, ("",))[0]
        raise FormatError(CopyReason.OWNER_NOT_NAMED, documents=_named(one.number for one in found), customer=customer)
    if kind == CONTRACT:
        return Sorted(kind, found[0].customer_id, ())
    if len(found) > 1:
        raise FormatError(CopyReason.SEVERAL, documents=_named(one.number for one in found))
    return Sorted(kind, found[0].customer_id, (found[0].document_id,))


def _named_in(text: str, found: Sequence[DocumentRef], known: Known) -> bool:
    """Tell whether a text names the customer whose documents it holds; the documents' own numbers do not speak for it."""
    own = {number_key(one.number) for one in found}
    signs = known.signs.get(found[0].customer_id, ())
    return any(says(text, sign) for sign in signs if number_key(sign) not in own)


def _stem(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return stem if dot and len(ending) <= 5 and stem else name


def _several(found: Mapping[str, Collection[DocumentRef]], owner: int | None) -> list[DocumentRef]:
    """Give the documents meant, in the order of their ids; of one customer, or FormatError (1, 5)."""
    meant = {one for group in found.values() for one in group if owner is None or one.customer_id == owner}
    if len({one.customer_id for one in meant}) > 1:
        raise FormatError(CopyReason.SEVERAL_CUSTOMERS, documents=_named(sorted({one.number for one in meant})))
    return sorted(meant)


def _meant(
    numbers: Numbers[DocumentRef], path: str, owner: int | None, known: Known, asked: Asked
) -> list[DocumentRef]:
    """Give the documents that the file's name means. A customer's number that lies within theirs rules none of them out (5)."""
    folders, _, name = path.replace("\\", "/").rpartition("/")
    found = numbers.in_name(_stem(name))
    meant = _several(found, owner)
    if meant or not found or asked.customer_id is not None or asked.kind == CONTRACT or kind_of(path) == CONTRACT:
        return meant
    beside = _owner(folders, numbers.rest_of(_stem(name)), known)
    return meant if beside == owner else _several(found, beside)


def _owner(folders: str, name: str, known: Known) -> int | None:
    """Give the customer that the path names: one in the nearest folder, else one in the name; two are none."""
    for folder in reversed(folders.split("/")):
        key = number_key(folder)
        whole = set(known.customers.by_key.get(key, ())) | ({known.names[key]} if key in known.names else set())
        if len(whole) == 1:
            return whole.pop()
    found = {one for group in known.customers.in_name(_stem(name)).values() for one in group}
    return found.pop() if len(found) == 1 else None


def _named(numbers: Iterable[str]) -> str:
    listed = list(numbers)
    more = len(listed) - NAMED_MAX
    return ", ".join(listed[:NAMED_MAX]) + (f" (+{more})" if more > 0 else "")
