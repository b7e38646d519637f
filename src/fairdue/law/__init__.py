"""Law: late interest, compensation, maximum terms and limitation from sourced data. Pure.

Every fact is a row of ``data/*.csv`` with its source and confidence (``docs/reference/law-data.md``); every rule is
stated in ``docs/algorithms/late-interest.md``. This room is the authority for each figure that leaves the house.
"""
