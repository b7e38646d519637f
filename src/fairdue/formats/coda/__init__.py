"""CODA, the coded statement of Belgian banks, version 2."""

from fairdue.formats.coda.read import read_coda

__all__ = ["read_coda"]
