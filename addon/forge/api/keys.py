"""Keys whose signatures count, over HTTP."""

from typing import Annotated, Final

from pydantic import BaseModel, Field

from forge.api.routes import Asked, Call, Routes
from forge.errors import Conflict, Precondition
from forge.openwrt.keys import Key
from forge.shapes import Shape

ROUTES: Final = Routes("keys")
_MOST: Final = 65_536


class KeyBody(Asked):
    """A key as it is published."""

    key: str = Field(
        min_length=1, max_length=_MOST, description="an armoured OpenPGP key, or usign's two lines"
    )


class AddBody(KeyBody):
    """A key, and what was compared."""

    fingerprint: str | None = Field(
        None, max_length=200, description="the key's own; without it nothing is kept"
    )


class KeyPath(Asked):
    """A key's address."""

    key_id: Annotated[str, Field(max_length=100), Shape(r"[A-Za-z0-9_-]+", "a key's id")]


class KeyList(BaseModel):
    """All keys."""

    keys: list[Key]


@ROUTES.route("GET", "/keys")
def list_keys(call: Call) -> KeyList:
    """List the keys whose signatures count."""
    return KeyList(keys=call.forge.keys.list())


@ROUTES.route("POST", "/key-check")
def check_key(call: Call, body: KeyBody) -> Key:
    """Tell a key's fingerprint, to be compared with what its owner publishes; nothing is kept."""
    return call.forge.keys.look(body.key)


@ROUTES.route("POST", "/keys", status=201, errors=(Conflict, Precondition))
def add_key(call: Call, body: AddBody) -> Key:
    """Let a key's signatures count, if its fingerprint was compared."""
    return call.forge.keys.add(body.key, body.fingerprint)


@ROUTES.route("DELETE", "/keys/{key_id}")
def delete_key(call: Call, path: KeyPath) -> None:
    """Let a key's signatures count no more."""
    call.forge.keys.delete(path.key_id)
