"""What the server did, counted, in the text format Prometheus reads."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds in seconds."""


class Metrics:
    """Counters and one histogram by route; used on the event loop only."""

    def __init__(self) -> None:
        self._requests: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        self._seconds: dict[tuple[str, str], list[int]] = {}
        self._sums: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._refusals: defaultdict[str, int] = defaultdict(int)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request is over."""
        where = (method, route)
        self._requests[method, route, status] += 1
        buckets = self._seconds.get(where)
        if buckets is None:
            buckets = self._seconds[where] = [0] * (len(_BUCKETS) + 1)
        buckets[bisect_left(_BUCKETS, seconds)] += 1
        self._sums[where] += seconds

    def refused(self, code: str) -> None:
        """One request was refused."""
        self._refusals[code] += 1

    def text(self, gauges: Mapping[str, tuple[str, Mapping[str, float]]]) -> str:
        """Everything counted, and `gauges` as name -> (help, label text -> value), label text e.g. 'hall="main"'."""
        lines = [
            "# HELP hallqueue_http_requests_total Requests by route and status.",
            "# TYPE hallqueue_http_requests_total counter",
            *(
                f'hallqueue_http_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
                for (method, route, status), count in sorted(self._requests.items())
            ),
            "# HELP hallqueue_refusals_total Refused requests by code.",
            "# TYPE hallqueue_refusals_total counter",
            *(f'hallqueue_refusals_total{{code="{code}"}} {count}' for code, count in sorted(self._refusals.items())),
            "# HELP hallqueue_http_seconds Time from request to answer.",
            "# TYPE hallqueue_http_seconds histogram",
            *self._histogram(),
        ]
        for name, (told, values) in gauges.items():
            lines += [f"# HELP hallqueue_{name} {told}", f"# TYPE hallqueue_{name} gauge"]
            lines += [
                f"hallqueue_{name}{f'{{{label}}}' if label else ''} {value:.15g}" for label, value in values.items()
            ]
        return "\n".join(lines) + "\n"

    def _histogram(self) -> Iterable[str]:
        for (method, route), buckets in sorted(self._seconds.items()):
            labels = f'method="{method}",route="{route}"'
            total = 0
            for bound, count in zip((*_BUCKETS, "+Inf"), buckets, strict=True):
                total += count
                yield f'hallqueue_http_seconds_bucket{{{labels},le="{bound}"}} {total}'
            yield f"hallqueue_http_seconds_sum{{{labels}}} {self._sums[method, route]:.6f}"
            yield f"hallqueue_http_seconds_count{{{labels}}} {total}"


class Meter:
    """ASGI: measures every request of the application inside."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            self._metrics.answered(scope["method"], _route(scope), status, time.perf_counter() - began)


def _route(scope: MutableMapping[str, Any]) -> str:
    """The route's pattern, never the address: addresses hold visitors' tokens."""
    route = scope.get("route")
    return getattr(route, "path", "none")
