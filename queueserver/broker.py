"""The managed broker: Mosquitto as our child, with a password and topic permissions for each device.

Its files are generated, nothing in them is for hand editing. It is restarted when it dies, told of new devices by
SIGHUP, and dies with us: the kernel signals it when the server is gone, so even kill -9 leaves no broker on the port.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract import topics
from queueserver.accounts.secrets import mqtt_hash
from queueserver.publisher import MqttAddress, Publisher, PublishingError

log = logging.getLogger(__name__)

RELAY_USER: Final = "_relay"
"""No configured id starts with an underscore, so no device can be called like this."""

_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 10.0
_SETTLED_SECONDS: Final = 30.0
_LISTENS_WITHIN_SECONDS: Final = 10.0
_TRY_EVERY_SECONDS: Final = 0.05
_STOPS_WITHIN_SECONDS: Final = 5.0
_SBIN: Final = "/usr/local/sbin:/usr/sbin:/sbin"


class BrokerError(Exception):
    """The broker cannot be run; the message says what a person must do."""


@dataclass(frozen=True, slots=True)
class MqttAccount:
    """One device on the broker: what it may hear is its hall, what it may say is its own presence and replies."""

    hall: str
    device: str
    password_hash: str


def configuration(host: str, port: int, files: Path) -> str:
    """mosquitto.conf(5). Nothing is kept on disk: retained topics are published anew, displays resync themselves."""
    lines = [
        f"listener {port} {host}",
        "allow_anonymous false",
        f"password_file {files / 'passwords'}",
        f"acl_file {files / 'permissions'}",
        "persistence false",
        "max_inflight_messages 100",
        "max_queued_messages 5000",
        "max_packet_size 262144",
        "set_tcp_nodelay true",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
        "log_timestamp_format %H:%M:%S",
        "connection_messages false",
    ]
    if os.geteuid() == 0:
        lines.append("user root")
    return "\n".join(lines) + "\n"


def passwords(devices: Iterable[MqttAccount], relay_hash: str) -> str:
    """The password file: one user a line, hashed."""
    lines = [f"{RELAY_USER}:{relay_hash}", *(f"{one.device}:{one.password_hash}" for one in devices)]
    return "\n".join(lines) + "\n"


def permissions(devices: Iterable[MqttAccount]) -> str:
    """The permission file, built from the same names as every topic."""
    blocks = [f"user {RELAY_USER}\ntopic readwrite hall/#"]
    for one in devices:
        heard = (
            topics.events(one.hall),
            topics.window_state(one.hall),
            topics.queue_state(one.hall),
            topics.presence(one.hall),
            topics.device_commands(one.hall, one.device),
        )
        said = (topics.presence(one.hall, one.device), topics.device_replies(one.hall, one.device))
        lines = [f"user {one.device}", *(f"topic read {name}" for name in heard)]
        blocks.append("\n".join([*lines, *(f"topic write {name}" for name in said)]))
    return "\n\n".join(blocks) + "\n"


def find_mosquitto() -> str:
    """The broker's program; Debian keeps it where ordinary users' PATH does not look. Raises BrokerError."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path=_SBIN)
    if found is None:
        raise BrokerError("mosquitto is not installed; on Debian: apt install mosquitto, or set broker to a URL")
    return found


