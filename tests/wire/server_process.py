"""A queue server as a process of its own, to be killed if a test likes."""

from __future__ import annotations

import contextlib
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from live_hall import NO_BROKER

from queueserver.broker import free_port

PATIENCE = 30.0


class ServerProcess:
    """`url` answers until the process is killed."""

    def __init__(self, url: str, process: subprocess.Popen[bytes]) -> None:
        self.url = url
        self._process = process

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self._process.kill()
        self._process.wait(PATIENCE)


@contextlib.contextmanager
def serving(folder: Path, database: str, key: Path) -> Iterator[ServerProcess]:
    """`hall serve` on `database`, with a data folder of its own; several share the key of document numbers."""
    folder.mkdir()
    port = free_port()
    command = [
        sys.executable, "-m", "queueserver", "--data-dir", str(folder), "--port", str(port), "--broker", NO_BROKER,
        "--database", database, "--document-key-file", str(key), "--log-level", "error",
    ]  # fmt: skip
    with (
        (folder / "serve.log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        assert process.stdout is not None
        try:
            ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
            assert ready, (folder / "serve.log").read_text()
            assert process.stdout.readline().startswith(b"listening on"), (folder / "serve.log").read_text()
            yield ServerProcess(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()
