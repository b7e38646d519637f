"""The room ``web``."""
