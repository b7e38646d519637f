"""The data check of the first day: what is missing, wrong or double in the records, what it blocks, and how to mend it."""

from __future__ import annotations

from fairdue.cycle.doctor.find import CHECKS, Amounts, Findings, Standing, examine
from fairdue.cycle.doctor.rules import Sameness, Twins

__all__ = ["CHECKS", "Amounts", "Findings", "Sameness", "Standing", "Twins", "examine"]
