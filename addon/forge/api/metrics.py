"""Figures for Prometheus: what is asked of the Forge, and how its jobs stand."""

import asyncio
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
import shutil
from typing import TYPE_CHECKING, Final

from aiohttp import web

from forge.api.routes import STREAM, Call, Route
from forge.app import Forge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric

_BUCKETS: Final = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)


@dataclass(slots=True)
class _Times:
    """How long requests of one route took: how many in each bucket, and all together."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(_BUCKETS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(_BUCKETS, seconds)] += 1
        self.seconds += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Return how many took at most so long, as Prometheus counts."""
        bounds = (*map(str, _BUCKETS), "+Inf")
        return [(bound, sum(self.counts[: at + 1])) for at, bound in enumerate(bounds)]


class Metrics:
    """The figures of one Forge.

    They are counted here and told by Prometheus' own library, which is loaded when somebody asks.
    """

    def __init__(self, forge: Forge) -> None:
        """Begin to count."""
        self._forge = forge
        self._requests: Counter[tuple[str, str]] = Counter()
        self._times: defaultdict[str, _Times] = defaultdict(_Times)

    def answered(self, route: Route | None, status: int, seconds: float) -> None:
        """Count a request; addresses that do not exist are one."""
        name = route.name if route is not None else "none"
        self._requests[name, str(status)] += 1
        if route is not None and route.media != STREAM:
            self._times[name].add(seconds)

    def collect(self) -> "Iterator[Metric]":
        """Return what is known now, as Prometheus' library takes it."""
        from prometheus_client.core import (  # noqa: PLC0415 - 3 MB that an idle Forge, which nobody asks for figures, does not hold
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        requests = CounterMetricFamily(
            "forge_requests", "Requests answered", labels=["route", "status"]
        )
        for labels, count in self._requests.copy().items():
            requests.add_metric(labels, count)
        yield requests
        times = HistogramMetricFamily(
            "forge_request_seconds", "Seconds until a request was answered", labels=["route"]
        )
        for name, one in self._times.copy().items():
            times.add_metric([name], one.buckets(), one.seconds)
        yield times
        jobs = GaugeMetricFamily("forge_jobs", "Jobs by state", labels=["state"])
        for state, count in self._forge.jobs.counts().items():
            jobs.add_metric([state], count)
        yield jobs
        free = shutil.disk_usage(self._forge.settings.data_dir).free
        yield GaugeMetricFamily("forge_disk_free_bytes", "Free space where data is", value=free)


async def answer(call: Call) -> web.Response:
    """Answer with all figures."""
    from prometheus_client.exposition import (  # noqa: PLC0415 - as above
        CONTENT_TYPE_LATEST,
        generate_latest,
    )

    text = await asyncio.to_thread(generate_latest, call.metrics)
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})
