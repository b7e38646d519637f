"""Who wants to be forgotten, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime

NAME, PHONE, EMAIL, STREET = "Wilhelmine Käsebier", "+49 170 5558811", "wilhelmine@kaesebier.example", "Veilchenstieg 7"
CHINESE = "王小明"
TRACES = (NAME, PHONE, EMAIL, STREET, CHINESE)
THEN, TODAY = datetime(2014, 5, 6, 9, 0, tzinfo=UTC), date(2026, 3, 2)
PDF = f"%PDF-1.7 Dear {NAME}, {STREET}".encode()
