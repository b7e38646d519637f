"""The room ``contact``."""
