"""What each country asks a notice to state, looked for in the finished letter: the PDF's text, the HTML page and the plain text.

Every document, in the six languages, for every country with rows in ``forms.csv`` or contents in ``conduct.csv``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO

import pytest
from letter_samples import BANK, WRITTEN_ON, sample
from pypdf import PdfReader
from test_letters_documents import Words

from fairdue.dunning.deadlines import deadline, minimum_days
from fairdue.law.conduct import conduct_of, fee_cap
from fairdue.law.conduct_table import RuleCode, conduct_rules
from fairdue.law.fees import FeeKind, allowed_fee
from fairdue.law.forms import Part, form_of, form_rules
from fairdue.letters import LetterResult, languages, render
from fairdue.letters.catalogue import choose
from fairdue.letters.facts import (
    ChargeKind,
    ChargeLine,
    Document,
    FormName,
    FormStatement,
    FormText,
    LegalForm,
    LetterFacts,
    RateText,
)
from fairdue.letters.figures import Figures
from fairdue.letters.forms import form_name, statement
from fairdue.letters.references import spaced
from fairdue.letters.requirements import shown_contents
from fairdue.letters.wording import words

COUNTRIES = sorted({code for code in form_rules() if code != "EU"} | {"BE"})
"""Belgium stands for a member state without a form of its own: there the Union's rules alone hold."""
DOCUMENTS = (Document.FORMAL_NOTICE, Document.FINAL_NOTICE)
CASES = [
    (country, kind, language)
    for country in COUNTRIES
    for kind in ("no", "unknown")
    for language in languages()
    if kind == "no"
    or form_of(country, country, "formal_notice", "no") != form_of(country, country, "formal_notice", kind)
]
IDS = ["-".join(case) for case in CASES]
RATES = {
    "FR": RateText(Decimal("12.40"), "ECB_MRO_H", "", None, Decimal("2.40"), Decimal(10)),
    "GB": RateText(Decimal("11.75"), "UK_BANK_RATE_H", "", None, Decimal("3.75"), Decimal(8)),
    "AT": RateText(Decimal("10.73"), "AT_BASISZINS", "", None, Decimal("1.53"), Decimal("9.2")),
}
ARABIC_FOUND = 0.8
"""Arabic comes back from a PDF with some words torn at ligatures; so much of a statement's words must be whole."""


def formed(country: str, kind: str, document: Document, language: str) -> LetterFacts:
    """Give a notice under a country's law to a debtor there, its deadline the shortest the law allows."""
    form = form_of(country, country, document.value, kind)
    facts = sample(document, language)
    charges = tuple(
        replace(line, rate=RATES[country]) if line.kind is ChargeKind.INTEREST and country in RATES else line
        for line in facts.charges
    )
    asked = LegalForm(
        FormName(form.name.text) if form.name else None,
        tuple(FormStatement(FormText(one.text), one.basis) for one in form.statements),
        form.reply is not None,
    )
    charges += fee_of(country, kind, facts)
    until = deadline(WRITTEN_ON, 1, country, kind, document.value)
    debtor = replace(facts.debtor, address=replace(facts.debtor.address, country=country))
    totals, asked_minor = facts.totals, sum(line.amount_minor for line in charges if not line.mentioned_only)
    payable = totals.open_minor - totals.disputed_minor + asked_minor
    totals = replace(totals, charges_minor=asked_minor, payable_minor=payable)
    return replace(facts, charges=charges, form=asked, deadline=until, debtor=debtor, totals=totals)


def fee_of(country: str, kind: str, facts: LetterFacts) -> tuple[ChargeLine, ...]:
    """Give the fee that the country lets such a letter cost, in the letter's currency; the cap's currency counts as that here."""
    conduct = conduct_of(country, kind)
    cap = fee_cap(conduct, RuleCode.REMINDER_FEE_MAX, WRITTEN_ON)
    allowed = allowed_fee(conduct, FeeKind.REMINDER, 2_50, cap.currency or "EUR", WRITTEN_ON)
    if not allowed.amount_minor:
        return ()
    return (ChargeLine(ChargeKind.FEE, facts.items[0].document_number, allowed.amount_minor, allowed.basis),)


