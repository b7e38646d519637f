"""The HTTP interface: how programs come in. The rules stand in ``docs/algorithms/programs.md``."""
