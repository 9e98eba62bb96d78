"""The demo's parts are watched, talked to, and never left behind; tried on real processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from hall.demo import children as children_module
from hall.demo.children import Child, Children, PartDiedError
from hall.demo.door import DoorError, Line
from hall.demo.guard import Guard, StoppedError

WAIT_SECONDS = 20.0

APP = """
import json, sys
print("not for the door", flush=True)
for line in sys.stdin:
    act = json.loads(line)["act"]
    if act == "quit": break
    if act == "die": sys.exit("the glass is broken")
    print(json.dumps({"event": "shown", "number": "A1"}), flush=True)
    print(json.dumps({"act": act, "ok": True}), flush=True)
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def run(work: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            await work

    asyncio.run(bounded())


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def gone(pid: int) -> bool:
    """Whether no process has that id any more; a zombie counts as gone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def until_gone(pid: int) -> bool:
    """Whether the process went within the bound."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not gone(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return gone(pid)


def test_acts_are_answered_news_are_told_and_the_rest_is_logged(tmp_path: Path) -> None:
    heard: list[Line] = []

    async def work() -> None:
        children = Children(tmp_path, lambda _: None)
        child = await children.start("app", python(APP), os.environ, on_line=heard.append)
        assert child.door is not None
        answers = await asyncio.gather(*(child.door.act(act) for act in ("state", "next", "start")))
        assert [answer["act"] for answer in answers] == ["state", "next", "start"]
        await children.stop()
        assert child.process.returncode is not None
        with pytest.raises(DoorError, match="app is gone"):
            await child.door.act("state")

    run(work())
    assert heard == [{"event": "shown", "number": "A1"}] * 3
    assert "not for the door" in (tmp_path / "app.log").read_text(encoding="utf-8")


def test_a_part_that_dies_is_named_with_its_last_words(tmp_path: Path) -> None:
    async def work() -> None:
        children = Children(tmp_path, lambda _: None)
        child = await children.start("display-hall", python(APP), os.environ, on_line=lambda _: None)
        assert child.door is not None
        with pytest.raises(PartDiedError, match=r"display-hall ended with exit code 1.*(?s:.*)the glass is broken"):
            await Guard(children.death, asyncio.Event()).watch(child.door.act("die"))
        await children.stop()

    run(work())


def test_a_part_killed_by_a_signal_is_named(tmp_path: Path) -> None:
    async def work() -> None:
        children = Children(tmp_path, lambda _: None)
        child = await children.start("server", python("import time; time.sleep(60)"), os.environ)
        child.process.send_signal(signal.SIGKILL)
        with pytest.raises(PartDiedError, match="server ended with signal SIGKILL"):
            await children.death
        await children.stop()

    run(work())


def test_a_window_closed_by_hand_is_no_accident(tmp_path: Path) -> None:
    async def work() -> None:
        closed: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        children = Children(tmp_path, closed.set_result)
        child = await children.start("kiosk-1", python("pass"), os.environ, on_line=lambda _: None)
        assert await closed is child
        assert not children.death.done()
        await children.stop()
        children.death.cancel()

    run(work())


def test_a_part_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children_module, "PATIENCE_SECONDS", 0.2)

    async def work() -> None:
        children = Children(tmp_path, lambda _: None)
        child = await children.start("stubborn", python(STUBBORN), os.environ, first_line=True)
        assert await child.first_line() == "up"
        await children.stop()
        assert child.process.returncode == -signal.SIGKILL
        assert children.killed == ["stubborn"]
        children.death.cancel()

    run(work())


def test_a_part_that_does_not_come_up_is_named(tmp_path: Path) -> None:
    async def work() -> None:
        children = Children(tmp_path, lambda _: None)
        child = await children.start(
            "server", python("import sys; sys.exit('port in use')"), os.environ, first_line=True
        )
        with pytest.raises(PartDiedError, match="server"):
            await Guard(children.death, asyncio.Event()).watch(child.first_line())
        await children.stop()

    run(work())


def test_the_guard_stops_when_a_person_wants_the_end() -> None:
    async def work() -> None:
        stop = asyncio.Event()
        death: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        cancelled = asyncio.Event()

        async def long() -> None:
            try:
                await asyncio.sleep(WAIT_SECONDS)
            finally:
                cancelled.set()

        asyncio.get_running_loop().call_soon(stop.set)
        with pytest.raises(StoppedError):
            await Guard(death, stop).watch(long())
        assert cancelled.is_set()
        death.cancel()

    run(work())


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed; parts end with their input then")
def test_no_part_outlives_a_demo_that_is_killed(tmp_path: Path) -> None:
    script = f"""
import asyncio, os, sys
from pathlib import Path
from hall.demo.children import Children
async def main():
    children = Children(Path({str(tmp_path)!r}), lambda _: None)
    child = await children.start("part", [sys.executable, "-c", "import time; time.sleep(60)"], os.environ)
    print(child.process.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    with subprocess.Popen(python(script), stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        pid = int(demo.stdout.readline())
        assert not gone(pid)
        demo.kill()
    assert until_gone(pid)
