"""Cover's only writers. Each action: right, locks, load, decide, write, audit; one transaction."""

from fairdue.cover.actions.entering import (
    CoverError,
    LimitValues,
    TermsValues,
    do_add_policy,
    do_set_limit,
    do_set_limit_from_file,
    do_set_terms,
)
from fairdue.cover.actions.importing import Imported, do_import_limits
from fairdue.cover.actions.nightly import Committed, do_commit
from fairdue.cover.actions.telling import do_record

__all__ = [
    "Committed",
    "CoverError",
    "Imported",
    "LimitValues",
    "TermsValues",
    "do_add_policy",
    "do_commit",
    "do_import_limits",
    "do_record",
    "do_set_limit",
    "do_set_limit_from_file",
    "do_set_terms",
]
