"""What is told of builds."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from forge.jobs.facts import Problem
from forge.jobs.states import State
from forge.openwrt.builds.recipe import Recipe


class Artifact(BaseModel):
    """A file that a build left: `/jobs/<job_id>/files/<name>`."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    job_id: str = Field(description="the job that keeps it")
    name: str
    type: str
    filesystem: str | None = None
    size: int
    sha256: str
    card: bool = Field(description="a whole disk, which may be written to a card")


class CardImage(Artifact):
    """A whole disk that a build left, and what it was built of."""

    profile_id: str | None
    version_id: str | None
    release: str
    built_at: datetime


class Build(BaseModel):
    """A build as it stands."""

    id: str = Field(description="also its job's")
    state: State
    step: str | None = None
    percent: float | None = None
    position: int | None = None
    profile_id: str | None = None
    version_id: str | None = Field(None, description="the version of the profile that it is of")
    recipe: Recipe
    key: str | None = None
    hit: bool = Field(description="its images had been built before, by `same_as`")
    same_as: str | None = None
    facts: dict[str, Any] | None = Field(None, description="revision, packages, arguments, …")
    error: Problem | None = None
    artifacts: list[Artifact] = []
    by: str = ""
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    built_at: datetime | None = None


class Started(BaseModel):
    """What became of asking for a build."""

    build: Build
    job_id: str
    hit: bool = Field(description="nothing is to be built: the images are there, and were checked")
