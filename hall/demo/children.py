"""Runs the hall's parts as processes of their own, notices when one dies, and leaves none behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hall.demo.door import Door

PATIENCE_SECONDS = 6.0
"""How long a part may take to end after SIGTERM before it is killed."""
FIRST_LINE_SECONDS = 40.0
LAST_LINES = 12
LONGEST_LINE = 1 << 20


class PartDiedError(Exception):
    """A part ended although nobody asked it to; the message says which, how, and what it said last."""


class Child:
    """One running part: its process, its log, and its autopilot door if it has one."""

    def __init__(self, name: str, process: Process, log: Path, door: Door | None) -> None:
        self.name = name
        self.process = process
        self.log = log
        self.door = door
        self._rest: asyncio.Task[None] | None = None
        self.leaving = False
        """Set when the end of the process is what we asked for."""

    async def first_line(self) -> str:
        """What the part says first on standard output, where it listens; raises PartDiedError when nothing comes."""
        stdout = self.process.stdout
        try:
            line = b"" if stdout is None else await asyncio.wait_for(stdout.readline(), FIRST_LINE_SECONDS)
        except TimeoutError:
            line = b""
        if not line:
            raise PartDiedError(f"{self.name} did not come up{self.last_words()}")
        self._rest = asyncio.create_task(self._keep_rest())
        return line.decode("utf-8", "replace").strip()

    async def _keep_rest(self) -> None:
        """A pipe nobody empties would stop the part; what it says goes to its log."""
        with self.log.open("ab") as log:
            while self.process.stdout is not None and (chunk := await self.process.stdout.read(65536)):
                log.write(chunk)
                log.flush()

    def last_words(self) -> str:
        """The end of the log, for the person who must find out why; it begins with the words that lead to it."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        if not lines:
            return ", without a word"
        return f". {self.log} ends with:" + "".join(f"\n    {line}" for line in lines[-LAST_LINES:])

    def ask_to_leave(self) -> None:
        """SIGTERM, and the end of its input."""
        self.leaving = True
        if self.door is not None:
            self.door.close()
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)


class Children:
    """All parts of one demo. `closed_by_hand` is told when a part ends by itself with exit code 0."""

    def __init__(self, logs: Path, closed_by_hand: Callable[[Child], None]) -> None:
        self._logs = logs
        self._closed_by_hand = closed_by_hand
        self._running: list[Child] = []
        self.killed: list[str] = []
        """Parts that did not end when asked to."""
        self._watchers: set[asyncio.Task[None]] = set()
        self._death: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def death(self) -> asyncio.Future[None]:
        """Fails with PartDiedError when the first part dies; never has a result."""
        return self._death

    async def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        on_line: Callable[[dict[str, object]], None] | None = None,
        first_line: bool = False,
    ) -> Child:
        """Start a part; with `on_line` it has an autopilot door, with `first_line` its standard output is left to read.

        Without either, what it says goes to its log.
        """
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name}.log"
        piped = on_line is not None or first_line
        with log.open("ab") as said:
            process = await asyncio.create_subprocess_exec(
                *_bound_to_us(),
                *command,
                stdin=PIPE if on_line is not None else DEVNULL,
                stdout=PIPE if piped else said,
                stderr=said,
                env=environment,
                start_new_session=True,
                limit=LONGEST_LINE,
            )
        child = Child(name, process, log, Door(name, process, log, on_line) if on_line is not None else None)
        self._running.append(child)
        watcher = asyncio.create_task(self._watch(child))
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)
        return child

    async def stop(self) -> None:
        """End all parts: the apps first, then the rest, those started last first. Returns when none is left."""
        await self._end([child for child in self._running if child.door is not None])
        for child in reversed([child for child in self._running if child.door is None]):
            await self._end([child])
        self._running.clear()

    async def _end(self, children: Sequence[Child]) -> None:
        for child in children:
            child.ask_to_leave()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                for child in children:
                    await child.process.wait()
        for child in children:
            if child.process.returncode is None:
                _kill(child.process)
                await child.process.wait()
                self.killed.append(child.name)

    async def _watch(self, child: Child) -> None:
        code = await child.process.wait()
        if child.leaving or self._death.done():
            return
        if code == 0 and child.door is not None:
            child.leaving = True
            self._closed_by_hand(child)
            return
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        self._death.set_exception(PartDiedError(f"{child.name} ended with {how}{child.last_words()}"))


def environment(time_zone: str, *, headless: bool) -> dict[str, str]:
    """What the parts inherit: our environment without settings meant for other halls, on the hall's wall clock."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HALL_")} | {"TZ": time_zone}
    return kept | {"QT_QPA_PLATFORM": "offscreen"} if headless else kept


def _bound_to_us() -> list[str]:
    """The kernel ends the part when we are killed and cannot do it ourselves (prctl PR_SET_PDEATHSIG)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
