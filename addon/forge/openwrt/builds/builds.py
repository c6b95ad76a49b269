"""Builds: asked for, found again, looked at, deleted."""

from collections.abc import Sequence
import shutil
from typing import Final

from pydantic import BaseModel
import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.errors import Conflict
from forge.jobs import events
from forge.jobs.desk import Jobs
from forge.jobs.facts import Job
from forge.jobs.files import LocalFiles
from forge.jobs.rows import JobRow
from forge.jobs.states import FINISHED, State
from forge.openwrt import host, overlays
from forge.openwrt.builders.ensure import here
from forge.openwrt.builds import feeds
from forge.openwrt.builds.facts import Build, CardImage, Started
from forge.openwrt.builds.kept import Checked
from forge.openwrt.builds.key import build_key
from forge.openwrt.builds.lookup import artifact_of, build_of, find_hit, find_running, row_of
from forge.openwrt.builds.making import check_board, local_key
from forge.openwrt.builds.recipe import Recipe
from forge.openwrt.profiles.facts import Kept
from forge.openwrt.profiles.profiles import Profiles
from forge.openwrt.profiles.schema import Profile
from forge.openwrt.rows import ArtifactRow, BuildRow
from forge.openwrt.uploads.uploads import Uploads
from forge.settings import Settings
from forge.store.engine import Store

MOST: Final = 500


