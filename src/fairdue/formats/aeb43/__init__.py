"""Norma 43 of the Spanish banks (AEB43, CSB43): the statement of an account."""

from fairdue.formats.aeb43.read import read_aeb43

__all__ = ["read_aeb43"]
