"""ISO 20022 bank-to-customer messages: camt.052 (during the day), camt.053 (booked), camt.054 (notices), versions 01 to 13."""

from fairdue.formats.camt.read import read_camt

__all__ = ["read_camt"]
