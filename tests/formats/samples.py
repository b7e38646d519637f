"""Where the samples from outside lie; tests that read them skip where they are absent."""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
BANK_STATEMENTS = SHARED / "bank-statements"
E_INVOICES = SHARED / "e-invoices"
