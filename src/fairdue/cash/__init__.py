"""Money in: what banks say, kept as they said it, and what was decided about it."""
