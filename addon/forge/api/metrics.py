"""Figures for Prometheus: what is asked of the Forge, and how its jobs stand."""

import asyncio
from collections.abc import Iterator
import shutil
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from forge.api.routes import Call, Route
from forge.app import Forge

_BUCKETS: Final = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)


class Metrics:
    """The figures of one Forge."""

    def __init__(self, forge: Forge) -> None:
        """Begin to count."""
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "forge_requests", "Requests answered", ["route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "forge_request_seconds",
            "Seconds until a request was answered",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.registry.register(_Jobs(forge))

    def answered(self, route: Route | None, status: int, seconds: float) -> None:
        """Count a request; addresses that do not exist are one."""
        name = route.name if route is not None else "none"
        self._requests.labels(name, str(status)).inc()
        if route is not None and route.media != "text/event-stream":
            self._seconds.labels(name).observe(seconds)


class _Jobs(Collector):
    """Looks at the store when it is asked."""

    def __init__(self, forge: Forge) -> None:
        self._forge = forge

    def collect(self) -> Iterator[Metric]:
        """Return what is known now."""
        jobs = GaugeMetricFamily("forge_jobs", "Jobs by state", labels=["state"])
        for state, count in self._forge.jobs.counts().items():
            jobs.add_metric([state], count)
        yield jobs
        free = shutil.disk_usage(self._forge.settings.data_dir).free
        yield GaugeMetricFamily("forge_disk_free_bytes", "Free space where data is", value=free)

    def describe(self) -> Iterator[Metric]:
        """Name the figures without asking the store."""
        yield GaugeMetricFamily("forge_jobs", "Jobs by state", labels=["state"])
        yield GaugeMetricFamily("forge_disk_free_bytes", "Free space where data is")


async def answer(call: Call) -> web.Response:
    """Answer with all figures."""
    text = await asyncio.to_thread(generate_latest, call.metrics.registry)
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})
