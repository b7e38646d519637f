"""OFX and QFX 1 (SGML without closing tags) and 2 (XML): bank and credit-card statements."""

from fairdue.formats.ofx.read import read_ofx

__all__ = ["read_ofx"]