class ManagedBroker:
    """Mosquitto under our care. start() once in the event loop, close() once."""

    def __init__(self, host: str, port: int, files: Path) -> None:
        self._host = host
        self._files = files
        self._password = secrets.token_urlsafe(24)
        self._relay_hash = mqtt_hash(self._password)
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._held: int | None = None
        self.accounts: list[MqttAccount] = []
        """The devices it lets in."""
        self.restarts = 0

    @property
    def address(self) -> MqttAddress:
        """For the relay, on this machine."""
        host = "127.0.0.1" if self._host in ("0.0.0.0", "") else "::1" if self._host == "::" else self._host
        return MqttAddress(host, self._port, RELAY_USER, self._password)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Of the child that runs now."""
        return self._process.pid if self._process and self.running else None

    async def start(self, devices: Iterable[MqttAccount]) -> None:
        """Write the files, run Mosquitto and wait until it listens; raises BrokerError."""
        program = find_mosquitto()
        self._take_folder()
        self._port = self._port or free_port(self._host)
        self._write_files(devices)
        started = asyncio.get_running_loop().create_future()
        self._keeper = asyncio.create_task(self._keep(program, started))
        await started

    def devices_changed(self, devices: Iterable[MqttAccount]) -> None:
        """Write passwords and permissions anew and have the broker read them."""
        self._write_accounts(devices)
        if self._process is not None and self.running:
            self._process.send_signal(signal.SIGHUP)

    async def close(self) -> None:
        """End the broker; what it queued is worth nothing, clients resync."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError, BrokerError):
                await self._keeper
        await self._stop()
        if self._held is not None:
            os.close(self._held)
            self._held = None

    async def _keep(self, program: str, started: asyncio.Future[None]) -> None:
        pause = _FIRST_PAUSE_SECONDS
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._process = _spawn(program, self._files / "mosquitto.conf")
            try:
                await self._until_it_listens(self._process)
                if not started.done():
                    started.set_result(None)
                code = await _ended(self._process)
                log.warning("the broker ended (%s); starting it again", _cause(code))
            except BrokerError as error:
                await self._stop()
                if not started.done():
                    started.set_exception(error)
                    return
                log.warning("the broker did not start: %s", error)
            pause = _FIRST_PAUSE_SECONDS if loop.time() - began > _SETTLED_SECONDS else pause
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            self.restarts += 1

    async def _until_it_listens(self, process: subprocess.Popen[bytes]) -> None:
        """Sign in with this run's own password: another program on the port would not know it."""
        for _ in range(int(_LISTENS_WITHIN_SECONDS / _TRY_EVERY_SECONDS)):
            if process.poll() is not None:
                raise BrokerError(self._why_it_ended(process))
            with contextlib.suppress(PublishingError):
                await (await Publisher.connect(self.address)).close()
                return
            await asyncio.sleep(_TRY_EVERY_SECONDS)
        raise BrokerError(f"mosquitto does not listen on {self._host}:{self._port}")

    def _why_it_ended(self, process: subprocess.Popen[bytes]) -> str:
        said = (self._files / "mosquitto.log").read_text(errors="replace").strip().splitlines()
        if any("in use" in line for line in said):
            return f"port {self._port} of the broker is in use; choose another broker_port"
        last = said[-1].split(": ", 1)[-1] if said else f"exit code {process.returncode}"
        return f"mosquitto ended at once: {last}"

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(_ended(process), _STOPS_WITHIN_SECONDS)
        except TimeoutError:
            process.kill()
            process.wait()

    def _take_folder(self) -> None:
        """One server a folder: a second would give the first one's broker its own port and passwords."""
        try:
            self._files.mkdir(parents=True, exist_ok=True)
            self._files.chmod(0o700)
            self._held = os.open(self._files / "in-use", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BrokerError(f"another hall serve works in {self._files.parent}; choose another data_dir") from error
        except OSError as error:
            raise BrokerError(f"cannot use the broker's folder {self._files}: {error.strerror}") from error

    def _write_files(self, devices: Iterable[MqttAccount]) -> None:
        try:
            _write_private(self._files / "mosquitto.conf", configuration(self._host, self._port, self._files))
            self._write_accounts(devices)
        except OSError as error:
            raise BrokerError(f"cannot write the broker's files in {self._files}: {error.strerror}") from error

    def _write_accounts(self, devices: Iterable[MqttAccount]) -> None:
        self.accounts = list(devices)
        _write_private(self._files / "passwords", passwords(self.accounts, self._relay_hash))
        _write_private(self._files / "permissions", permissions(self.accounts))


def _spawn(program: str, config: Path) -> subprocess.Popen[bytes]:
    """Run the broker so that the kernel ends it when this process is gone (prctl PR_SET_PDEATHSIG)."""
    setpriv = shutil.which("setpriv")
    bound_to_us = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    with (config.parent / "mosquitto.log").open("wb") as said:
        return subprocess.Popen(
            [*bound_to_us, program, "-c", str(config)], stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )


async def _ended(process: subprocess.Popen[bytes]) -> int:
    """The exit code, as soon as there is one; a pidfd becomes readable then."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    pidfd = os.pidfd_open(process.pid)
    loop.add_reader(pidfd, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(pidfd)
        os.close(pidfd)
    return process.wait()


def _cause(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port nobody uses at the moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as probe:
        port: int = probe.getsockname()[1]
    return port


def _write_private(path: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner only."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
