"""``fairdue``: the command line."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from fairdue import __version__
from fairdue.cli import (
    balance,
    books,
    bring,
    cash_instruments,
    country,
    cover,
    credit,
    demo,
    doctor,
    facts,
    files,
    gate,
    inbox,
    indicators,
    invoices,
    keep,
    law,
    look,
    once,
    operate,
    outlook,
    people,
    personal,
    policies,
    post,
    proof,
    rates,
    reconcile,
    start,
    third_parties,
    token,
    watch,
)
from fairdue.cli.texts import _, translate_help


class Guarded(TyperGroup):
    """The commands, with the errors that a person can mend told in one line instead of a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; end with 1 and a message where it may not or cannot, with 130 where it was interrupted."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            start.fail(_("Stopped."), 130)
        except Exception as error:
            if (told := start.told(error)) is None:
                raise
            start.fail(told)


app = typer.Typer(
    cls=Guarded, help=_("Credit to cash: get paid on time, and keep the customer."), no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip

app.command("demo")(demo.demo)
app.command("serve")(keep.serve)
app.command("import")(bring.import_file)
app.command("invoices")(invoices.invoices)
app.command("reconcile")(reconcile.reconcile)
app.command("watch")(watch.watch)
app.command("doctor-data")(doctor.doctor_data)
app.command("run")(operate.run)
app.command("review")(look.review)
app.command("release")(operate.release)
app.command("send")(operate.send)
app.command("letters")(post.letters)
app.command("posted")(post.posted)
app.command("worklist")(look.worklist)
app.command("ageing")(look.ageing)
app.command("statement")(look.statement)
app.command("replay")(operate.replay)
app.command("once")(once.once)
app.command("backup")(keep.backup)
app.command("restore")(keep.restore)
app.command("migrate")(keep.migrate)
app.command("rates")(rates.rates)
app.command("country")(country.country)
app.command("password")(people.password)
app.command("terms")(people.terms)
app.add_typer(people.company_app, name="company")
app.add_typer(people.user_app, name="user")
app.add_typer(policies.policy_app, name="policy")
app.add_typer(keep.audit_app, name="audit")
app.add_typer(gate.gate_app, name="gate")
app.add_typer(facts.facts_app, name="facts")
app.add_typer(files.files_app, name="files")
app.add_typer(cover.cover_app, name="cover")
app.add_typer(credit.limit_app, name="limit")
app.add_typer(credit.order_app, name="order")
app.add_typer(indicators.indicators_app, name="indicators")
app.command("predict")(outlook.predict)
app.add_typer(outlook.model_app, name="model")
app.add_typer(proof.proof_app, name="proof")
app.add_typer(personal.personal_app, name="personal")
app.add_typer(third_parties.third_party_app, name="third-party")
app.add_typer(law.law_app, name="law")
app.add_typer(balance.balance_app, name="balance")
app.add_typer(books.books_app, name="books")
app.add_typer(cash_instruments.cash_app, name="cash")
app.add_typer(inbox.inbox_app, name="inbox")
app.add_typer(token.token_app, name="token")
translate_help(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=_("Show the version"))
    ] = False,
) -> None:
    """Credit to cash: get paid on time, and keep the customer."""
