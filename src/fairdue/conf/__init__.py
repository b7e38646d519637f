"""Configuration: environment variables, Django settings, the table of URLs."""
