"""Which writings tell a person from all others. Pure.

A short or common word (Accounts, 财务, Maria) stands in the records of many customers. Such a writing is looked for in the person's
own rows only. What tells the person is looked for everywhere: an e-mail address, a telephone or register number, a name of at least
two words, a Chinese name of three signs. A function (Accounts Payable, 财务部) tells nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fairdue.formats.values.keys import identity

DIGITS_MIN = 6
WORDS_MIN = 2
LETTERS_MIN = 7
SIGNS_MIN = 3
FUNCTIONS = frozenset(
    re.findall(
        r"\w+",
        """account accounting accounts ap ar billing book buchhaltung controlling credit creditors customer debtors department desk
    einkauf finance finanzbuchhaltung frau helpdesk herr info invoice invoices invoicing kreditorenbuchhaltung mail manager mr mrs ms
    office orders payable payables payments purchase purchasing receivable receivables rechnung rechnungen rechnungswesen sales
    secretary sekretariat service support team the und and verkauf verwaltung vertrieb zentrale""",
    )
)
"""Words by which contacts are named after what they do."""
CHINESE_FUNCTIONS = (*"部处科室组课司厂店", "财务", "会计", "采购", "出纳", "经理", "人员", "中心", "公司")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WORDS = re.compile(r"[^\W_]+")


def telling(needles: Iterable[str]) -> frozenset[str]:
    """Give those of the writings that tell the person, with the folded writings of the same."""
    listed = frozenset(needles)
    found = {one for one in listed if _tells(one)}
    return frozenset(found | ({identity(one) for one in found} & listed))


def _tells(text: str) -> bool:
    if "@" in text or sum(one.isdigit() for one in text) >= DIGITS_MIN:
        return True
    if signs := _CHINESE.findall(text):
        return len(signs) >= SIGNS_MIN and not text.endswith(CHINESE_FUNCTIONS)
    words = _WORDS.findall(text)
    if all(one.casefold() in FUNCTIONS for one in words):
        return False
    return len(words) >= WORDS_MIN and len(text) >= LETTERS_MIN
