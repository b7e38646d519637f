"""The proof of a notice: one file that says what was sent, when, to whom, how and why, and can be checked without the product.

``docs/algorithms/proof.md`` gives the rules. ``collect`` reads the records, ``words`` writes the pages, ``dunning.actions.proving``
seals and draws, ``verify_proof`` checks and stands alone.
"""
