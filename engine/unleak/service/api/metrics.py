"""/metrics for Prometheus. No label holds anything of a leak or of a request."""

import time
from collections import Counter as Count
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from unleak.core.states import LeakState
from unleak.service.api.access import App, Receive, Reporter, Scope, Send
from unleak.service.contract import JobState
from unleak.service.core import Core

router = APIRouter(tags=["health"])
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """What is counted."""

    def __init__(self, core: Core) -> None:
        self.registry = CollectorRegistry()
        self.sightings = Counter(
            "unleak_sightings", "Sightings that were recorded.", registry=self.registry
        )
        self.requests = Histogram(
            "unleak_request_seconds",
            "Time to answer.",
            ("method", "route", "status"),
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 30),
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self.registry.register(_Ledger(core))


class _Ledger(Collector):
    """What the ledger holds, counted when it is asked for."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def describe(self) -> list[Any]:
        """Nothing: so that registering does not read the ledger."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Leaks and jobs by state; the worker's memory."""
        leaks = Count(leak.state for leak in self._core.ledger.leaks())
        family = GaugeMetricFamily("unleak_leaks", "Leaks by state.", labels=["state"])
        for state in LeakState:
            family.add_metric([state], leaks[state])
        yield family
        jobs = Count((e.job.kind, e.job.state) for e in self._core.jobs.all())
        family = GaugeMetricFamily("unleak_jobs", "Jobs.", labels=["kind", "state"])
        for (kind, job_state), count in sorted(jobs.items()):
            family.add_metric([kind, JobState(job_state)], count)
        yield family
        yield GaugeMetricFamily(
            "unleak_worker_bytes", "Memory of the worker.", self._core.worker_memory
        )


class Measured:
    """Measures every request; routes stand for paths."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how long it took."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def noted(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.requests.labels(method, route, str(status)).observe(
                time.perf_counter() - started
            )


_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))


@router.get("/metrics", response_class=Response)
def metrics(engine: Reporter, request: Request) -> Response:
    """In Prometheus' text format."""
    return Response(generate_latest(request.app.state.metrics.registry), media_type=_TEXT)
