"""Which Forge is asked: the one on this host, or the one at an address."""

from collections.abc import Mapping
import os
from pathlib import Path
from typing import Any, Final

from forge.client.http import Client
from forge.errors import Invalid, Unauthorized
from forge.settings import Settings, load
from forge.tokens import token_file

#: Where the Forge to ask is. It sets nothing of a Forge itself.
URL_VARIABLE: Final = "FORGE_URL"
TOKEN_VARIABLE: Final = "FORGE_TOKEN"  # noqa: S105 - a variable's name


def gathered(given: Mapping[str, Any] | None = None, options: Path | None = None) -> Settings:
    """Return the settings of the Forge on this host. Raise Invalid."""
    environment = {name: value for name, value in os.environ.items() if name != URL_VARIABLE}
    return load(given, environment=environment, options_file=options)


def client(url: str | None, token: str | None) -> Client:
    """Return a client of the Forge that is meant. Raise Invalid, Unauthorized."""
    if url:
        if not token:
            raise Unauthorized(
                f"A token is needed for {url}: --token, or {TOKEN_VARIABLE};"
                " `forge token` there prints it",
                about="token",
            )
        return Client(url, token)
    settings = gathered()
    return Client(f"http://127.0.0.1:{settings.api_port}", token or _kept(settings))


def _kept(settings: Settings) -> str:
    """Return the token of the Forge on this host; a client makes none."""
    if settings.token is not None:
        return settings.token.get_secret_value()
    path = token_file(settings)
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        raise Unauthorized(
            f"No Forge has run here: there is no {path}; start it, or say where it is with"
            " --url and --token",
            about="token",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read: {error}", about="token") from None
