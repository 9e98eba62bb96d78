"""A door for rehearsals: JSON lines on an input become the very acts a touch would make, answers are JSON lines out.

Line in: {"act": "...", ...}. Line out: the answer with "act" in it, {"ok": true, ...} or {"ok": false, "code": "..."}.
Acts are done one after another; the next line is read when the last is answered. No Qt here.
"""

from __future__ import annotations

import json
import logging
import os
import select
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from hallui.work import Post

log = logging.getLogger(__name__)

Arguments = Mapping[str, object]
Answer = Callable[[Mapping[str, object]], None]
Act = Callable[[Arguments, Answer], None]
"""Does the act on the UI thread and answers once, then or later."""

STDIN = "-"


class Autopilot:
    """Reads acts from `source` ("-" = standard input, or a file's path) and writes answers to `sink`.

    `on_end` runs on the UI thread when standard input ends: whoever drove the app is gone. A file's end changes
    nothing, the app goes on by hand.
    """

    def __init__(
        self, source: str, sink: TextIO, *, post: Post, acts: Mapping[str, Act], on_end: Callable[[], None]
    ) -> None:
        self._source = source
        self._sink = sink
        self._post = post
        self._acts = acts
        self._on_end = on_end
        self._writing = threading.Lock()
        self._answered = threading.Event()
        self._closed = threading.Event()
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._read, name="autopilot", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def say(self, line: Mapping[str, object]) -> None:
        """Write one line unasked, from any thread."""
        with self._writing:
            try:
                self._sink.write(json.dumps(dict(line), ensure_ascii=False, default=str) + "\n")
                self._sink.flush()
            except (OSError, ValueError) as error:
                log.debug("nobody reads the autopilot's answers: %s", error)

    def close(self) -> None:
        """Stop reading and join the thread."""
        self._closed.set()
        self._answered.set()
        os.write(self._wake_write, b"x")
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(5.0)
        os.close(self._wake_read)
        os.close(self._wake_write)

    # -- the reading thread

    def _read(self) -> None:
        # Plain file descriptors: a daemon thread inside sys.stdin's buffer would hang the interpreter's exit.
        descriptor = 0 if self._source == STDIN else os.open(Path(self._source), os.O_RDONLY)
        try:
            self._read_lines(descriptor)
        finally:
            if descriptor:
                os.close(descriptor)
        if self._source == STDIN and not self._closed.is_set():
            self._post(self._on_end)

    def _read_lines(self, descriptor: int) -> None:
        waiting = b""
        while not self._closed.is_set():
            ready, _, _ = select.select([descriptor, self._wake_read], [], [])
            if self._wake_read in ready:
                return
            chunk = os.read(descriptor, 65536)
            if not chunk:
                self._perform(waiting)
                return
            *lines, waiting = (waiting + chunk).split(b"\n")
            for line in lines:
                self._perform(line)

    def _perform(self, line: bytes) -> None:
        if not line.strip() or self._closed.is_set():
            return
        try:
            request = json.loads(line)
        except ValueError as error:
            self.say({"ok": False, "code": "malformed", "detail": str(error)})
            return
        if not isinstance(request, dict) or request.get("act") not in self._acts:
            name = request.get("act") if isinstance(request, dict) else None
            self.say({"act": name, "ok": False, "code": "unknown_act"})
            return
        name = str(request["act"])
        self._answered.clear()
        self._post(lambda: self._run(name, request))
        self._answered.wait()

    # -- the UI thread

    def _run(self, name: str, request: Arguments) -> None:
        def answer(reply: Mapping[str, object]) -> None:
            self.say({"act": name, **reply})
            self._answered.set()

        try:
            self._acts[name](request, answer)
        except Exception as error:
            # A failed act is an answer; the app it drives goes on.
            log.warning("autopilot act %s failed", name, exc_info=error)
            answer({"ok": False, "code": "failed", "detail": f"{type(error).__name__}: {error}"})
