"""Anything that the API can do, by the name that it has in the served description."""

import json
from pathlib import Path
import re
import sys
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from forge.cli.output import note, table, write
from forge.cli.session import Session, command
from forge.errors import Invalid, NotFound

_PART: Final = re.compile(r"\{(\w+)\}")
_JSON: Final = frozenset({"application/json"})
_NO_ANSWERS: Final = ("text/event-stream", "application/octet-stream")


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the commands."""
    command(app, panel=panel)(operations)
    command(app, panel=panel)(call)


def operations(asked: Session) -> None:
    """List everything that the Forge's API can do."""
    found = _operations(asked)
    asked.show(
        found,
        lambda: table(
            ("name", "does", "takes"),
            ((one["name"], one["summary"], one["takes"]) for one in found),
            empty="It can do nothing.",
        ),
    )


def call(
    asked: Session,
    *,
    name: Annotated[str, typer.Argument(help="As `forge operations` lists it.")],
    given: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE]...", help="What belongs into address and query."),
    ] = None,
    body: Annotated[
        str | None, typer.Option(help="JSON; @FILE reads a file, - standard input.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="Name the request, so that sending it again does nothing new."),
    ] = None,
) -> None:
    """Do anything that the Forge's API can do; see `forge operations`."""
    found = next((one for one in _operations(asked) if one["name"] == name), None)
    if found is None:
        raise NotFound(f"There is no operation {name}: see `forge operations`", about="operation")
    if found["media"] in _NO_ANSWERS or found["upload"]:
        raise Invalid(
            f"{name} moves no JSON: use `forge jobs log --follow`, `events` or `jobs get`",
            about="usage",
        )
    values = _values(given or [], found["takes"])
    missing = [part for part in _PART.findall(found["path"]) if part not in values]
    if missing:
        raise Invalid(f"Say {missing[0]}=…: it is a part of the address", about="usage")
    path = _PART.sub(lambda part: quote(values.pop(part[1])[0], safe=""), found["path"])
    answer = asked.client.ask(
        found["method"], path, values, body=_body(body, takes=found["body"]), key=key
    )

    def people() -> None:
        if isinstance(answer, str):
            write(answer)
        elif answer is None:
            note("Done.")
        else:
            write(f"{json.dumps(answer, ensure_ascii=False, indent=2)}\n")

    asked.show(answer, people)


def _operations(asked: Session) -> list[dict[str, Any]]:
    """Return what the description tells, by name."""
    described = asked.client.get("openapi.json")
    found = [
        {
            "name": told["operationId"],
            "summary": told["summary"],
            "method": method.upper(),
            "path": path,
            "takes": [one["name"] for one in told.get("parameters", ()) if one["in"] != "header"],
            "body": "application/json" in told.get("requestBody", {}).get("content", {}),
            "upload": bool(told.get("requestBody", {}).get("content", {}).keys() - _JSON),
            "media": _media(told),
        }
        for path, methods in described["paths"].items()
        for method, told in methods.items()
        if method != "head"
    ]
    return sorted(found, key=lambda one: one["name"])


def _media(told: dict[str, Any]) -> str | None:
    """Return what an operation answers with."""
    answers: dict[str, dict[str, Any]] = told["responses"]
    good = next((one for code, one in answers.items() if code.startswith("2")), {})
    return next(iter(good.get("content", {})), None)


def _values(given: list[str], takes: list[str]) -> dict[str, list[str]]:
    """Return values by name; the same name may be said more than once. Raise Invalid."""
    values: dict[str, list[str]] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or name not in takes:
            raise Invalid(
                f"{one}: it takes NAME=VALUE of {', '.join(takes) or 'nothing'}", about="usage"
            )
        values.setdefault(name, []).append(value)
    return values


def _body(given: str | None, *, takes: bool) -> Any:
    """Return the body. Raise Invalid for what is no JSON."""
    if given is None:
        return {} if takes else None
    try:
        if given == "-":
            text = sys.stdin.read()
        elif given.startswith("@"):
            text = Path(given[1:]).read_text("utf-8")
        else:
            text = given
        return json.loads(text)
    except (OSError, ValueError) as error:
        raise Invalid(f"--body is no JSON: {error}", about="usage") from None