class Builds:
    """All builds of this Forge."""

    def __init__(
        self, store: Store, jobs: Jobs, settings: Settings, profiles: Profiles, uploads: Uploads
    ) -> None:
        """Stand on these."""
        files = LocalFiles(settings.data_dir)
        self._store = store
        self._jobs = jobs
        self._settings = settings
        self._files = files
        self._profiles = profiles
        self._uploads = uploads
        self._checked = Checked(settings, files)

    def start(
        self,
        profile_id: str,
        *,
        extra: Sequence[str] = (),
        rebuild: bool | None = None,
        by: str = "",
        key: str | None = None,
    ) -> Started:
        """Build a profile, or return the build that has the same images already.

        Raise NotFound for the profile, its board or files, Precondition where it cannot be
        built, Conflict for the idempotency key.
        """
        kept = self._profiles.show(profile_id)
        recipe = Recipe.of(kept.profile, extra=extra)
        if rebuild is None:
            defaults = kept.profile.build_defaults
            rebuild = bool(defaults and defaults.rebuild_if_cached)
        return self.submit(recipe, of=kept, rebuild=rebuild, by=by, key=key)

    def submit(
        self,
        recipe: Recipe,
        *,
        of: Kept | None = None,
        rebuild: bool = False,
        by: str = "",
        key: str | None = None,
        request_hash: str | None = None,
    ) -> Started:
        """Build a recipe, or return the build that has the same images already."""
        known = self._known_key(recipe, of)
        params = {
            "recipe": recipe.model_dump(mode="json"),
            "profile_id": of.profile.profile_id if of else None,
            "version_id": of.version_id if of else None,
            "rebuild": rebuild,
        }
        if known is not None and not rebuild and (hit := self._hit(known, key)) is not None:
            return hit
        with self._store.write() as session:
            if known is not None and not rebuild and not self._asked_before(session, key):
                self._one_at_a_time(session, known)
                if (row := find_running(session, known)) is not None:
                    return _started(session, row, hit=False)
            host.check_for(self._settings)
            job, new = self._jobs.add(session, "build.image", params, by=by, key=key)
            if new:
                session.flush()
                session.add(
                    BuildRow(
                        id=job.id,
                        version_id=of.version_id if of else None,
                        profile_id=of.profile.profile_id if of else None,
                        release=recipe.place.release,
                        key=known,
                        request_hash=request_hash,
                    )
                )
                session.flush()
            started = _started(session, row_of(session, job.id), hit=False)
        if new:
            self._jobs.send(job)
        return started

    def batch(self, params: BaseModel, *, by: str = "", key: str | None = None) -> Job:
        """Build many profiles: one job that has one result for each."""
        host.check_for(self._settings)
        return self._jobs.submit("build.batch", params, by=by, key=key)

    def plan(
        self, profile: Profile, *, extra: Sequence[str] = (), by: str = "", key: str | None = None
    ) -> Job:
        """Tell which packages a profile's image would hold. Raise Precondition as `start` does."""
        recipe = Recipe.of(profile, extra=extra)
        host.check_for(self._settings)
        params = {"recipe": recipe.model_dump(mode="json")}
        return self._jobs.submit("build.plan", params, by=by, key=key)

    def show(self, build_id: str) -> Build:
        """Return a build. Raise NotFound."""
        with self._store.read() as session:
            build = build_of(session, row_of(session, build_id))
        if build.state is State.QUEUED:
            build.position = self._jobs.show(build_id).position
        return build

    def list(
        self,
        *,
        profile_id: str | None = None,
        state: State | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> list[Build]:
        """Return builds, newest first, without their files."""
        query = (
            sa.select(BuildRow)
            .join(JobRow, JobRow.id == BuildRow.id)
            .order_by(BuildRow.created_at.desc(), BuildRow.id.desc())
        )
        if profile_id is not None:
            query = query.where(BuildRow.profile_id == profile_id)
        if state is not None:
            query = query.where(JobRow.state == state)
        with self._store.read() as session:
            if before is not None:
                last = row_of(session, before)
                moment = sa.literal(last.created_at, BuildRow.created_at.type)
                query = query.where(
                    sa.tuple_(BuildRow.created_at, BuildRow.id)
                    < sa.tuple_(moment, sa.literal(last.id))
                )
            rows = session.scalars(query.limit(min(limit, MOST))).all()
            return [build_of(session, row, brief=True) for row in rows]

    def card_images(self, search: str, limit: int) -> Sequence[CardImage]:
        """Return images of whole disks whose names or profiles hold every word, newest first."""
        query = (
            sa.select(ArtifactRow, BuildRow)
            .join(BuildRow, BuildRow.id == ArtifactRow.build_id)
            .where(ArtifactRow.card, BuildRow.built_at.is_not(None))
            .order_by(BuildRow.built_at.desc(), ArtifactRow.name)
            .limit(limit)
        )
        for word in search.lower().split():
            told = (ArtifactRow.name, sa.func.coalesce(BuildRow.profile_id, ""), BuildRow.release)
            query = query.where(
                sa.or_(*(sa.func.lower(one).contains(word, autoescape=True) for one in told))
            )
        with self._store.read() as session:
            return [
                CardImage(
                    **artifact_of(artifact).model_dump(),
                    profile_id=build.profile_id,
                    version_id=build.version_id,
                    release=build.release,
                    built_at=build.built_at,
                )
                for artifact, build in session.execute(query)
                if build.built_at is not None
            ]

    def by_request(self, request_hash: str) -> Build | None:
        """Return the newest build that an ASU client's request led to."""
        with self._store.read() as session:
            row = session.scalar(
                sa.select(BuildRow)
                .where(BuildRow.request_hash == request_hash)
                .order_by(BuildRow.created_at.desc(), BuildRow.id.desc())
                .limit(1)
            )
            return build_of(session, row) if row is not None else None

    def delete(self, build_id: str) -> None:
        """Forget a finished build and its files. Raise NotFound, Conflict."""
        with self._store.write() as session:
            row = row_of(session, build_id, lock=True)
            job = session.get(JobRow, build_id)
            if job is not None and job.state not in FINISHED:
                raise Conflict("The build is not finished: cancel it first", about="in_use")
            others = session.scalar(sa.select(sa.func.count()).where(BuildRow.same_as == build_id))
            if others:
                raise Conflict(
                    f"{others} other builds share its files: delete those first",
                    about="in_use",
                    builds=others,
                )
            session.delete(row)
            events.record(session, "build.deleted", {"profile_id": row.profile_id}, job_id=build_id)
        self._files.remove(build_id)
        self._checked.forget(build_id)
        shutil.rmtree(self._settings.data_dir / "trees" / build_id, ignore_errors=True)

    def _known_key(self, recipe: Recipe, of: Kept | None) -> str | None:
        """Return the key of a build, where all that it is made of is known here and now."""
        ready = here(self._store, self._settings, recipe.place)
        if ready is None or recipe.only_these:
            return None
        check_board(recipe, ready)
        own = local_key(ready) if recipe.local_key else None
        offered = feeds.known(self._settings, ready.info)
        if offered is None or (recipe.local_key and own is None):
            return None
        entries = self._uploads.laid(of) if of is not None else []
        return build_key(
            recipe,
            builder=ready.sha256,
            revision=ready.info.revision,
            epoch=ready.epoch,
            feeds=offered,
            overlay=overlays.tree_hash(entries) if entries else None,
            local_key=own,
        )

    def _hit(self, known: str, key: str | None) -> Started | None:
        """Return the build with a key whose files are there, unless it is asked for anew."""
        with self._store.read() as session:
            if self._asked_before(session, key):
                return None
            row = find_hit(session, self._checked, known)
            return _started(session, row, hit=True) if row is not None else None

    def _asked_before(self, session: Session, key: str | None) -> bool:
        """Tell whether an idempotency key has its job already."""
        if key is None:
            return False
        found = session.scalar(sa.select(JobRow.id).where(JobRow.idempotency_key == key))
        return found is not None

    def _one_at_a_time(self, session: Session, key: str) -> None:
        """Have two who ask for the same at once wait for each other."""
        if not self._store.is_file:
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(key))))


def _started(session: Session, row: BuildRow, *, hit: bool) -> Started:
    build = build_of(session, row)
    return Started(build=build, job_id=build.id, hit=hit)
