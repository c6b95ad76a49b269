"""Questions before something is done that cannot be undone."""

import sys

import typer

from forge.errors import Precondition


def sure(question: str, *, yes: bool, as_json: bool) -> None:
    """Go on only where somebody agrees. Raise Precondition where nobody is asked."""
    if yes:
        return
    if as_json or not sys.stdin.isatty():
        raise Precondition("Nobody can be asked here: say --yes", about="force_required")
    typer.confirm(question, abort=True, err=True)


def typed(wanted: str, question: str, *, given: str | None, as_json: bool) -> None:
    """Go on only where exactly these words are typed. Raise Precondition."""
    if given is None:
        if as_json or not sys.stdin.isatty():
            raise Precondition(
                f"Nobody can be asked here: say --confirm {wanted}", about="force_required"
            )
        given = typer.prompt(question, err=True)
    if given.strip() != wanted:
        raise Precondition(
            f"That is not {wanted}: nothing was done", about="force_required", expected=wanted
        )