def required(facts: LetterFacts, country: str, kind: str) -> list[str]:
    """Give every string that the country's rules put into the letter."""
    w = words(choose(facts.language))
    assert facts.form is not None
    found = [statement(one, facts, w) for one in facts.form.statements]
    assert all(found), f"{country}: a statement says nothing"
    found += [form_name(facts.form.name, w)] if facts.form.name else []
    figures = Figures(choose(facts.language).locale)
    asked = set(conduct_of(country, kind).words(RuleCode.NOTICE_CONTENT))
    said = {
        "creditor": [facts.creditor.name],
        "debtor": [facts.debtor.name],
        "amount": [figures.money(facts.totals.payable_minor, facts.totals.currency)],
        "invoices": [item.document_number for item in facts.items],
        "deadline": [figures.long_date(facts.deadline)] if facts.deadline else [],
        "how_to_pay": [spaced(BANK.iban), BANK.bic],
        "reply_form": [w._("Reply form"), w._("I do not owe the amount. The reason:")],
        "documents": [w.enclosure(one) for one in facts.enclosures],
    }
    for line in facts.charges:
        if line.kind is ChargeKind.FEE:
            found += [w.charge_kind(line.kind), line.basis, figures.number(line.amount_minor, facts.totals.currency)]
    return found + [text for word, texts in said.items() if word in asked for text in texts]


