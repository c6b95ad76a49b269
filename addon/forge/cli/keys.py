"""`forge keys`: whose signatures of Image Builders count."""

from pathlib import Path
import sys
from typing import Annotated, Any

import typer

from forge.cli.asking import typed
from forge.cli.output import facts, note, table
from forge.cli.session import Session, command
from forge.errors import Invalid

app = typer.Typer(
    name="keys", help="Whose signatures of Image Builders count.", no_args_is_help=True
)

KeyFile = Annotated[
    str, typer.Argument(metavar="FILE", help="A public key, GPG's or usign's; - standard input.")
]
KeyId = Annotated[str, typer.Argument(metavar="KEY", help="Its id, as `list` shows it.")]


@command(app, "list")
def list_(asked: Session) -> None:
    """List the keys whose signatures count."""
    found = asked.client.get("keys")["keys"]
    asked.show(
        found,
        lambda: table(
            ("id", "kind", "name", "signs"),
            ((one["id"], one["kind"], one["name"], _signs(one)) for one in found),
            empty="There are none: no signature is known to be good.",
        ),
    )


@command(app)
def show(asked: Session, *, file: KeyFile) -> None:
    """Show a key's fingerprint, to be compared; nothing is kept."""
    told = asked.client.post("key-check", body={"key": _read(file)})
    asked.show(told, lambda: _facts(told))


@command(app)
def add(
    asked: Session,
    *,
    file: KeyFile,
    fingerprint: Annotated[
        str | None, typer.Option("--confirm", help="Its fingerprint, as its owner publishes it.")
    ] = None,
) -> None:
    """Let a key's signatures count; its fingerprint is typed, so that somebody compares it."""
    key = _read(file)
    told = asked.client.post("key-check", body={"key": key})
    if fingerprint is None:
        if not asked.as_json:
            _facts(told)
        typed(
            told["fingerprint"],
            "Type the fingerprint that its owner publishes",
            given=None,
            as_json=asked.as_json,
        )
        fingerprint = told["fingerprint"]
    kept = asked.client.post("keys", body={"key": key, "fingerprint": fingerprint})
    asked.show(kept, lambda: note(f"Signatures by {kept['id']} count from now on."))


@command(app)
def delete(asked: Session, *, key_id: KeyId) -> None:
    """Let a key's signatures count no more."""
    asked.client.delete("keys", key_id)
    asked.show({"deleted": key_id}, lambda: note(f"Signatures by {key_id} count no more."))


def _facts(told: dict[str, Any]) -> None:
    facts((*told.items(),))
    if told["kind"] == "gpg" and told["openwrt"] is None:
        note("It is none of the keys of OpenWrt that this Forge has heard of.")


def _signs(key: dict[str, Any]) -> str:
    return f"OpenWrt's {key['openwrt']}" if key["openwrt"] else ""


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read as text: {error}", about="file") from None
