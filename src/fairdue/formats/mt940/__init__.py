"""SWIFT MT940 (booked) and MT942 (during the day), with what banks write into field 86."""

from fairdue.formats.mt940.read import read_mt940

__all__ = ["read_mt940"]
