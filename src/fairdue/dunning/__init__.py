"""The room ``dunning``."""
