"""`hall serve`: one queue server with its broker, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
from collections.abc import Iterator

import uvicorn
import uvloop

from queueserver.accounts.documents import KeyFileError
from queueserver.app import Server
from queueserver.broker import BrokerError, find_mosquitto
from queueserver.settings import ServerSettings
from queueserver.store.database import DatabaseRefusedError, StorageError

_GRACE_SECONDS = 5
_THREAD_SWITCH_SECONDS = 0.0002
"""The writer's thread gives the interpreter up at every statement; waiting Python's usual 5 ms to get it back each time
would be most of a commit."""

_COLLECT_AFTER = (10_000, 20, 20)
"""New objects before the youngest are looked at, and rounds before the older ones are."""


def main(argv: list[str]) -> int:
    """Serve until SIGTERM or SIGINT; 0 = stopped as asked, 1 = cannot serve (one line says why)."""
    settings = ServerSettings.from_arguments(argv, "Runs the queue server of one or more halls, and its MQTT broker.")
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    try:
        if settings.outside_broker is None:
            find_mosquitto()
        listener = _listen(settings.host, settings.port)
        with listener:
            return _serve(settings, listener)
    except (KeyFileError, DatabaseRefusedError, BrokerError, StorageError, OSError) as error:
        print(f"hall serve: {error}", file=sys.stderr)
        return 1


def _listen(host: str, port: int) -> socket.socket:
    """The socket to serve on; raises OSError with a sentence for the operator."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        reason = "is in use by another program" if error.errno == 98 else f"cannot be used: {error.strerror}"
        raise OSError(f"{host} port {port} {reason}; choose another with --port") from error


def _serve(settings: ServerSettings, listener: socket.socket) -> int:
    url = _url(settings.host, listener.getsockname()[1])
    server = Server(settings, url)
    sys.setswitchinterval(_THREAD_SWITCH_SECONDS)
    config = uvicorn.Config(
        server.asgi,
        http="httptools",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=75,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve_within(server, _Announcing(config, server, url), listener))
    return 0


async def _serve_within(server: Server, http: uvicorn.Server, listener: socket.socket) -> None:
    """Answer requests while everything behind them runs, not before and not after."""
    async with server.running():
        await http.serve(sockets=[listener])


class _Announcing(uvicorn.Server):
    """Says on stdout where it listens, once it does: `listening on URL, broker at HOST:PORT`."""

    def __init__(self, config: uvicorn.Config, server: Server, url: str) -> None:
        super().__init__(config)
        self._server = server
        self._url = url

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop as asked, and then end with exit code 0 rather than by the signal."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _spare_the_collector()
            host, port = self._server.broker_for_devices()
            print(f"listening on {self._url}, broker at {host or '0.0.0.0'}:{port}", flush=True)


def _spare_the_collector() -> None:
    """Set aside what was loaded to start: walking through it again and again stopped everything for 0.1 s at a time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def _url(host: str, port: int) -> str:
    """How visitors reach this machine; behind another name or a proxy, public_url says so."""
    name = socket.getfqdn() if host in ("0.0.0.0", "::", "") else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
