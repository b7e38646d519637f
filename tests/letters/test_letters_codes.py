"""References, payment codes and symbols, exact to the character."""

from __future__ import annotations

from dataclasses import replace

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from letter_samples import BANK, DEBTORS, sample, swiss_sample
from stdnum import iso11649

from fairdue.letters.facts import Document, LettersError
from fairdue.letters.payment_codes import CodeKind, epc_payload, payment_code, swiss_payload
from fairdue.letters.references import creditor_reference, is_qr_reference, qr_reference, spaced
from fairdue.letters.symbols import MASK, VERSION_MAX, _codewords, _room, symbol


def test_creditor_reference() -> None:
    assert creditor_reference("539007547034") == "RF18539007547034"
    assert creditor_reference("inv-2026/0012") == creditor_reference("INV20260012")
    with pytest.raises(LettersError):
        creditor_reference("A" * 22)
    with pytest.raises(LettersError):
        creditor_reference("号码")


@given(st.from_regex(r"[0-9A-Z]{1,21}", fullmatch=True))
def test_creditor_references_are_valid(text: str) -> None:
    assert iso11649.is_valid(creditor_reference(text))


def test_qr_reference() -> None:
    assert qr_reference("21000000000313947143000901") == "210000000003139471430009017"
    assert is_qr_reference("21 00000 00003 13947 14300 09017")
    assert spaced("210000000003139471430009017") == "21 00000 00003 13947 14300 09017"
    assert not is_qr_reference("210000000003139471430009018")


def test_epc_payload() -> None:
    assert epc_payload(BANK, 123456, "RF18 5390 0754 7034") == (
        "BCD\n002\n1\nSCT\nCOBADEFFXXX\nRheinwerk Pumpen GmbH\nDE89370400440532013000\nEUR1234.56\n\nRF18539007547034"
    )
    assert epc_payload(BANK, 5, "Invoice 7\nEUR9") == (
        "BCD\n002\n1\nSCT\nCOBADEFFXXX\nRheinwerk Pumpen GmbH\nDE89370400440532013000\nEUR0.05\n\n\nInvoice 7 EUR9"
    )
    assert epc_payload(BANK, 0, "") is None
    assert epc_payload(BANK, 100_000_000_000, "") is None
    assert epc_payload(replace(BANK, iban="CH9300762011623852957", bic=""), 100, "") is None


def test_swiss_payload() -> None:
    facts = swiss_sample()
    assert facts.bank
    lines = ["SPC", "0200", "1", "CH5604835012345678009", "S", "Säntis Apparatebau AG", "Bahnhofplatz", "1", "9000"]
    lines += ["St. Gallen", "CH", "", "", "", "", "", "", "", "4575.11", "CHF", "S"]
    lines += ["Alpenblick Hotelbetriebs GmbH & Co. KG", "Seestraße", "3a", "82319", "Starnberg", "DE", "SCOR"]
    lines += [facts.payment_reference, "", "EPD"]
    code = payment_code(facts)
    assert code
    assert (code.kind, code.payload.split("\n")) == (CodeKind.SWISS, lines)


def test_swiss_rules() -> None:
    facts = swiss_sample()
    assert facts.bank
    qr_account = replace(facts.bank, iban="CH4431999123000889012")
    number = qr_reference("123")
    made = swiss_payload(qr_account, 100, number, facts.creditor, facts.debtor)
    assert made
    assert made.split("\n")[27:29] == ["QRR", number]
    assert swiss_payload(qr_account, 100, "RF18539007547034", facts.creditor, facts.debtor) is None
    foreign = swiss_payload(facts.bank, 100, "Rechnung 7", facts.creditor, DEBTORS["zh_Hans"])
    assert foreign
    assert foreign.split("\n")[20:30] == ["", "", "", "", "", "", "", "NON", "", "Rechnung 7"]
    assert swiss_payload(BANK, 100, "", facts.creditor, facts.debtor) is None


def test_no_code_without_a_standard() -> None:
    facts = sample(Document.OVERDUE_NOTICE, "en")
    code = payment_code(facts)
    assert code
    assert code.kind is CodeKind.EPC
    assert payment_code(replace(facts, totals=replace(facts.totals, currency="USD"))) is None
    assert payment_code(replace(facts, bank=None)) is None
    assert payment_code(replace(facts, bank=replace(BANK, iban="DE00370400440532013000"))) is None


@pytest.mark.parametrize("version", range(1, VERSION_MAX + 1))
def test_full_symbols_equal_segno(version: int) -> None:
    # segno adds a spare zero codeword to symbols that are not full, so full ones are compared.
    payload = "".join(chr(97 + (7 * n) % 26) for n in range(_room(version)))
    ours = symbol(payload)
    theirs = segno.make_qr(payload, error="m", mask=MASK, mode="byte", encoding="utf-8", boost_error=False, eci=False)
    assert theirs.version == version
    assert ours.modules == b"".join(theirs.matrix)


def test_padding_follows_the_standard() -> None:
    assert _codewords(b"a", 1).hex() == "401610ec11ec11ec11ec11ec11ec11ec"
    with pytest.raises(LettersError):
        symbol("x" * (_room(VERSION_MAX) + 1))


def test_png_is_black_and_white_with_a_quiet_zone() -> None:
    png = symbol("x").png(scale=1)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20], "big") == 21 + 8
