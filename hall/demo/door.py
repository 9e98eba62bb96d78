"""Talks to one app through its autopilot: acts go in as JSON lines, answers and unasked news come out as lines."""

from __future__ import annotations

import asyncio
import contextlib
import json
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path

Line = dict[str, object]

LOOK_SECONDS = 0.1
ANSWER_SECONDS = 45.0
"""A busy machine starts seven apps at once; none may need longer for anything."""


class DoorError(Exception):
    """The app did not answer; the message is one line."""


class Door:
    """The autopilot of one app. Acts wait for each other; `on_line` gets the lines that answer no act."""

    def __init__(self, name: str, process: Process, log: Path, on_line: Callable[[Line], None]) -> None:
        self.name = name
        self._process = process
        self._log = log
        self._on_line = on_line
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[Line] | None = None
        self._late = 0
        self._reader = asyncio.create_task(self._read())

    @property
    def gone(self) -> bool:
        """Whether the app has ended."""
        return self._reader.done()

    async def act(self, name: str, **arguments: object) -> Line:
        """Do one act and return its answer; raises DoorError when the app is gone or silent for too long."""
        async with self._turn:
            stdin = self._process.stdin
            if stdin is None or self._reader.done():
                raise DoorError(f"{self.name} is gone")
            self._answer = asyncio.get_running_loop().create_future()
            try:
                stdin.write(json.dumps({"act": name, **arguments}, ensure_ascii=False).encode() + b"\n")
                await stdin.drain()
                return await asyncio.wait_for(self._answer, ANSWER_SECONDS)
            except TimeoutError:
                self._late += 1
                raise DoorError(f"{self.name} did not answer {name!r} within {ANSWER_SECONDS:.0f} s") from None
            except (ConnectionError, RuntimeError):
                raise DoorError(f"{self.name} is gone") from None
            finally:
                self._answer = None

    async def until(self, settled: Callable[[Line], bool], seconds: float) -> Line:
        """The first "state" answer that has `settled`; raises TimeoutError after `seconds`, and DoorError."""
        async with asyncio.timeout(seconds):
            while not settled(state := await self.act("state")):  # noqa: ASYNC110 - apps answer, they do not tell
                await asyncio.sleep(LOOK_SECONDS)
            return state

    def close(self) -> None:
        """End the app's input."""
        if self._process.stdin is not None:
            with contextlib.suppress(RuntimeError, OSError):
                self._process.stdin.close()

    async def _read(self) -> None:
        stdout = self._process.stdout
        if stdout is None:
            return
        with self._log.open("ab") as log:
            while raw := await stdout.readline():
                try:
                    line = json.loads(raw)
                except ValueError:
                    line = None
                if not isinstance(line, dict):
                    log.write(raw)
                    log.flush()
                    continue
                self._take(line)
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError())

    def _take(self, line: Line) -> None:
        if "event" in line:
            self._on_line(line)
        elif self._late:
            self._late -= 1
        elif self._answer is not None and not self._answer.done():
            self._answer.set_result(line)
