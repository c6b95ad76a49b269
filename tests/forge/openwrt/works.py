"""A Forge beside a mirror, whose jobs run in the test's own process."""

from dataclasses import dataclass
import signal
from typing import Any

from forge.app import Forge
from forge.jobs import claim as claims, runner
from forge.jobs.facts import Job
from forge.jobs.outlets import outlets
from forge.jobs.workers import HOST, Worker
from rig.openwrt.mirror import Mirror
from rig.openwrt.releases import ATH79, OPKG_ZST, Release, Target


@dataclass
class Works:
    """What a test works with."""

    forge: Forge
    mirror: Mirror
    worker: Worker

    def run(self, job: Job) -> Job:
        """Run one job to its end, here and now."""
        claim = claims.take(self.forge.store, job.id, worker_id=self.worker.id, host=HOST)
        assert claim is not None, job
        sink, files = outlets(self.forge.settings, job.id)
        before = signal.getsignal(signal.SIGTERM)
        try:
            runner.run(claim, settings=self.forge.settings, sink=sink, files=files)
        finally:
            signal.signal(signal.SIGTERM, before)
        return self.forge.jobs.show(job.id)

    def do(self, kind: str, **params: Any) -> Job:
        """Run a job of a kind."""
        return self.run(self.forge.jobs.submit(kind, params))

    def ensure(self, release: Release | str = OPKG_ZST, target: Target = ATH79, **more: Any) -> Job:
        """Have an Image Builder."""
        version = release if isinstance(release, str) else release.version
        place = {"release": version, "target": target.board, "subtarget": target.subtarget}
        return self.do("builder.ensure", **place, **more)

    def log(self, job: Job) -> str:
        """Return a job's log."""
        log = self.forge.log(job.id)
        return log.read(0, log.size + 1).data.decode()
