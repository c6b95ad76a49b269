"""What is known of a Forge: its jobs, profiles and stock, parsed once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import re
from typing import Any, Final, Self

FINISHED: Final = ("done", "failed", "cancelled")
RUNNING: Final = ("preparing", "downloading", "verifying", "building", "collecting")
#: The job that builds an image; what else runs is its own affair.
BUILD: Final = "build.image"

#: What the kinds of jobs are called that a Forge has for itself, as to forget old ones.
OWN: Final = "forge."

#: Parts of a version that say what it understands.
_TELLING: Final = 2
_RELEASE: Final = re.compile(r"\d+\.\d+(\.\d+)?")


class Happening(StrEnum):
    """What an event entity tells of jobs."""

    QUEUED = "queued"
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands."""

    id: str
    kind: str
    state: str
    #: The profile that it is for, where that is one.
    profile_id: str | None = None
    step: str | None = None
    percent: float | None = None
    error: Mapping[str, Any] | None = None
    result: Mapping[str, Any] | None = None

    @property
    def finished(self) -> bool:
        """Whether it will not change any more."""
        return self.state in FINISHED

    @classmethod
    def of(cls, id_: str, said: Mapping[str, Any]) -> Self:
        """Parse what is told of a job."""
        percent = said.get("percent")
        # An event names the profile itself; who asks for the job gets what it was given.
        params = said.get("params")
        named = said if "profile_id" in said or not isinstance(params, dict) else params
        return cls(
            id=id_,
            kind=str(said.get("kind", "")),
            state=str(said.get("state", "")),
            profile_id=_text(named.get("profile_id")),
            step=_text(said.get("step")),
            percent=float(percent) if isinstance(percent, int | float) else None,
            error=_object(said.get("error")),
            result=_object(said.get("result")),
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """What an image is to hold, and for which board, as far as it is shown."""

    id: str
    name: str
    release: str
    board: str
    device: str
    version: int

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Parse what is told of a profile. Raise KeyError."""
        profile = said["profile"]
        return cls(
            id=str(profile["profile_id"]),
            name=str(profile["name"]),
            release=str(profile["openwrt_release"]),
            board=str(profile["imagebuilder_profile"]),
            device=str(profile["device_id"]),
            version=int(said["version"]),
        )


@dataclass(frozen=True, slots=True)
class Builder:
    """An Image Builder, as far as something may be wrong with it."""

    place: str
    size: int
    problem: str | None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Parse what is told of an Image Builder."""
        problem = said.get("problem") or {}
        return cls(
            place="/".join(str(said.get(part)) for part in ("release", "target", "subtarget")),
            size=int(said.get("size") or 0),
            problem=_text(problem.get("code")),
        )


@dataclass(frozen=True, slots=True)
class State:
    """All that is known of a Forge."""

    version: str = ""
    #: Free space below which it begins no jobs, in bytes.
    reserve: int = 0
    #: Jobs that wait or run, by their ids.
    jobs: Mapping[str, Job] = field(default_factory=dict)
    #: The job that finished last.
    last: Job | None = None
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    #: By profile: the release that its newest image was built from.
    built: Mapping[str, str] = field(default_factory=dict)
    builders: tuple[Builder, ...] = ()
    #: Free space where the Forge keeps everything, in bytes.
    disk_free: int | None = None
    #: Why it can build nothing where it runs, as it tells errors: code, message, facts.
    cannot_build: Mapping[str, Any] | None = None
    #: The newest release of OpenWrt that is not a test.
    stable: str | None = None
    #: By profile: the job that builds it, or waits to; one that runs goes before.
    _builds: Mapping[str, Job] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look up once what is asked for each profile."""
        builds = [job for job in self.jobs.values() if job.kind == BUILD and job.profile_id]
        builds.sort(key=lambda job: job.state != "queued")
        by_profile = {str(job.profile_id): job for job in builds}
        object.__setattr__(self, "_builds", by_profile)

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return sum(job.state == "queued" for job in self.jobs.values())

    def job_of(self, profile_id: str) -> Job | None:
        """Return the job that builds a profile, or waits to."""
        return self._builds.get(profile_id)

    @property
    def cache(self) -> int:
        """What Image Builders take on the disk, in bytes."""
        return sum(builder.size for builder in self.builders)


def hindrance(status: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return why a Forge can build nothing, None where it can."""
    return _object(status.get("cannot_build"))


def newest(releases: Mapping[str, Any]) -> str | None:
    """Return the newest release that is not a test."""
    if stable := _text(releases.get("stable")):
        return stable
    listed = releases.get("releases")
    found = [one for one in listed if _is_release(one)] if isinstance(listed, list) else []
    return max(found, key=lambda one: tuple(map(int, one.split("."))), default=None)


def apart(one: str, other: str) -> bool:
    """Tell whether two versions are too far apart to understand each other for certain."""
    return one.split(".")[:_TELLING] != other.split(".")[:_TELLING]


def _is_release(said: object) -> bool:
    return isinstance(said, str) and _RELEASE.fullmatch(said) is not None


def _text(said: object) -> str | None:
    return said if isinstance(said, str) and said else None


def _object(said: object) -> Mapping[str, Any] | None:
    return said if isinstance(said, dict) else None