def bare(text: str) -> str:
    """Drop white space, direction marks, tatweel and vowel signs, and the difference of presentation forms."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(one for one in plain if not one.isspace() and unicodedata.category(one) not in ("Cf", "Mn", "Lm"))


def holds(text: str, page: str, language: str, pdf: bool) -> bool:
    """Say whether a page holds a text; in an Arabic PDF its words and figures, wherever bidi has put them."""
    if not (pdf and language == "ar"):
        return bare(text) in page
    found = [bare(word) for word in re.findall(r"[\w.@/-]+", text)]
    found = [word for word in found if len(word) > 2]
    whole = [word for word in found if word in page or word[::-1] in page]
    exact = [word for word in found if word.isascii()]
    return len(whole) >= ARABIC_FOUND * len(found) and all(word.strip(".") in page for word in exact)


def pages(result: LetterResult) -> dict[str, str]:
    pdf = "".join(page.extract_text() for page in PdfReader(BytesIO(result.pdf)).pages)
    return {"pdf": bare(pdf), "html": bare("".join(Words(result.html).text)), "text": bare(result.text)}


@pytest.mark.parametrize(("country", "kind", "language"), CASES, ids=IDS)
def test_what_the_country_asks_for_is_in_the_finished_letter(country: str, kind: str, language: str) -> None:
    for document in DOCUMENTS:
        facts = formed(country, kind, document, language)
        wanted = required(facts, country, kind)
        drawn = pages(render(facts))
        missing = [
            (name, text)
            for name, page in drawn.items()
            for text in wanted
            if not holds(text, page, language, name == "pdf")
        ]
        assert missing == [], document


def test_how_much_is_looked_for() -> None:
    """A floor under the check above: finished PDFs, and strings looked for in them, fees with their basis among them."""
    drawn = [formed(*case[:2], document, case[2]) for case in CASES for document in DOCUMENTS]
    strings = [text for facts, (country, kind, _) in zip(drawn, [case for case in CASES for _ in DOCUMENTS], strict=True)
               for text in required(facts, country, kind)]  # fmt: skip
    fees = [line for facts in drawn for line in facts.charges if line.kind is ChargeKind.FEE]
    assert (len(drawn), len(strings), len(fees)) >= COUNTED


COUNTED = (348, 2448, 84)
"""PDFs, strings looked for in each of PDF, HTML and text, and fees among them; raise it with the tables."""


@pytest.mark.parametrize("language", languages())
def test_a_letter_without_a_form_holds_none_of_it(language: str) -> None:
    """The check above can fail: the same letter without its form lacks every statement."""
    facts = formed("NL", "no", Document.FORMAL_NOTICE, language)
    w = words(choose(language))
    assert facts.form is not None
    said = [statement(one, facts, w) for one in facts.form.statements]
    page = pages(render(replace(facts, form=None)))
    assert [text for text in said if holds(text, page["pdf"], language, True)] == []
    assert [text for text in said if bare(text) in page["text"]] == []


@pytest.mark.parametrize("document", [one for one in Document if one not in DOCUMENTS])
def test_other_documents_take_no_form(document: Document) -> None:
    assert [code for code in form_rules() for kind in ("yes", "no") if form_of(code, code, document.value, kind)] == []


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("country", ["DE", "AT", "FR", "GB", "CH", "NO", "DK", "SE", "PL", "CZ"])
def test_no_letter_claims_that_a_reminder_stops_limitation_where_it_does_not(country: str, language: str) -> None:
    w = words(choose(language))
    claims = [
        w._("This written demand interrupts the limitation period (%(basis)s)."),
        w._("We expressly reserve our right to performance (%(basis)s)."),
    ]
    for kind in ("no", "yes"):
        text = render(formed(country, kind, Document.FINAL_NOTICE, language)).text
        for claim in claims:
            assert bare(claim.partition("%(basis)s")[0].rstrip(" (（")) not in bare(text)


@cache
def text_of(country: str, kind: str, language: str, document: Document = Document.FORMAL_NOTICE) -> str:
    reader = PdfReader(BytesIO(render(formed(country, kind, document, language)).pdf))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize(
    ("country", "kind", "language", "phrases"),
    [
        ("DE", "no", "de", ["Mahnung: ", "9 Prozentpunkte über dem Basiszinssatz", "§ 288", "40,00", "17. März 2026"]),
        ("DE", "no", "en", ["Formal notice (Mahnung)", "9 percentage points above the German base rate", "€40.00"]),
        ("DE", "no", "zh_Hans", ["催款函（Mahnung）", "德国基准利率（《德国民法典》第247条）加9个百分点"]),
        ("FR", "no", "fr", ["Mise en demeure : paiement", "vaut mise en demeure de payer (Code civil art. 1344)", "L441-10", "D441-5"]),
        ("NO", "no", "en", ["inkassovarsel", "The new due date is 30 March 2026.", "collection under inkassoloven may begin"]),
        ("DK", "no", "de", ["inkassovarsel", "Der neue Fälligkeitstag ist der 26. März 2026."]),
        ("GB", "no", "en", ["Letter before claim", "Late Payment of Commercial Debts (Interest) Act 1998", "by 30 March 2026"]),
        ("GB", "unknown", "en", ["Letter of claim", "Reply form", "I do not owe the amount.", "by 15 April 2026"]),
        ("CZ", "no", "es", ["předžalobní výzva", "23 de marzo de 2026"]),
        ("CN", "no", "zh_Hans", ["催款函：应付", "中断诉讼时效", "请向我方确认已收到本函"]),
        ("NL", "no", "fr", ["Nous nous réservons expressément notre droit à l’exécution (BW art. 3:317)."]),
        ("IT", "no", "en", ["costituzione in mora", "interrupts the limitation period (C.c. art. 2943)"]),
        ("BE", "unknown", "es", ["GDPR art. 6(1)(b) and (f)", "forderungen@rheinwerk-pumpen.example"]),
    ],
)  # fmt: skip
def test_the_words_of_a_country(country: str, kind: str, language: str, phrases: list[str]) -> None:
    """Written out by hand, so that a wrong catalogue or a wrong row is seen."""
    text = bare(text_of(country, kind, language))
    assert [phrase for phrase in phrases if bare(phrase) not in text] == []


@pytest.mark.parametrize(("country", "kind"), sorted({(country, kind) for country, kind, _ in CASES}))
def test_every_content_a_rule_names_is_stated(country: str, kind: str) -> None:
    """The official information sheet alone is not printed: a person encloses it, and is told to."""
    for document in DOCUMENTS:
        facts = formed(country, kind, document, "en")
        asked = set(conduct_of(country, kind).words(RuleCode.NOTICE_CONTENT))
        form = form_of(country, country, document.value, kind)
        enclosed = {one.text for one in form.besides if one.part is Part.ENCLOSURE}
        assert asked - shown_contents(facts) == asked & enclosed


def test_deadlines_are_days_to_come_and_no_shorter_than_the_law_leaves() -> None:
    for country in sorted(set(conduct_rules()) - {"*", "EU"}):
        for kind in ("no", "unknown"):
            for document in DOCUMENTS:
                until = deadline(WRITTEN_ON, 1, country[:2], kind, document.value)
                least = minimum_days(country[:2], kind, document.value)
                assert (until - WRITTEN_ON).days >= max(1, least)
    assert deadline(WRITTEN_ON, 1, "NO", "no", "formal_notice") == date(2026, 3, 30)
