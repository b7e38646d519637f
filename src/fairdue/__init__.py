"""Fairdue: credit to cash. Get paid on time, and keep the customer."""

__version__ = "0.1.0"
