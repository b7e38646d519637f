"""Letters a second: PDF/A-2b of a ten-line overdue notice with its EPC code, in Latin, Chinese and Arabic.

Run ``python bench/letters.py`` or ``python -m bench letters``. The letters are those of one creditor: debtor, numbers, amounts,
dates and the edited paragraph differ. Processor time of all threads is counted, so the figure is per core whatever the
library does. On a machine with other work a core gives less: a fixed page is set in turn with the letters, and tells how much.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "letters"))

import typst
from letter_samples import sample

from fairdue.conf import env
from fairdue.letters import compose, render_many
from fairdue.letters.facts import Document, LetterFacts
from fairdue.letters.fonts import font_folders
from fairdue.letters.pdf import letter_data
from fairdue.letters.references import creditor_reference

TARGET_PER_CORE = 140
LANGUAGES = ("en", "zh_Hans", "ar")
NAMES = (
    "杭州宁波绍兴嘉湖温台丽衢金华舟山精密机械自动化仪器阀门管道钢铁铝业塑胶橡化纺织服装电缆照明光学半导体新能源汽车零部件"
    "物流仓储食品饮料医疗生物科技信息网络软件工程建筑装饰材料家具厨卫五金工模具包印刷纸品玻璃陶瓷"
)
WARM, TURN = 10, 5
"""Letters drawn before measuring, and letters or fixed pages in a row."""
FIXED_PAGE_IDLE_MS = 8.8
"""The fixed page on the idle machine of ``docs/decisions/0003-letters-and-fonts.md``, when Typst still chose its threads. In one
thread it is faster (7.8 ms was seen on a busy machine), so that the estimate errs on the low side."""
FIXED_PAGE = b"""#let d = json(bytes(sys.inputs.d))
#set text(font: "Noto Sans", size: 10pt, lang: "en")
#set page(numbering: "1/1")
#strong(d.title)\\
#d.body
#table(columns: 6, ..d.rows.flatten().map(x => [#x]))
#for p in d.paras [#p.at(0) *#p.at(1)*

]
"""


@dataclass(frozen=True)
class Rates:
    """Letters and fixed pages per processor second, milliseconds of Python a letter, and the bytes of one."""

    letters: float
    pages: float
    python_ms: float
    size: int

    @property
    def idle(self) -> float:
        """Letters a second on the idle machine, estimated from the fixed page."""
        return self.letters * 1000 / FIXED_PAGE_IDLE_MS / self.pages


def notices(language: str, count: int) -> list[LetterFacts]:
    """Give ``count`` different ten-line notices of one creditor."""
    base = sample(Document.OVERDUE_NOTICE, language, count=10)
    return [variant(base, n) for n in range(count)]


def name_of(base: LetterFacts, n: int) -> str:
    """Give a name of its own; Chinese ones in other characters, because a face is cut to the characters that a letter uses."""
    if base.language != "zh_Hans":
        return f"{base.debtor.name} {n}"
    return "".join(NAMES[(7 * n + 13 * k) % len(NAMES)] for k in range(6)) + "有限公司"


def variant(base: LetterFacts, n: int) -> LetterFacts:
    """Change everything that differs from customer to customer."""
    items = tuple(
        replace(
            item,
            document_number=f"RE-2026-{n:05d}-{k}",
            original_minor=item.original_minor + 97 * n,
            open_minor=item.open_minor + 97 * n,
            issued_on=item.issued_on - timedelta(days=n % 37) if item.issued_on else None,
            due_on=item.due_on - timedelta(days=n % 40) if item.due_on else None,
            days_overdue=item.days_overdue + n % 40,
            disputed_minor=0,
        )
        for k, item in enumerate(base.items)
    )
    open_minor = sum(item.open_minor for item in items)
    totals = replace(base.totals, open_minor=open_minor, payable_minor=open_minor, disputed_minor=0)
    street = NAMES[n % 90 : n % 90 + 3] + "路" if base.language == "zh_Hans" else base.debtor.address.town
    address = replace(base.debtor.address, lines=(f"{street} {n % 97}", f"{n:05d}"))
    debtor = replace(base.debtor, name=name_of(base, n), email=f"ap{n}@example.org", address=address)
    reference = creditor_reference(f"K{n:06d}")
    return replace(
        base, items=items, totals=totals, debtor=debtor, reference=f"M-{n:07d}", payment_reference=reference,
        customer_number=f"K-{n:06d}", portal_link=f"https://example.org/p/{n:x}", edited_paragraph=f"{base.edited_paragraph} ({n})",
    )  # fmt: skip


def measure(language: str, count: int) -> Rates:
    """Draw ``count`` letters, in turn with as many fixed pages, and compose them once more alone."""
    env.set_for_libraries()
    facts = notices(language, count + WARM)
    drawing, pages = render_many(facts), fixed_pages()
    for _ in range(WARM):
        next(drawing), next(pages)
    drawn = paged = 0.0
    size = 0
    for _ in range(count // TURN):
        start = time.process_time()
        for _ in range(TURN):
            size = len(next(drawing))
        middle = time.process_time()
        for _ in range(TURN):
            next(pages)
        drawn += middle - start
        paged += time.process_time() - middle
    start = time.process_time()
    for one in facts[WARM:]:
        json.dumps(letter_data(compose(one)))
    composing = time.process_time() - start
    done = count // TURN * TURN
    return Rates(done / drawn, done / paged, composing / count * 1000, size)


def fixed_pages() -> Iterator[bytes]:
    """Set the fixed page again and again with other numbers: 60 cells and nine paragraphs."""
    folders = [str(path) for path in font_folders() if path.name == "manimgx_fonts"]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    compiler = typst.Compiler({"main.typ": FIXED_PAGE}, font_paths=fonts)
    title = "Formal notice"
    body = "Despite our reminders the following invoices remain unpaid as of today. We ask you to settle them by the date below."
    n = 0
    while True:
        n += 1
        rows = [[f"INV-{n}-{k}", "2026-01-02", "2026-02-01", "1,234.56", f"{n}.{k}", body[:12]] for k in range(10)]
        paras = [[body[k:] + str(n * k), title] for k in range(8)]
        data = {"title": title + str(n), "body": body + str(n), "rows": rows, "paras": paras}
        inputs = {"d": json.dumps(data)}
        yield compiler.compile(
            input={"main.typ": FIXED_PAGE}, format="pdf", sys_inputs=inputs, pdf_standards=["a-2b"], timestamp=0
        )


def run(count: int = 150) -> Iterator[tuple[str, float, str, float | None, float | None]]:
    """Give letters a second per core for each language, held against the fixed page of the same run."""
    for language in LANGUAGES:
        rates = measure(language, count)
        yield f"notice, ten lines, {language}", rates.letters, "PDF/s", rates.pages, TARGET_PER_CORE
        yield f"  the same on an idle machine (estimate), {language}", rates.idle, "PDF/s", None, None


def main() -> int:
    """Measure and print; exit 1 when a language stays below the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    count = parser.parse_args().count
    slow = False
    for language in LANGUAGES:
        rates = measure(language, count)
        slow |= rates.letters < TARGET_PER_CORE
        print(
            f"{language:8} {rates.letters:6.0f} PDF/A a second per core; fixed page {rates.pages:.0f}, so {rates.idle:.0f} on the "
            f"idle machine (estimate); Python alone {rates.python_ms:.2f} ms, {rates.size} bytes",
            flush=True,
        )
    return int(slow)


if __name__ == "__main__":
    raise SystemExit(main())
