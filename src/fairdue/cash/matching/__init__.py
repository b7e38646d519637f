"""The matcher: which items a bank line pays, with evidence and a probability. Pure; see docs/algorithms/cash-matching.md."""
