"""Speed, measured against a stated floor or peer in the same run. Not a timed test: ``make bench`` prints ratios."""
