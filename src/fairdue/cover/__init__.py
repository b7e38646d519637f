"""Insurance of receivables: policies, buyer limits, what they cover and until when somebody has to act."""
