"""Ground: money, rounding, time, reasons, hash chains. Pure: no database, clock, network or random."""
