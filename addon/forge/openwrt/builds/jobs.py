"""The jobs that build images, and that tell beforehand what an image would hold."""

from pathlib import Path
import shutil
import time
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict
import sqlalchemy as sa

from forge.errors import BuildError
from forge.jobs import events, holds
from forge.jobs.context import Context
from forge.jobs.files import LocalFiles
from forge.jobs.kinds import job
from forge.jobs.states import Slot, State
from forge.openwrt import overlays
from forge.openwrt.builders.ensure import Ready, ensured
from forge.openwrt.builds import artifacts, feeds
from forge.openwrt.builds.kept import Checked
from forge.openwrt.builds.key import build_key
from forge.openwrt.builds.lookup import find_hit, row_of
from forge.openwrt.builds.making import (
    Making,
    Resolved,
    check_board,
    check_versions,
    local_key,
    write_defaults,
)
from forge.openwrt.builds.recipe import Recipe, absolute
from forge.openwrt.builds.tree import Tree
from forge.openwrt.profiles.profiles import Profiles
from forge.openwrt.rows import ArtifactRow, BuildRow
from forge.openwrt.shared import Shared
from forge.store.base import now

holds.hold(lambda: sa.select(BuildRow.id))


class BuildParams(BaseModel):
    """What is to be built, and of which profile."""

    model_config = ConfigDict(extra="forbid")

    recipe: Recipe
    version_id: str | None = None
    #: Build also where the same was built before.
    rebuild: bool = False


class PlanParams(BaseModel):
    """Whose packages are to be told."""

    model_config = ConfigDict(extra="forbid")

    recipe: Recipe


@job("build.image", slot=Slot.BUILD, resumable=True)
def build(ctx: Context, params: BuildParams) -> dict[str, Any]:
    """Build an image, or find that it was built before."""
    return _Build(ctx, params).run()


@job("build.plan", slot=Slot.BUILD, resumable=True)
def plan(ctx: Context, params: PlanParams) -> dict[str, Any]:
    """Tell which packages an image would hold, and how that differs from the board's own."""
    ctx.state(State.PREPARING)
    with ensured(ctx, params.recipe.place) as ready:
        recipe = _settled(params.recipe, ready)
        check_board(recipe, ready)
        ctx.state(State.PREPARING, "a tree of its own")
        tree = Tree.copy(ctx, ready)
    making = Making(ctx, recipe, ready, tree)
    ctx.state(State.BUILDING, "the board's own packages")
    own = making.resolve([])
    ctx.state(State.BUILDING, "packages")
    resolved = making.resolve()
    check_versions(recipe, resolved)
    sizes = tree.sizes()
    names = resolved.manifest.keys() | own.manifest.keys()
    differences = resolved.differences(own)
    return {
        "revision": ready.info.revision,
        "manifest": resolved.manifest,
        **differences,
        "sizes": {name: sizes[name] for name in sorted(names) if name in sizes},
        "growth": sum(sizes.get(name, 0) for name in differences["added"])
        - sum(sizes.get(name, 0) for name in differences["removed"]),
    }


