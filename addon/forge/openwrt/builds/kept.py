"""Whether a build's files are still what it left: looked at, and hashed when they were touched."""

from collections.abc import Iterable
import hashlib
import json
from pathlib import Path
from uuid import uuid4

from forge.errors import NotFound
from forge.jobs.files import LocalFiles
from forge.openwrt.rows import ArtifactRow
from forge.settings import Settings


class Checked:
    """Remembers which files were hashed; nobody can set a file's time of change."""

    def __init__(self, settings: Settings, files: LocalFiles) -> None:
        """Keep it beside what jobs keep."""
        self._folder = settings.data_dir / "checked"
        self._files = files

    def all_there(self, build_id: str, artifacts: Iterable[ArtifactRow]) -> bool:
        """Tell whether every file is there and the same."""
        note = self._folder / build_id
        before = _read(note)
        after: dict[str, list[int]] = {}
        for artifact in artifacts:
            try:
                path = self._files.find(build_id, artifact.name)
                stat = path.stat()
            except (NotFound, FileNotFoundError):
                return False
            seen = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
            if stat.st_size != artifact.size:
                return False
            if before.get(artifact.name) != seen and _hash(path) != artifact.sha256:
                return False
            after[artifact.name] = seen
        if after and after != before:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Several may look at one build at once.
            coming = note.with_name(f".{uuid4().hex}")
            coming.write_text(json.dumps(after), "utf-8")
            coming.replace(note)
        return bool(after)

    def forget(self, build_id: str) -> None:
        """Forget a build."""
        (self._folder / build_id).unlink(missing_ok=True)


def _read(note: Path) -> dict[str, list[int]]:
    try:
        found: dict[str, list[int]] = json.loads(note.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
