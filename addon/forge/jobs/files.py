"""Files that a job leaves: kept with it, by name, with their size and hash."""

import hashlib
import os
from pathlib import Path
import re
import shutil
from typing import Final, Protocol

from pydantic import BaseModel

from forge.errors import Invalid, NotFound

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}")


class Kept(BaseModel):
    """A file that is kept with a job."""

    name: str
    size: int
    sha256: str


class Files(Protocol):
    """Keeps files of jobs."""

    def keep(self, job_id: str, path: Path, name: str) -> Kept:
        """Keep a file under a name; it may be moved away from its path."""
        ...


class LocalFiles:
    """Files on this disk: `files/<job>/<name>`."""

    def __init__(self, data_dir: Path) -> None:
        """Keep them below a folder."""
        self._root = data_dir / "files"

    def folder(self, job_id: str) -> Path:
        """Return where a job's files are."""
        return self._root / job_id

    def keep(self, job_id: str, path: Path, name: str) -> Kept:
        """Keep a file: complete under its name, or not at all. Raise Invalid for its name."""
        folder = self.folder(job_id)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / checked(name)
        coming = folder / f".{name}.coming"
        try:
            path.replace(coming)
        except OSError:  # another disk
            shutil.copyfile(path, coming)
        with coming.open("rb+") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        size = coming.stat().st_size
        # Before the file itself: one that a crash left with another's hash is refused.
        self._note(job_id, name).write_text(digest, "ascii")
        coming.replace(target)
        return Kept(name=name, size=size, sha256=digest)

    def find(self, job_id: str, name: str) -> Path:
        """Return where a kept file is. Raise NotFound."""
        path = self.folder(job_id) / checked(name)
        if not path.is_file():
            raise NotFound(f"The job keeps no file {name}", about="file", job=job_id, name=name)
        return path

    def digest(self, job_id: str, name: str) -> str | None:
        """Return the SHA-256 that a file had when it was kept."""
        try:
            return self._note(job_id, checked(name)).read_text("ascii")
        except (OSError, UnicodeDecodeError):
            return None

    def list(self, job_id: str) -> list[str]:
        """Return the names of what a job keeps."""
        folder = self.folder(job_id)
        if not folder.is_dir():
            return []
        return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))

    def remove(self, job_id: str) -> None:
        """Delete what a job keeps."""
        shutil.rmtree(self.folder(job_id), ignore_errors=True)

    def _note(self, job_id: str, name: str) -> Path:
        """Return where a file's hash is noted."""
        return self.folder(job_id) / f".{name}.sha256"


def checked(name: str) -> str:
    """Return a file's name. Raise Invalid where it could mean more than a name."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} is no name for a file: letters, digits and . _ + -", about="file_name"
        )
    return name
