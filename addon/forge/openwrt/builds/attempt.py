"""One attempt at one build: what it is made of, whether it was built before, and building it."""

from collections.abc import Sequence
from pathlib import Path
import shutil
from typing import Any

from pydantic import BaseModel, ConfigDict

from forge.jobs.context import Context
from forge.jobs.states import State
from forge.openwrt import overlays
from forge.openwrt.builders.ensure import ensured
from forge.openwrt.builders.ready import Ready
from forge.openwrt.builds import artifacts, feeds
from forge.openwrt.builds.key import build_key
from forge.openwrt.builds.lookup import row_of
from forge.openwrt.builds.making import (
    Making,
    check_board,
    check_versions,
    local_key,
    write_defaults,
)
from forge.openwrt.builds.outcome import Outcome
from forge.openwrt.builds.recipe import Recipe, absolute
from forge.openwrt.builds.resolving import Resolving, is_of
from forge.openwrt.builds.tree import Tree
from forge.openwrt.entries import Entry
from forge.openwrt.inputs import inputs_of
from forge.openwrt.profiles.profiles import Profiles
from forge.store.base import now


class BuildParams(BaseModel):
    """What is to be built, and of which profile."""

    model_config = ConfigDict(extra="forbid")

    recipe: Recipe
    profile_id: str | None = None
    version_id: str | None = None
    #: Build also where the same was built before.
    rebuild: bool = False


class Attempt:
    """One attempt at one build."""

    def __init__(self, ctx: Context, params: BuildParams) -> None:
        """Prepare; nothing is done yet."""
        self._ctx = ctx
        self._params = params
        self._recipe = params.recipe
        self._outcome = Outcome(ctx, params.version_id)
        self._inputs = inputs_of(ctx)

    def run(self) -> dict[str, Any]:
        """Build, or find that the same was built before."""
        ctx = self._ctx
        ctx.state(State.PREPARING)
        with ctx.store.read() as session:
            row = row_of(session, ctx.job_id)
        if row.built_at is not None:
            # It was finished, and its worker died before saying so.
            return self._told(row.same_as)
        files, overlay = self._stage()
        with ensured(ctx, self._recipe.place) as ready:
            self._recipe = settled(self._recipe, ready)
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
        resolving = Resolving(ctx.settings, self._recipe, ready, making)
        known = resolving.known()
        if known is None:
            ctx.state(State.BUILDING, "packages")
        resolved = known or resolving.resolve()
        check_versions(self._recipe, resolved)
        self._outcome.say_changes(resolved)
        ctx.state(State.BUILDING, "image")
        target = ctx.folder / "bin"
        said = making.image(target, files, resolved)
        ctx.state(State.COLLECTING)
        with ctx.acting():
            found = artifacts.collect(target, self._recipe)
        for one in found:
            ctx.check_own(one.path)
        if known is not None and not is_of(known, found):
            ctx.log("the feeds have moved since these packages were asked for")
            resolved = resolving.resolve()
            check_versions(self._recipe, resolved)
        if said.too_big and not any(
            one.is_image and one.type not in ("kernel", "initramfs-kernel") for one in found
        ):
            raise said.too_big_error()
        rows = self._outcome.keep(found)
        self._outcome.leave(found, tree)
        self._outcome.tell(rows, self._recipe, ready, resolved, said)
        return self._told(None)

    def _stage(self) -> tuple[Path | None, str | None]:
        """Gather what is laid over the image; return the folder and its hash."""
        ctx = self._ctx
        entries: Sequence[Entry] = ()
        if self._params.version_id is not None:
            kept = Profiles(ctx.store).at(self._params.version_id)
            entries = self._inputs.overlay(kept)
        if not entries and self._recipe.defaults is None:
            return None, None
        ctx.state(State.PREPARING, f"an overlay of {len(entries)} entries")
        files = ctx.folder / "files"
        shutil.rmtree(files, ignore_errors=True)
        overlays.stage(entries, files, ctx.checkpoint, owner=ctx.user.number if ctx.user else None)
        # What was staged is what is hashed: the shared folder may change at any time.
        overlay = overlays.tree_hash(overlays.scan(files)) if entries else None
        if self._recipe.defaults is not None:
            with ctx.acting():
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
        if self._params.rebuild or (found := self._inputs.hit(key)) is None:
            return None
        with self._ctx.store.read() as session:
            facts = row_of(session, found).facts
        self._ctx.log(f"the same was built before: {found}")
        self._note(key=key, same_as=found, facts=facts, built_at=now())
        return found

    def _note(self, **values: object) -> None:
        with self._ctx.store.write() as session:
            row = row_of(session, self._ctx.job_id, lock=True)
            for name, value in values.items():
                setattr(row, name, value)

    def _told(self, same_as: str | None) -> dict[str, Any]:
        return {"build_id": self._ctx.job_id, "hit": same_as is not None, "same_as": same_as}


def settled(recipe: Recipe, ready: Ready) -> Recipe:
    """Return a recipe whose packages are those that `make` gets."""
    board = ready.info.boards.get(recipe.board)
    if not recipe.only_these or board is None:
        return recipe
    own = [*ready.info.packages, *board.packages]
    return recipe.model_copy(
        update={"packages": absolute(recipe.packages, own), "only_these": False}
    )
