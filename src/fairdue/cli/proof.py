"""The proof of a notice as a file, and its check."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from fairdue.cli import start
from fairdue.cli.texts import _

proof_app = typer.Typer(help=_("Prove what was sent, and check a proof."), no_args_is_help=True)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
User = Annotated[str | None, typer.Option("--user", help=_("User name of who acts; without it, the system"))]


@proof_app.command("make")
def make(
    number: Annotated[str, typer.Argument(help=_("Number of the notice, as printed on the letter"))],
    out: Annotated[Path | None, typer.Option("--out", help=_("File to write; default: proof-NUMBER.pdf"))] = None,
    company: Code = None,
    user: User = None,
) -> None:
    """Write one file with the letter, its record, the policy and the chain of the audit log."""
    start.start()
    from fairdue.cli.progress import busy
    from fairdue.dunning.actions.proving import ProofError, do_make_proof
    from fairdue.dunning.models import Notice
    from fairdue.dunning.proof.words import failing

    chosen = start.company(company)
    found = Notice.objects.filter(company=chosen, number=number).order_by("-pk").first()
    if found is None:
        start.fail(_("There is no notice %(number)s") % {"number": number})
    try:
        with busy(_("proof")):
            made = do_make_proof(start.actor(chosen, user=user), found.pk)
    except ProofError as error:
        told = _("The records of this notice do not fit what was sealed: %(checks)s")
        start.fail(told % {"checks": "; ".join(failing(error.keys))})
    path = out or Path(made.file_name)
    path.write_bytes(made.data)
    start.console.print(str(path), highlight=False)
    start.console.print(_("Keep this head of the chain elsewhere:"))
    start.console.print(f"{made.head.sequence}:{made.head.head}", highlight=False, soft_wrap=True)


@proof_app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help=_("A proof file"), exists=True, dir_okay=False)],
    head: Annotated[
        list[str] | None, typer.Option(help=_("A head kept elsewhere, SEQUENCE:HASH; may be repeated"))
    ] = None,
    head_file: Annotated[
        list[Path] | None, typer.Option(help=_("A file with a head, such as audit-head.json beside a snapshot"))
    ] = None,
) -> None:
    """Confirm or refute a proof file. Needs no database: exit code 0 confirmed, 1 refuted, 2 no proof, 3 intact without a head."""
    from fairdue.cli.texts import language
    from fairdue.dunning.proof import verify_proof

    arguments = [str(file), "--language", "zh" if language().startswith("zh") else "en"]
    for one in head or ():
        arguments += ["--head", one]
    for path in head_file or ():
        arguments += ["--head-file", str(path)]
    raise typer.Exit(verify_proof.main(arguments))


@proof_app.command("verifier")
def verifier(out: Annotated[Path, typer.Argument(help=_("File to write"))] = Path("verify_proof.py")) -> None:
    """Write the verifier: one Python file that needs nothing else, to be given away with proof files."""
    from fairdue.dunning.proof import verify_proof

    shutil.copyfile(verify_proof.__file__, out)
    start.console.print(str(out), highlight=False)
