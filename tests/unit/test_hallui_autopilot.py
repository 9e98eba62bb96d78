"""The rehearsal door: lines in, acts on the app's own thread, lines out; nothing hangs and nothing breaks the app."""

from __future__ import annotations

import io
import json
import os
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hallui.autopilot import Act, Answer, Arguments, Autopilot


class Sink(io.StringIO):
    """Where answers go; `next` waits for a line."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: queue.Queue[dict[str, object]] = queue.Queue()

    def write(self, text: str) -> int:
        self._lines.put(json.loads(text))
        return len(text)

    def next(self) -> dict[str, object]:
        return self._lines.get(timeout=10)


@pytest.fixture
def acts() -> dict[str, Act]:
    def fail(_: Arguments, __: Answer) -> None:
        raise RuntimeError("no")

    return {"echo": lambda arguments, answer: answer({"ok": True, "said": arguments.get("say")}), "fail": fail}


@pytest.fixture
def pilot(tmp_path: Path, acts: dict[str, Act]) -> Iterator[tuple[int, Sink]]:
    """An autopilot that reads a named pipe, so that lines can come in pieces."""
    pipe = tmp_path / "acts"
    os.mkfifo(pipe)
    sink = Sink()
    writer = os.open(pipe, os.O_RDWR)
    made = Autopilot(str(pipe), sink, post=_at_once, acts=acts, on_end=lambda: None)
    made.start()
    yield writer, sink
    made.close()
    os.close(writer)
    assert not [thread for thread in threading.enumerate() if thread.name == "autopilot"]


def _at_once(action: Callable[[], None]) -> None:
    action()


def test_acts_are_answered_in_order_even_in_pieces(pilot: tuple[int, Sink]) -> None:
    writer, sink = pilot
    os.write(writer, b'{"act":"echo","say":"\xe5\x8f')
    os.write(writer, b'\x96"}\n\n{"act":"echo","say":2}\n')
    assert sink.next() == {"act": "echo", "ok": True, "said": "取"}
    assert sink.next() == {"act": "echo", "ok": True, "said": 2}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"not json\n", "malformed"),
        (b"[1]\n", "unknown_act"),
        (b'{"act":"dance"}\n', "unknown_act"),
        (b'{"act":"fail"}\n', "failed"),
    ],
)
def test_what_goes_wrong_is_an_answer(pilot: tuple[int, Sink], line: bytes, code: str) -> None:
    writer, sink = pilot
    os.write(writer, line)
    answer = sink.next()
    assert (answer["ok"], answer["code"]) == (False, code)
    os.write(writer, b'{"act":"echo"}\n')
    assert sink.next()["ok"] is True


def test_the_next_act_waits_for_the_answer_of_the_last(tmp_path: Path) -> None:
    source = tmp_path / "acts.jsonl"
    source.write_text('{"act":"slow"}\n{"act":"slow"}\n', encoding="utf-8")
    sink, pending = Sink(), queue.Queue[Answer]()
    made = Autopilot(
        str(source), sink, post=_at_once, acts={"slow": lambda _, answer: pending.put(answer)}, on_end=lambda: None
    )
    made.start()
    first = pending.get(timeout=10)
    assert pending.empty()
    first({"ok": True})
    pending.get(timeout=10)({"ok": True})
    assert (sink.next(), sink.next()) == ({"act": "slow", "ok": True}, {"act": "slow", "ok": True})
    made.close()


def test_closing_does_not_wait_for_an_act_that_never_answers(tmp_path: Path) -> None:
    source = tmp_path / "acts.jsonl"
    source.write_text('{"act":"never"}\n', encoding="utf-8")
    begun = threading.Event()
    made = Autopilot(str(source), Sink(), post=_at_once, acts={"never": lambda *_: begun.set()}, on_end=lambda: None)
    made.start()
    assert begun.wait(10)
    made.close()


def test_the_end_of_standard_input_ends_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    kept = os.dup(0)
    os.dup2(reader, 0)
    try:
        ended = threading.Event()
        made = Autopilot("-", Sink(), post=_at_once, acts={}, on_end=ended.set)
        made.start()
        os.close(writer)
        assert ended.wait(10)
        made.close()
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(reader)


def test_a_reader_that_has_gone_does_not_stop_the_app(tmp_path: Path) -> None:
    sink = io.StringIO()
    sink.close()
    source = tmp_path / "nothing"
    source.touch()
    made = Autopilot(str(source), sink, post=_at_once, acts={}, on_end=lambda: None)
    made.say({"event": "shown"})
    made.start()
    made.close()
