"""What becomes of a build that succeeded: its files kept, and told of."""

import shutil
import time
from uuid import uuid4

import sqlalchemy as sa

from forge.errors import BuildError
from forge.jobs import events
from forge.jobs.context import Context
from forge.openwrt.builders.ready import Ready
from forge.openwrt.builds.artifacts import Found
from forge.openwrt.builds.causes import Causes
from forge.openwrt.builds.lookup import row_of
from forge.openwrt.builds.making import Resolved
from forge.openwrt.builds.recipe import Recipe
from forge.openwrt.builds.tree import Tree
from forge.openwrt.inputs import inputs_of
from forge.openwrt.profiles.profiles import Profiles
from forge.openwrt.rows import ArtifactRow, BuildRow
from forge.store.base import now


class Outcome:
    """What one build leaves."""

    def __init__(self, ctx: Context, version_id: str | None) -> None:
        """Begin to measure; `version_id` says of which profile it is."""
        self._ctx = ctx
        self._version_id = version_id
        self._began = time.monotonic()

    def say_changes(self, resolved: Resolved) -> None:
        """Tell how the packages differ from those of the profile's last build."""
        last = self._last()
        self._ctx.log(f"{len(resolved.manifest)} packages")
        if last is not None:
            for what, names in resolved.differences(last).items():
                if names:
                    self._ctx.log(f"{what} since the last build: {', '.join(names)}")

    def leave(self, found: list[Found], tree: Tree) -> None:
        """Put what is kept where the profile wants it too; keep the tree if it shall be."""
        if self._version_id is None:
            return
        ctx = self._ctx
        profile = Profiles(ctx.store).at(self._version_id).profile
        if profile.bin_dir is not None:
            inputs_of(ctx).share(profile.bin_dir, [one.name for one in found])
            ctx.log(f"copied to {profile.bin_dir} in the shared folder")
        if profile.build_defaults and profile.build_defaults.keep_build_dir:
            kept = ctx.settings.data_dir / "trees" / ctx.job_id
            shutil.rmtree(kept, ignore_errors=True)
            kept.parent.mkdir(exist_ok=True)
            tree.root.rename(kept)
            ctx.log(f"the tree is kept at {kept}")

    def keep(self, found: list[Found]) -> list[ArtifactRow]:
        """Keep the files; return what is to be told of them."""
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
        return rows

    def tell(
        self,
        rows: list[ArtifactRow],
        recipe: Recipe,
        ready: Ready,
        resolved: Resolved,
        said: Causes,
    ) -> None:
        """Say that all is there: until then nothing counts."""
        ctx = self._ctx
        last = self._last()
        facts = {
            "revision": ready.info.revision,
            "epoch": ready.epoch,
            "builder": ready.sha256,
            "board": ready.info.boards[recipe.board].title,
            "supported_devices": ready.info.boards[recipe.board].supported,
            "packages": recipe.packages,
            "manifest": resolved.manifest,
            "changes": resolved.differences(last) if last is not None else None,
            "too_big": [dict(one) for one in said.too_big],
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
