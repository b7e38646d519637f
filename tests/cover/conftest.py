"""An insured seller: a policy, buyers with limits, invoices of chosen days, and the nightly line on any day."""

from __future__ import annotations

from datetime import date

import pytest
from cover_department import Department


@pytest.fixture
def department(company, settings, tmp_path) -> Department:
    settings.DATA_DIR = tmp_path
    return Department(company)


@pytest.fixture
def insured(department) -> Department:
    """90 % cover, extension 60 days, report after 30, claim after 180, no shipping when 60 days overdue; A has 100,000.00."""
    department.policy(
        max_extension_days=60, notify_days=30, claim_days=180, stop_days=60, max_terms_days=120, waiting_days=150
    )
    department.limit("A", 100_000_00, date(2025, 7, 1))
    return department
