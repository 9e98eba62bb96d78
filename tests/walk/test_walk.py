"""One walk from touch to loudspeaker: what `hall demo` leaves, with real processes, HTTP, MQTT, ESC/POS and sound."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from hardware.slip import Slip, Text, rasterise
from kiosk.slips import PRINTABLE_MM

VISITORS = 4
SCREENS = (
    *(f"kiosk-1-{page}.png" for page in ("start", "departments", "services", "confirm", "result")),
    *("caller-sign-in.png", "caller-panel.png", "caller-bar.png"),
    *("display-hall.png", "display-east.png"),
)
DOTS = 576


@dataclass(frozen=True)
class Walk:
    """What the demo left, and what it said."""

    out: Path
    summary: dict[str, Any]
    events: list[dict[str, Any]]
    said: str

    def numbers(self, *kinds: str) -> list[str]:
        return [event["data"]["number"] for event in self.events if event["type"] in kinds]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    out = tmp_path_factory.mktemp("walk")
    command = [sys.executable, "-m", "hall", "demo", "--headless", "--out", str(out), "--visitors", str(VISITORS)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HALL_", "QT_"))}
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in (out / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return Walk(out, summary, events, done.stderr)


def test_the_counts_are_those_of_the_feed(walk: Walk) -> None:
    summary = walk.summary
    assert summary["tickets_issued"] == len(walk.numbers("ticket.issued")) == VISITORS
    assert summary["calls"] == len(walk.numbers("ticket.called"))
    assert summary["finished"] == len(walk.numbers("ticket.finished"))
    assert summary["no_shows"] == len(walk.numbers("ticket.missed"))
    assert summary["events"] == len(walk.events)
    assert summary["waiting_at_end"] == summary["seq_gaps"] == summary["duplicates"] == 0
    assert [event["sequence"] for event in walk.events] == list(range(1, len(walk.events) + 1))
    assert all(check["ok"] for check in summary["checks"])
    for spread in (summary["touch_to_slip"], summary["call_to_screen"]):
        assert 0 < spread["p50"] <= spread["p99"]


def test_somebody_with_two_matters_goes_on_with_the_same_number(walk: Walk) -> None:
    goes_on = set(walk.numbers("ticket.continued"))
    assert goes_on <= set(walk.numbers("ticket.issued"))
    assert goes_on, "nobody came with two matters"
    assert all(walk.numbers("ticket.finished").count(number) == 2 for number in goes_on)


def test_every_visitor_has_a_slip_with_the_number_of_the_event(walk: Walk) -> None:
    slips = sorted((walk.out / "slips").glob("*.png"))
    assert sorted(path.stem.rpartition("-")[2] for path in slips) == sorted(walk.numbers("ticket.printed"))
    for path in slips:
        assert _shows(path, path.stem.rpartition("-")[2]), path.name
        others = set(walk.numbers("ticket.issued")) - {path.stem.rpartition("-")[2]}
        assert not any(_shows(path, number) for number in others), path.name


def test_every_slip_leads_to_a_page_of_its_own(walk: Walk) -> None:
    pages = []
    for path in sorted((walk.out / "slips").glob("*.png")):
        with Image.open(path) as picture:
            codes = zxingcpp.read_barcodes(picture.convert("L"))
        assert len(codes) == 1, path.name
        pages.append(codes[0].text)
    assert all(page.startswith("http://127.0.0.1:") and "/t/" in page for page in pages)
    assert len(set(pages)) == len(pages)


def test_every_call_is_spoken_with_its_number(walk: Walk) -> None:
    sounds = sorted((walk.out / "announcements").glob("*.wav"))
    spoken = {path.stem.rpartition("-")[2] for path in sounds}
    assert set(walk.numbers("ticket.called")) <= spoken
    for path in sounds:
        loud = _loudness(path)
        assert loud[:4].max() > 0.02, f"{path.name} begins without a chime"
        assert (loud[10:] > 0.02).sum() > 10, f"{path.name} has no second of speech"


def test_the_screens_are_there_to_look_at(walk: Walk) -> None:
    for name in SCREENS:
        with Image.open(walk.out / "screens" / name) as picture:
            assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 20, f"{name} is empty"


def test_the_log_says_nothing_unexpected(walk: Walk) -> None:
    assert "Traceback" not in walk.said
    for log in (walk.out / "logs").glob("*.log"):
        assert "Traceback" not in log.read_text(encoding="utf-8"), log.name


def _shows(path: Path, number: str) -> bool:
    """Whether the printed picture holds this number, dot for dot as the slip's type draws it."""
    wanted = np.asarray(rasterise(Slip("number", (Text(number, PRINTABLE_MM[80] / 4, bold=True),)), DOTS, 203)) == 0
    rows = np.flatnonzero(wanted.any(axis=1))
    wanted = wanted[rows[0] : rows[-1] + 1]
    with Image.open(path) as picture:
        printed = np.asarray(picture.convert("1")) == 0
    height = wanted.shape[0]
    return any(np.array_equal(printed[top : top + height], wanted) for top in range(printed.shape[0] - height + 1))


def _loudness(path: Path) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Root mean square of each tenth of a second, 1 = full scale."""
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        step = sound.getframerate() // 10
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2") / 32768
    whole = samples[: len(samples) // step * step].reshape(-1, step)
    return np.asarray(np.sqrt((whole**2).mean(axis=1)))
