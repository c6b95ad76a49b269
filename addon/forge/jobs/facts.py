"""What is told of a job."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from forge.jobs.rows import JobRow
from forge.jobs.states import FINISHED, Slot, State


class Problem(BaseModel):
    """Why a job ended without its result."""

    code: str = Field(description="stable; see the table of codes")
    message: str
    facts: dict[str, Any] = {}


class Job(BaseModel):
    """A job as it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: str
    slot: Slot
    state: State
    step: str | None = Field(None, description="what it does within its state")
    percent: float | None = Field(None, ge=0, le=100, description="only where it is really known")
    position: int | None = Field(None, ge=1, description="its place among those that wait")
    priority: int
    params: dict[str, Any]
    result: dict[str, Any] | None = None
    error: Problem | None = None
    by: str = Field("", description="who asked for it")
    host: str | None = Field(None, description="where it runs, or ran")
    attempt: int = Field(description="how often it was begun")
    cancel_requested: bool
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def finished(self) -> bool:
        """Whether it will not change any more."""
        return self.state in FINISHED


def job_of(row: JobRow, position: int | None = None) -> Job:
    """Return what is told of a row."""
    job = Job.model_validate(row)
    job.position = position
    return job