class _Build:
    """One attempt at one build."""

    def __init__(self, ctx: Context, params: BuildParams) -> None:
        self._ctx = ctx
        self._params = params
        self._recipe = params.recipe
        self._began = time.monotonic()
        # Files of a worker elsewhere are on the Forge's own disk: only there they are seen.
        self._checked = (
            Checked(ctx.settings, LocalFiles(ctx.settings.data_dir))
            if ctx.settings.server_url is None
            else None
        )

    def run(self) -> dict[str, Any]:
        ctx = self._ctx
        ctx.state(State.PREPARING)
        with ctx.store.read() as session:
            row = row_of(session, ctx.job_id)
        if row.built_at is not None:
            # It was finished, and its worker died before saying so.
            return self._told(row.same_as)
        files, overlay = self._stage()
        with ensured(ctx, self._recipe.place) as ready:
            self._recipe = _settled(self._recipe, ready)
            check_board(self._recipe, ready)
            self._note(builder_id=ready.id)
            offered = feeds.identity(
                ctx.settings, ready.info, say=ctx.log, checkpoint=ctx.checkpoint
            )
            key = self._key(ready, offered, overlay)
            if key is not None and (hit := self._hit(key)) is not None:
                return self._told(hit)
            ctx.state(State.PREPARING, "a tree of its own")
            tree = Tree.copy(ctx, ready)
        making = Making(ctx, self._recipe, ready, tree)
        if key is None:
            # The key that the image is to hold is made at the tree's first use.
            ctx.state(State.BUILDING, "the tree's own keys")
            making.resolve([])
            key = self._key(ready, offered, overlay) or f"once:{ctx.job_id}"
        with ctx.lock(f"build:{key}"):
            if (hit := self._hit(key)) is not None:
                return self._told(hit)
            self._note(key=key)
            return self._make(ready, making, tree, files)

    def _make(self, ready: Ready, making: Making, tree: Tree, files: Path | None) -> dict[str, Any]:
        """Build, while nobody else builds the same."""
        ctx = self._ctx
        ctx.state(State.BUILDING, "packages")
        resolved = making.resolve()
        check_versions(self._recipe, resolved)
        self._say_changes(resolved)
        ctx.state(State.BUILDING, "image")
        target = ctx.folder / "bin"
        said = making.image(target, files)
        ctx.state(State.COLLECTING)
        found = artifacts.collect(target, self._recipe)
        if said.too_big and not any(
            one.is_image and one.type not in ("kernel", "initramfs-kernel") for one in found
        ):
            raise said.too_big_error()
        self._leave(found, tree)
        self._keep(found, ready, resolved, [dict(one) for one in said.too_big])
        return self._told(None)

    def _stage(self) -> tuple[Path | None, str | None]:
        """Gather what is laid over the image; return the folder and its hash."""
        ctx = self._ctx
        entries: list[overlays.Entry] = []
        if self._params.version_id is not None:
            profile = Profiles(ctx.store).at(self._params.version_id).profile
            entries = overlays.gather(profile, Shared(ctx.settings.shared), ctx.checkpoint)
        if not entries and self._recipe.defaults is None:
            return None, None
        ctx.state(State.PREPARING, f"an overlay of {len(entries)} entries")
        files = ctx.folder / "files"
        shutil.rmtree(files, ignore_errors=True)
        overlays.stage(entries, files, ctx.checkpoint)
        # What was staged is what is hashed: the shared folder may change at any time.
        overlay = overlays.tree_hash(overlays.scan(files)) if entries else None
        if self._recipe.defaults is not None:
            write_defaults(files, self._recipe.defaults)
        return files, overlay

    def _key(self, ready: Ready, offered: str, overlay: str | None) -> str | None:
        """Return the build's key; None while the key that the image is to hold is not made."""
        own = local_key(ready) if self._recipe.local_key else None
        if self._recipe.local_key and own is None:
            return None
        return build_key(
            self._recipe,
            builder=ready.sha256,
            revision=ready.info.revision,
            epoch=ready.epoch,
            feeds=offered,
            overlay=overlay,
            local_key=own,
        )

    def _hit(self, key: str) -> str | None:
        """Return the build that has the same images, where they are there."""
        if self._params.rebuild or self._checked is None:
            return None
        with self._ctx.store.read() as session:
            row = find_hit(session, self._checked, key)
        if row is None:
            return None
        self._ctx.log(f"the same was built before: {row.id}")
        self._note(key=key, same_as=row.id, facts=row.facts, built_at=now())
        return row.id

    def _say_changes(self, resolved: Resolved) -> None:
        """Tell how the packages differ from those of the profile's last build."""
        last = self._last()
        self._ctx.log(f"{len(resolved.manifest)} packages")
        if last is not None:
            for what, names in resolved.differences(last).items():
                if names:
                    self._ctx.log(f"{what} since the last build: {', '.join(names)}")

    def _last(self) -> Resolved | None:
        with self._ctx.store.read() as session:
            row = session.get(BuildRow, self._ctx.job_id)
            if row is None or row.profile_id is None:
                return None
            facts = session.scalar(
                sa.select(BuildRow.facts)
                .where(BuildRow.profile_id == row.profile_id, BuildRow.built_at.is_not(None))
                .order_by(BuildRow.built_at.desc())
                .limit(1)
            )
        return Resolved(facts["manifest"]) if facts else None

    def _keep(
        self,
        found: list[artifacts.Found],
        ready: Ready,
        resolved: Resolved,
        too_big: list[dict[str, Any]],
    ) -> None:
        """Keep the files first, then say that they are there."""
        ctx = self._ctx
        rows = []
        for one in found:
            kept = ctx.keep(one.path, one.name)
            if kept.sha256 != one.sha256:
                raise BuildError(f"{one.name} changed while it was kept", about="failed")
            rows.append(
                ArtifactRow(
                    id=uuid4().hex,
                    build_id=ctx.job_id,
                    name=one.name,
                    type=one.type,
                    filesystem=one.filesystem,
                    size=one.size,
                    sha256=one.sha256,
                    card=one.card,
                )
            )
        last = self._last()
        facts = {
            "revision": ready.info.revision,
            "epoch": ready.epoch,
            "builder": ready.sha256,
            "board": ready.info.boards[self._recipe.board].title,
            "supported_devices": ready.info.boards[self._recipe.board].supported,
            "packages": self._recipe.packages,
            "manifest": resolved.manifest,
            "changes": resolved.differences(last) if last is not None else None,
            "too_big": too_big,
            "seconds": round(time.monotonic() - self._began, 1),
        }
        with ctx.store.write() as session:
            row = row_of(session, ctx.job_id, lock=True)
            row.facts, row.built_at = facts, now()
            session.add_all(rows)
            events.record(
                session,
                "build.done",
                {"profile_id": row.profile_id, "release": row.release},
                job_id=ctx.job_id,
            )

    def _leave(self, found: list[artifacts.Found], tree: Tree) -> None:
        """Put images where the profile wants them too, and keep the tree if it shall be kept."""
        if self._params.version_id is None:
            return
        ctx = self._ctx
        profile = Profiles(ctx.store).at(self._params.version_id).profile
        if profile.bin_dir is not None:
            folder = Shared(ctx.settings.shared).folder(profile.bin_dir.lstrip("/"), make=True)
            for one in found:
                coming = folder / f".{one.name}.coming"
                shutil.copyfile(one.path, coming)
                coming.replace(folder / one.name)
            ctx.log(f"copied to {profile.bin_dir} in the shared folder")
        if profile.build_defaults and profile.build_defaults.keep_build_dir:
            kept = ctx.settings.data_dir / "trees" / ctx.job_id
            shutil.rmtree(kept, ignore_errors=True)
            kept.parent.mkdir(exist_ok=True)
            tree.root.rename(kept)
            ctx.log(f"the tree is kept at {kept}")

    def _note(self, **values: object) -> None:
        with self._ctx.store.write() as session:
            row = row_of(session, self._ctx.job_id, lock=True)
            for name, value in values.items():
                setattr(row, name, value)

    def _told(self, same_as: str | None) -> dict[str, Any]:
        return {"build_id": self._ctx.job_id, "hit": same_as is not None, "same_as": same_as}


def _settled(recipe: Recipe, ready: Ready) -> Recipe:
    """Return a recipe whose packages are those that `make` gets."""
    board = ready.info.boards.get(recipe.board)
    if not recipe.only_these or board is None:
        return recipe
    own = [*ready.info.packages, *board.packages]
    return recipe.model_copy(
        update={"packages": absolute(recipe.packages, own), "only_these": False}
    )
