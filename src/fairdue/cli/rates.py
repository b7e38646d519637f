"""Exchange rates: load the packaged history, or a newer file of the European Central Bank."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fairdue.cli import start
from fairdue.cli.texts import _


def rates(
    file: Annotated[
        Path | None, typer.Argument(help=_("eurofxref-hist.zip of the ECB; default: the packaged history"), exists=True)
    ] = None,
    since: Annotated[
        str, typer.Option(help=_("With the packaged history: from this day on, YYYY-MM-DD"))
    ] = "2020-01-01",
) -> None:
    """Load dated exchange rates. A stored quote never changes; only missing days are added."""
    start.start()
    from fairdue.ledger.rates import last_quoted_on, load_rates, store_rates
    from fairdue.ledger.rates_file import RateFileError, read_ecb_zip

    try:
        added = store_rates(read_ecb_zip(file.read_bytes())) if file else load_rates(start.day(since))
    except RateFileError as error:
        start.fail(start.why(error))
    start.console.print(
        _("%(count)d quotes added; the last is of %(day)s.") % {"count": added, "day": last_quoted_on() or "-"}
    )
