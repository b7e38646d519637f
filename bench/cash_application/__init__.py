"""The open benchmark of cash application: ledgers and bank files with known truth, and a scorer. See docs/reference/cash-benchmark.md."""
