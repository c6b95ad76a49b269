"""Where jobs keep things on the disk."""

from forge.jobs.limits import MIB
from forge.jobs.logs import JobLog
from forge.settings import Settings


def log_of(settings: Settings, job_id: str) -> JobLog:
    """Return a job's log on this disk."""
    return JobLog(settings.data_dir / "logs" / job_id, limit=settings.log_limit_mb * MIB)
