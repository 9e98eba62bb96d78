"""Kept connections to one HTTP server: the standard library's, because httpx takes 7 MB of a kiosk.

One request, one answer, both whole in memory: HallClient asks for no more.
"""

from __future__ import annotations

import http.client
import select
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

if TYPE_CHECKING:
    import ssl

_PATH_SAFE = "/!$&'()*+,;=:@%"
"""RFC 3986, section 3.3: what a path may hold besides letters, digits and -._~; % because it may be quoted already."""

_KEPT_SECONDS = 5.0
"""A connection idle for longer may have been forgotten on its way without a word, and the next request with it."""


class ConnectionFailed(Exception):  # noqa: N818 - said as the client's caller thinks of it
    """No answer, or only a part of one; the server may have done what was asked all the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from `path`."""

    path: str
    status: int
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Connections:
    """HTTP to `server`, e.g. "https://hall.example/queue", from any thread; each connecting and each wait for bytes
    may take `timeout` seconds. Proxies and the environment are not asked, redirects not followed.
    """

    def __init__(self, server: str, timeout: float) -> None:
        self._server = urlsplit(server)
        self._timeout = timeout
        self._lock = threading.Lock()
        self._idle: list[tuple[float, http.client.HTTPConnection]] = []
        self._closed = False

    def ask(
        self, method: str, path: str, query: Mapping[str, str] | None, content: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """Send one request and wait for its whole answer; raises ConnectionFailed."""
        path = quote(self._server.path + path, safe=_PATH_SAFE)
        address = f"{path}?{urlencode(query)}" if query else path
        connection: http.client.HTTPConnection | None = None
        try:
            connection = self._take() or self._new()
            connection.request(method, address, content, dict(headers))
            response = connection.getresponse()
            answer = Answer(path, response.status, response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: an address that cannot be one
            if connection is not None:
                connection.close()
            raise ConnectionFailed(f"{type(error).__name__}: {error}") from error
        self._give_back(connection)
        return answer

    def close(self) -> None:
        """Close what is idle now, and the rest as it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _take(self) -> http.client.HTTPConnection | None:
        """The connection that was used last, unless that is long ago or the server has closed it meanwhile."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                since, connection = self._idle.pop()
            fresh = time.monotonic() - since < _KEPT_SECONDS
            if fresh and connection.sock is not None and not _has_news(connection.sock):
                return connection
            connection.close()

    def _give_back(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if not self._closed and connection.sock is not None:
                self._idle.append((time.monotonic(), connection))
                return
        connection.close()

    def _new(self) -> http.client.HTTPConnection:
        host, port = self._server.hostname or "", self._server.port
        if self._server.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self._timeout)
        if self._server.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self._timeout, context=self._authorities)
        raise ValueError(f"{self._server.geturl()} does not begin with http:// or https://")

    @cached_property
    def _authorities(self) -> ssl.SSLContext:
        """Whom to believe that a server is who it says, read once."""
        import ssl  # with its library and the authorities 7 MB, which a hall's own network does not need

        import certifi

        return ssl.create_default_context(cafile=certifi.where())


def _has_news(idle: socket.socket) -> bool:
    """Whether something arrived that nobody asked for: the server's goodbye."""
    poll = select.poll()
    poll.register(idle, select.POLLIN)
    return bool(poll.poll(0))
