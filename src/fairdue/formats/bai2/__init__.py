"""BAI2, the cash management balance reporting of American banks, version 2."""

from fairdue.formats.bai2.read import read_bai2

__all__ = ["read_bai2"]
