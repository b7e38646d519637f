"""Balance confirmations: what was open on a day, confirmed or differing. ``docs/algorithms/balance-confirmation.md`` states the rules."""
