"""Policies: list, show, adopt, export, compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fairdue.cli import start
from fairdue.cli.texts import _

policy_app = typer.Typer(help=_("Dunning policies as versioned YAML."), no_args_is_help=True)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]


@policy_app.command("list")
def show_list(company: Code = None) -> None:
    """List the company's policies with the version in force."""
    start.start()
    chosen = start.company(company)
    from fairdue.dunning.models import Policy
    from fairdue.wording import names

    for policy in Policy.objects.filter(company=chosen).select_related("active").order_by("code"):
        mark = "*" if policy.is_default else " "
        number = policy.active.number if policy.active else "-"
        start.console.print(f"{mark} {policy.code}  v{number}  {names.policy_text(policy.title)}", highlight=False)


@policy_app.command("adopt")
def adopt(
    file: Annotated[Path | None, typer.Argument(help=_("A YAML file"), exists=True, dir_okay=False)] = None,
    shipped: Annotated[str | None, typer.Option(help=_("A shipped policy: flexible, brief, public-sector"))] = None,
    default: Annotated[bool | None, typer.Option(help=_("Make it the default of the company"))] = None,
    user: Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))] = None,
    company: Code = None,
) -> None:
    """Check a policy and put it in force as a new version."""
    start.start()
    chosen = start.company(company)
    from fairdue.dunning.actions import do_adopt_policy
    from fairdue.dunning.policy import PolicyError, load_yaml, shipped_yaml

    try:
        text = file.read_text(encoding="utf-8") if file else shipped_yaml(shipped or "")
        version = do_adopt_policy(start.actor(chosen, user=user), load_yaml(text).code, text, make_default=default)
    except PolicyError as error:
        for problem in error.problems:
            start.errors.print(f"{file or shipped}: {start.why(problem)}", highlight=False)
        start.fail(_("The policy was not adopted."))
    except KeyError as error:
        start.fail(str(error.args[0]))
    start.console.print(f"{version.policy.code} v{version.number} {version.sha256[:16]}", highlight=False)


@policy_app.command("export")
def export(code: Annotated[str, typer.Argument(help=_("Code of the policy"))], company: Code = None) -> None:
    """Print the version in force as YAML."""
    start.start()
    chosen = start.company(company)
    from fairdue.dunning.models import Policy

    found = Policy.objects.filter(company=chosen, code=code).select_related("active").first()
    if found is None or found.active is None:
        start.fail(_("There is no policy %(code)s") % {"code": code})
    typer.echo(found.active.yaml, nl=False)


@policy_app.command("diff")
def diff(
    code: Annotated[str, typer.Argument(help=_("Code of the policy"))],
    file: Annotated[
        Path | None, typer.Argument(help=_("A YAML file; default: the version before"), exists=True, dir_okay=False)
    ] = None,
    company: Code = None,
) -> None:
    """Show in words how the version in force differs from a file, or from the version before it."""
    start.start()
    chosen = start.company(company)
    from fairdue.dunning.models import Policy
    from fairdue.dunning.policy import PolicyError, load_yaml
    from fairdue.dunning.queries import policy_of
    from fairdue.wording.policy_changes import told

    found = Policy.objects.filter(company=chosen, code=code).select_related("active").first()
    if found is None or found.active is None:
        start.fail(_("There is no policy %(code)s") % {"code": code})
    before, after = policy_of(found.active), policy_of(found.active)
    if file is not None:
        try:
            after = load_yaml(file.read_text(encoding="utf-8"))
        except PolicyError as error:
            for problem in error.problems:
                start.errors.print(f"{file}: {start.why(problem)}", highlight=False)
            start.fail(_("The policy does not hold."))
    elif (last := found.versions.filter(number__lt=found.active.number).order_by("-number").first()) is not None:
        before = policy_of(last)
    changes = told(before, after)
    for change in changes:
        what = " · ".join(part for part in (change.where, change.what) if part)
        line = f"{what}: {change.before} → {change.after}"
        start.console.print(line, highlight=False, markup=False, soft_wrap=True)
    if not changes:
        start.console.print(_("There is no difference."))


@policy_app.command("check")
def check(file: Annotated[Path, typer.Argument(help=_("A YAML file"), exists=True, dir_okay=False)]) -> None:
    """Check a policy file without adopting it."""
    from fairdue.dunning.policy import PolicyError, load_yaml

    try:
        policy = load_yaml(file.read_text(encoding="utf-8"))
    except PolicyError as error:
        for problem in error.problems:
            start.errors.print(f"{file}: {start.why(problem)}", highlight=False)
        start.fail(_("The policy does not hold."))
    start.console.print(_("%(code)s holds: %(count)d stages") % {"code": policy.code, "count": len(policy.stages)})
