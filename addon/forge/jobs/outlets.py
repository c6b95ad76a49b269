"""Where a job's log and files go: to this disk, or to the Forge that keeps them."""

from forge.jobs.files import Files, LocalFiles
from forge.jobs.places import log_of
from forge.jobs.remote import Home, RemoteFiles, RemoteSink
from forge.jobs.sinks import LocalSink, Sink
from forge.settings import Settings
from forge.tokens import token


def outlets(settings: Settings, job_id: str) -> tuple[Sink, Files]:
    """Return where a running job writes. Raise Invalid where a remote one has no token."""
    if settings.server_url is None:
        return LocalSink(log_of(settings, job_id)), LocalFiles(settings.data_dir)
    home = Home(settings.server_url, token(settings))
    return RemoteSink(home, job_id), RemoteFiles(home)
