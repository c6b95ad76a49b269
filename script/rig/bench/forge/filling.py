"""Fills a Forge's store: profiles, and years of builds of which some are hits."""

from datetime import timedelta
import os
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import sqlalchemy as sa

from forge.jobs.rows import EventRow, JobRow
from forge.jobs.states import State
from forge.openwrt.profiles.schema import Profile
from forge.openwrt.rows import ArtifactRow, BuildRow
from forge.store.base import now
from rig.bench.forge.house import BOARD, PLACE, House

if TYPE_CHECKING:
    from forge.app import Forge
    from rig.bench.forge.plan import Plan

_AT_ONCE: Final = 500


def profile_id(number: int) -> str:
    """Return a profile's id."""
    return f"bench.router-{number:04d}"


def document(name: str, **more: Any) -> dict[str, Any]:
    """Return a profile as people write it."""
    return {
        "profile_id": name,
        "name": name,
        "device_id": name.replace(".", "-"),
        "tags": ["bench", name[-1]],
        "openwrt_release": PLACE.release,
        "target": PLACE.target,
        "subtarget": PLACE.subtarget,
        "imagebuilder_profile": BOARD,
        "packages": ["htop"],
        **more,
    }


async def fill(house: House, plan: Plan) -> None:
    """Have one image built, and write down that all profiles were built like it."""
    async with house.server as forge:
        await forge.post("profiles", body=document("bench.first"))
        started = await forge.post("builds", body={"profile_id": "bench.first"})
        await house.done(started["job_id"])
    inside = house.inside()
    try:
        for number in range(plan.profiles):
            # A name of its own makes it a build of its own.
            said = document(profile_id(number), extra_image_name=f"unit-{number}")
            inside.profiles.create(Profile.model_validate(said))
        builds = [inside.builds.start(profile_id(n)).job_id for n in range(plan.profiles)]
        _finish(inside, started["job_id"], builds)
        _add_older(inside, started["job_id"], plan)
    finally:
        inside.close()


def _finish(forge: Forge, first: str, builds: list[str]) -> None:
    """Let builds that wait be done, with the files of the first one."""
    for build in builds:
        kept = forge.files.folder(build)
        kept.mkdir(parents=True)
        for path in forge.files.folder(first).iterdir():
            os.link(path, kept / path.name)
    with forge.store.write() as session:
        row = session.get_one(BuildRow, first)
        moment = now()
        session.execute(
            sa.update(JobRow)
            .where(JobRow.id.in_(builds))
            .values(state=State.DONE, started_at=moment, finished_at=moment, percent=100.0)
        )
        session.execute(
            sa.update(BuildRow)
            .where(BuildRow.id.in_(builds))
            .values(built_at=moment, facts=row.facts, builder_id=row.builder_id)
        )
        _add_artifacts(session, first, builds)


def _add_older(forge: Forge, first: str, plan: Plan) -> None:
    """Add the builds of earlier years, which are no hits any more."""
    older = plan.builds - plan.profiles
    for begin in range(0, older, _AT_ONCE):
        numbers = range(begin, min(begin + _AT_ONCE, older))
        ids = {number: uuid4().hex for number in numbers}
        with forge.store.write() as session:
            job, build = session.get_one(JobRow, first), session.get_one(BuildRow, first)
            jobs, builds, events = [], [], []
            for number, id_ in ids.items():
                moment = now() - timedelta(hours=1 + number)
                told = {"kind": job.kind, "state": job.state, "result": job.result}
                jobs.append({**_values(job), "id": id_, "created_at": moment})
                builds.append(
                    {
                        **_values(build),
                        "id": id_,
                        "profile_id": profile_id(number % plan.profiles),
                        "key": f"2:{uuid4().hex}{uuid4().hex}",
                        "built_at": moment,
                        "created_at": moment,
                    }
                )
                events.append({"type": "job.done", "job_id": id_, "data": told, "at": moment})
            session.execute(sa.insert(JobRow), jobs)
            session.execute(sa.insert(BuildRow), builds)
            session.execute(sa.insert(EventRow), events)
            _add_artifacts(session, first, list(ids.values()))


def _add_artifacts(session: Any, first: str, builds: list[str]) -> None:
    """Give builds the same artifacts as the first."""
    query = sa.select(ArtifactRow).where(ArtifactRow.build_id == first)
    own = [_values(row) for row in session.scalars(query)]
    rows = [{**row, "id": uuid4().hex, "build_id": build} for build in builds for row in own]
    session.execute(sa.insert(ArtifactRow), rows)


def _values(row: Any) -> dict[str, Any]:
    """Return a row's columns."""
    return {column.key: getattr(row, column.key) for column in sa.inspect(row).mapper.column_attrs}
