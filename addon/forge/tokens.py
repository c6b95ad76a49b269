"""The API's token: given, or made at the first start and kept in a file."""

import os
from pathlib import Path
import secrets
from typing import Final

from forge.errors import Invalid
from forge.settings import Settings

_SHORTEST: Final = 16


def token_file(settings: Settings) -> Path:
    """Return where a token that was made is kept."""
    return settings.data_dir / "token"


def token(settings: Settings) -> str:
    """Return the token; make one where there is none. Raise Invalid for a file that holds none."""
    if settings.token is not None:
        return settings.token.get_secret_value()
    path = token_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = secrets.token_urlsafe(32)
    coming = path.with_name(f"token.{os.getpid()}")
    coming.unlink(missing_ok=True)
    descriptor = os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{fresh}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # Whoever links first has made it; nobody ever reads half of one.
        path.hardlink_to(coming)
    except FileExistsError:
        path.chmod(0o600)
        fresh = path.read_text("ascii", "replace").strip()
    finally:
        coming.unlink()
    if len(fresh) < _SHORTEST:
        raise Invalid(
            f"{path} holds no token of {_SHORTEST} characters or more: delete it, one is made",
            about="settings",
        )
    return fresh
