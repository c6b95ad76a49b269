"""Fetches an Image Builder: downloaded, verified, unpacked, asked what it builds."""

from pathlib import Path
import shutil
import time
from typing import Final

from forge.errors import ForgeError, Precondition
from forge.jobs.context import Context
from forge.jobs.limits import MIB
from forge.jobs.processes import check_free
from forge.jobs.states import State
from forge.openwrt import makeinfo
from forge.openwrt.builders.copying import copy
from forge.openwrt.builders.disk import Shelf
from forge.openwrt.builders.published import Published
from forge.openwrt.fetch import Mirrors
from forge.openwrt.makeinfo import Info
from forge.openwrt.place import Place
from forge.openwrt.unpack import Unpacker
from forge.openwrt.upstream import Listings

#: Archives are packed about so much; what is really needed is watched while unpacking.
_GROWS: Final = 4
_LOOK_EVERY_S: Final = 1.0


class Fetching:
    """One attempt at one place: step by step, for whoever notes what became of each."""

    def __init__(self, ctx: Context, place: Place, shelf: Shelf, mirrors: Mirrors) -> None:
        """Prepare; nothing is asked yet."""
        self._ctx = ctx
        self._place = place
        self._shelf = shelf
        self._mirrors = mirrors
        self._looked_at = 0.0

    def unpacked(self, found: Published) -> tuple[Path, int]:
        """Return the tree of what is published, at its place, and its size in bytes.

        It does not count there yet. Raise Integrity, Upstream, JobError.
        """
        archive = self._shelf.coming / f"{found.sha256[:16]}-{found.archive}"
        try:
            self._download(found, archive)
            return self._unpack(archive, found.sha256)
        finally:
            archive.unlink(missing_ok=True)

    def _download(self, found: Published, archive: Path) -> None:
        ctx = self._ctx
        ctx.state(State.DOWNLOADING, found.archive)
        check_free(archive.parent, self._reserve)

        def progress(done: int, size: int | None) -> None:
            if size is not None and done < size:
                self._look(size - done)
            ctx.progress(100 * done / size if size else None)

        self._mirrors.save(f"{self._place.folder}/{found.archive}", archive, found.sha256, progress)
        ctx.state(State.VERIFYING, f"sha256 {found.sha256}: as published")

    def _unpack(self, archive: Path, sha256: str) -> tuple[Path, int]:
        ctx = self._ctx
        check_free(archive.parent, self._reserve + _GROWS * archive.stat().st_size)
        folder = archive.parent / f"tree-{ctx.job_id}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        ctx.state(State.VERIFYING, "unpacking")

        def checkpoint() -> None:
            ctx.checkpoint()
            self._look(0)

        try:
            unpacked = Unpacker(
                archive,
                folder,
                most=ctx.settings.builder_limit_mb * MIB,
                checkpoint=checkpoint,
            ).run()
            for link in unpacked.dropped:
                ctx.log(f"left out a link that leads outside: {link}")
            ctx.log(f"unpacked {unpacked.members} members, {unpacked.size // MIB} MiB")
            return self._shelf.put(unpacked.root, self._place, sha256), unpacked.size
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def ask(self, tree: Path) -> Info:
        """Have a copy of the tree tell what it builds: the tree itself stays as it came.

        Raise Precondition where it cannot.
        """
        own = copy(self._ctx, tree, self._ctx.folder / "asked")
        told = bytearray()
        ended = self._ctx.run_process(["make", "-s", "info"], cwd=own, on_output=told.extend)
        shutil.rmtree(own, ignore_errors=True)
        if ended.code:
            raise Precondition(
                f"The Image Builder of {self._place} does not run: `make info` failed",
                about="builder_broken",
                told=told.decode("utf-8", "replace")[-1000:],
            )
        info = makeinfo.parse(told.decode("utf-8", "replace"))
        if info.target != f"{self._place.target}/{self._place.subtarget}":
            raise Precondition(
                f"The Image Builder of {self._place} is for {info.target}", about="builder_broken"
            )
        manager, feeds = makeinfo.feeds(tree)
        return info.model_copy(update={"manager": manager, "feeds": feeds})

    def epoch(self, info: Info) -> int | None:
        """Return the moment that its images are dated with, where it is told for this revision."""
        listings = Listings(self._ctx.settings, self._mirrors)
        try:
            told = listings.json(f"{self._place.folder}/profiles.json", fresh=True)
        except ForgeError as error:
            self._ctx.log(f"! {error.message}")
            return None
        epoch = told.get("source_date_epoch")
        if told.get("version_code") != info.revision or not isinstance(epoch, int):
            return None
        return epoch

    @property
    def _reserve(self) -> int:
        return self._ctx.settings.disk_reserve_mb * MIB

    def _look(self, more: int) -> None:
        """Now and then, see whether there is room."""
        if time.monotonic() - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = time.monotonic()
            check_free(self._shelf.coming, self._reserve + more)
