"""What people send to lie over profiles' images: one tree for each version of a profile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.errors import Invalid, NotFound, Precondition
from forge.jobs.limits import MIB
from forge.openwrt import overlays
from forge.openwrt.entries import Entry, Kind, Origin
from forge.openwrt.profiles.facts import Kept
from forge.openwrt.profiles.profiles import Profiles
from forge.openwrt.profiles.rows import OverlayRow, VersionRow
from forge.openwrt.shared import Shared
from forge.openwrt.uploads.blobs import Blobs
from forge.openwrt.uploads.intake import Intake
from forge.openwrt.uploads.paths import checked
from forge.settings import Settings
from forge.store.engine import Store


class Uploads:
    """All that was sent, by what it holds; and what profiles lay over images with it."""

    def __init__(self, store: Store, settings: Settings) -> None:
        """Keep records in a store and contents on this disk."""
        self._store = store
        self._settings = settings
        self._profiles = Profiles(store)
        self._shared = Shared(settings.shared)
        self._blobs = Blobs(settings.data_dir / "overlays")

    @property
    def coming(self) -> Path:
        """Where an upload is put that has not come completely."""
        return self._blobs.coming

    @property
    def most(self) -> int:
        """How many bytes one overlay may have."""
        return self._settings.overlay_limit_mb * MIB

    def laid(self, kept: Kept, checkpoint: Callable[[], None] = overlays.nothing) -> list[Entry]:
        """Return all that a version of a profile lays over its image. Raise as `gather` does."""
        uploaded = self._entries(kept.overlay)
        return overlays.gather(kept.profile, self._shared, checkpoint, uploaded=uploaded)

    def replace(
        self, profile_id: str, archive: Path, *, by: str = "", expected: int | None = None
    ) -> Kept:
        """Lay what an archive holds over a profile, in the place of what was sent before.

        Raise Invalid, naming what may not be, NotFound, Conflict for `expected`, Precondition
        where too much is kept already; nothing is changed then.
        """
        with self._taking_in(profile_id) as (_before, intake):
            intake.archive(archive)
            return self._lay(profile_id, intake.entries, by=by, expected=expected)

    def put(
        self,
        profile_id: str,
        path: str,
        source: Path,
        *,
        mode: int | None,
        by: str = "",
        expected: int | None = None,
    ) -> Kept:
        """Lay one file over a profile, beside what was sent before. Raise as `replace` does."""
        name = checked(path)
        if not name:
            raise Invalid("A file needs a name of its own", about="overlay_path", path=path)
        with self._taking_in(profile_id) as (before, intake):
            for entry in before:
                intake.add(entry)
            intake.file(name, source, mode)
            return self._lay(profile_id, intake.entries, by=by, expected=expected)

    def take_away(
        self,
        profile_id: str,
        path: str | None = None,
        *,
        by: str = "",
        expected: int | None = None,
    ) -> Kept:
        """Lay nothing over it that was sent, or not a file or folder of it. Raise NotFound."""
        before = self._entries(self._profiles.show(profile_id).overlay)
        name = checked(path) if path is not None else ""
        gone = [one for one in before if not name or f"{one.path}/".startswith(f"{name}/")]
        if name and not gone:
            raise NotFound(f"Nothing was sent for /{name}", about="overlay", path=f"/{name}")
        left = {one.path: one for one in before if one not in gone}
        return self._lay(profile_id, left, by=by, expected=expected)

    def restore(
        self, profile_id: str, version: int, *, by: str = "", expected: int | None = None
    ) -> Kept:
        """Lay over it what was laid over a version of it. Raise NotFound, Conflict."""
        was = self._profiles.show(profile_id, version).overlay
        return self._profiles.lay(profile_id, was, by=by, expected=expected)

    def sweep(self) -> None:
        """Forget what no version of any profile has any more."""
        self._blobs.sweep(self._needed)

    @contextmanager
    def _taking_in(self, profile_id: str) -> Iterator[tuple[list[Entry], Intake]]:
        before = self._entries(self._profiles.show(profile_id).overlay)
        limit = self._settings.overlays_limit_mb
        if self._blobs.size + self.most > limit * MIB:
            self.sweep()
            if self._blobs.size >= limit * MIB:
                raise Precondition(
                    f"{limit} MiB of overlays are kept already: delete profiles with their builds,"
                    " or raise overlays_limit_mb",
                    about="overlays_full",
                )
        with self._blobs.taking_in():
            yield before, Intake(self._blobs, self.most)

    def _lay(
        self,
        profile_id: str,
        entries: dict[str, Entry],
        *,
        by: str,
        expected: int | None,
    ) -> Kept:
        """Note a tree, and that a profile has it now."""
        listed = sorted(entries.values(), key=lambda one: one.path)
        if not any(one.kind is not Kind.FOLDER for one in listed):
            return self._profiles.lay(profile_id, None, by=by, expected=expected)
        tree = overlays.tree_hash(listed)
        # What a version refers to is there, whatever happens next.
        self._blobs.settle()

        def note(session: Session) -> None:
            if session.get(OverlayRow, tree) is None:
                size = sum(one.size for one in listed)
                told = [_told(one) for one in listed]
                session.add(OverlayRow(hash=tree, entries=told, size=size))

        return self._profiles.lay(profile_id, tree, by=by, expected=expected, note=note)

    def _entries(self, tree: str | None) -> list[Entry]:
        """Return what a tree consists of."""
        if tree is None:
            return []
        with self._store.read() as session:
            row = session.get(OverlayRow, tree)
        assert row is not None  # noqa: S101 - versions refer only to what was noted with them
        return [self._entry(told) for told in row.entries]

    def _entry(self, told: dict[str, Any]) -> Entry:
        sha256 = told.get("sha256")
        return Entry(
            path=told["path"],
            kind=Kind(told["kind"]),
            mode=told["mode"],
            size=told["size"],
            source=self._blobs.path(sha256) if sha256 else Path(),
            target=told["target"],
            sha256=sha256,
            origin=Origin.UPLOAD,
        )

    def _needed(self) -> set[str]:
        """Forget trees that no version has; return the contents that the others need."""
        with self._store.write() as session:
            session.execute(
                sa.delete(OverlayRow).where(
                    ~sa.exists().where(VersionRow.overlay == OverlayRow.hash)
                )
            )
            rows = session.scalars(sa.select(OverlayRow.entries)).all()
        return {one["sha256"] for entries in rows for one in entries if one["sha256"]}


def _told(entry: Entry) -> dict[str, Any]:
    """Return an entry as it is kept."""
    return {
        "path": entry.path,
        "kind": entry.kind,
        "mode": entry.mode,
        "size": entry.size,
        "target": entry.target,
        "sha256": entry.sha256,
    }
