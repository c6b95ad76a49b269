"""Files of a Forge, brought here whole or not at all."""

from contextlib import suppress
import hashlib
import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

from forge.client.http import Client
from forge.errors import Conflict, Integrity, Invalid

_PIECE: Final = 1 << 18


def download(
    client: Client, path: str, to: Path, *, sha256: str | None, force: bool = False
) -> dict[str, Any]:
    """Bring a file here; return its path, size and hash. Raise Conflict, Integrity, Invalid.

    It gets its name only when it is complete and has the hash that it must have.
    """
    if to.exists() and not force:
        raise Conflict(f"{to} is there already: --force replaces it", about="file", path=str(to))
    coming = to.with_name(f".{uuid4().hex}.coming")
    digest = hashlib.sha256()
    try:
        with client.open(path, {}) as answer, coming.open("xb") as file:
            while piece := answer.read(_PIECE):
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        size = coming.stat().st_size
        found = digest.hexdigest()
        if sha256 is not None and found != sha256:
            raise Integrity(
                f"{to.name} is not the file that was made: it may have been changed since",
                about="checksum_mismatch",
                expected=sha256,
                actual=found,
            )
        coming.replace(to)
    except OSError as error:
        raise Invalid(f"{to} cannot be written: {error.strerror}", about="file") from None
    finally:
        with suppress(OSError):  # of a place that is none, which was said
            coming.unlink()
    return {"path": str(to), "size": size, "sha256": found, "checked": sha256 is not None}


def job_file(job_id: str, name: str) -> str:
    """Return where a job's file is."""
    return f"/api/v1/jobs/{quote(job_id, safe='')}/files/{quote(name, safe='')}"
