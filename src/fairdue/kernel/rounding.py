"""The one rounding module. Every division that ends in a stored or printed number goes through here.

Rule of the house: engines add integers; a division happens once, at the end, and is exact until then.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

PPM = 1_000_000
"""Parts per million: the unit of every stored rate or share (one per cent is 10,000 ppm)."""


class Rounding(StrEnum):
    """How a half, or any rest, is settled."""

    HALF_UP = "half_up"
    """Halves away from zero: commercial rounding, the default for money."""
    HALF_EVEN = "half_even"
    UP = "up"
    """Away from zero."""
    DOWN = "down"
    """Towards zero."""


def divide(numerator: int, denominator: int, mode: Rounding = Rounding.HALF_UP) -> int:
    """Give ``numerator / denominator`` as an integer, rounded by ``mode``.

    Raises ZeroDivisionError for a zero denominator. Symmetric around zero: ``divide(-n, d) == -divide(n, d)``.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, rest = divmod(abs(numerator), denominator)
    if _goes_up(quotient, rest, denominator, mode):
        quotient += 1
    return quotient if numerator >= 0 else -quotient


def _goes_up(quotient: int, rest: int, denominator: int, mode: Rounding) -> bool:
    if rest == 0 or mode is Rounding.DOWN:
        return False
    if mode is Rounding.UP:
        return True
    twice = 2 * rest
    if twice != denominator:
        return twice > denominator
    return mode is Rounding.HALF_UP or quotient % 2 == 1


def to_int(value: Fraction | Decimal | int, mode: Rounding = Rounding.HALF_UP) -> int:
    """Round an exact value to an integer by ``mode``; floats are refused by type."""
    if isinstance(value, float):
        raise TypeError("a float never enters rounding; use Decimal or Fraction")
    exact = Fraction(value)
    return divide(exact.numerator, exact.denominator, mode)


def round_up_to_step(value: Decimal, step: Decimal) -> Decimal:
    """Round ``value`` up to the next multiple of ``step`` (statutes: Belgium, Finland, Sweden round to the next 0.5)."""
    steps = Fraction(value) / Fraction(step)
    return step * -(-steps.numerator // steps.denominator)


def share_ppm(part: int, whole: int) -> int | None:
    """Give ``part / whole`` in ppm, or None where there is no whole."""
    return None if whole == 0 else divide(part * PPM, whole)


def split(total: int, weights: list[int]) -> list[int]:
    """Split ``total`` by ``weights`` without losing a unit: the sum of the parts is ``total``.

    Each part is rounded down towards zero; the rest goes, one unit each, to the parts with the largest remainder,
    earlier parts first (Hare quota). Raises ValueError when the weights are empty, negative or sum to zero.
    """
    whole = sum(weights)
    if not weights or whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative integers with a positive sum")
    sign = 1 if total >= 0 else -1
    exact = [abs(total) * weight for weight in weights]
    parts = [value // whole for value in exact]
    order = sorted(range(len(weights)), key=lambda i: (-(exact[i] % whole), i))
    for index in order[: abs(total) - sum(parts)]:
        parts[index] += 1
    return [sign * part for part in parts]
