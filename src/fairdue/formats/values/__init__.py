"""Cells to values: dates, amounts and codes, judged over whole columns and read exactly."""
