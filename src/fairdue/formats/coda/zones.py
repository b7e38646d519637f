"""The records of CODA and their zones, as Febelfin's standard 2.6 lays them out: 128 places each. Zones named ``free`` should be empty."""

from __future__ import annotations

WIDTH = 128
_ORDER = (("sequence", 4), ("detail", 4))
_END = (("next", 1), ("free_127", 1), ("link", 1))

ZONES: dict[str, tuple[tuple[str, int], ...]] = {
    "0": (
        ("zeros", 4), ("creation_date", 6), ("bank", 3), ("application", 2), ("duplicate", 1), ("free_18", 7),
        ("file_reference", 10), ("addressee", 26), ("bic", 11), ("company", 11), ("free_83", 1),
        ("separate_application", 5), ("transaction_reference", 16), ("related_reference", 16), ("free_121", 7),
        ("version", 1),
    ),
    "1": (
        ("structure", 1), ("paper_number", 3), ("account", 37), ("sign", 1), ("balance", 15), ("date", 6),
        ("holder", 26), ("description", 35), ("number", 3),
    ),
    "21": (
        *_ORDER, ("bank_reference", 21), ("sign", 1), ("amount", 15), ("value_date", 6), ("code", 8),
        ("communication_type", 1), ("communication", 53), ("entry_date", 6), ("paper_number", 3),
        ("globalisation", 1), *_END,
    ),
    "22": (
        *_ORDER, ("communication", 53), ("customer_reference", 35), ("bic", 11), ("free_110", 3), ("r_type", 1),
        ("reason", 4), ("category_purpose", 4), ("purpose", 4), *_END,
    ),
    "23": (*_ORDER, ("account", 34), ("currency", 3), ("name", 35), ("communication", 43), *_END),
    "31": (
        *_ORDER, ("bank_reference", 21), ("code", 8), ("communication_type", 1), ("communication", 73),
        ("free_114", 12), *_END,
    ),
    "32": (*_ORDER, ("communication", 105), ("free_116", 10), *_END),
    "33": (*_ORDER, ("communication", 90), ("free_101", 25), *_END),
    "8": (
        ("paper_number", 3), ("account", 37), ("sign", 1), ("balance", 15), ("date", 6), ("free_64", 64), ("link", 1),
    ),
    "4": (("free_2", 1), *_ORDER, ("free_11", 22), ("text", 80), ("free_113", 15), ("link", 1)),
    "9": (
        ("free_2", 15), ("records", 6), ("debit", 15), ("credit", 15), ("free_53", 75), ("more", 1),
    ),
}  # fmt: skip
COMMUNICATION = {"21": (62, 115), "22": (10, 63), "23": (82, 125), "31": (40, 113), "32": (10, 115), "33": (10, 100)}
"""Where the text of a record stands; it runs on from one record to the next."""
