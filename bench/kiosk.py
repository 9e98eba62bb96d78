"""The kiosk's figures: how soon it shows itself, what it weighs, and how long from the last touch to the slip."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figures import Figure, middle, percentile
from bench.hall import HALL, RunningHall, free_port, running_hall

TICKETS = 20


def figures(runs: int) -> list[Figure]:
    """Start `runs` kiosks one after another against a real server and a virtual printer on TCP."""
    print("kiosk ...", flush=True)
    with tempfile.TemporaryDirectory() as folder, running_hall(Path(folder)) as hall:
        measured = [_one_kiosk(hall, Path(folder) / f"slips-{run}") for run in range(runs)]
    interpreter = middle([_bare_start() for _ in range(runs)])
    shown, mebibytes, slips = zip(*measured, strict=True)
    return [
        Figure("kiosk: process start to a rendered screen", middle(shown), "s", interpreter, "< 2"),
        Figure("kiosk: resident memory", middle(mebibytes), "MB", None, "< 100"),
        Figure(
            "kiosk: last touch to slip confirmed, p50", middle([percentile(s, 0.5) for s in slips]), "ms", None, "< 300"
        ),
        Figure("kiosk: last touch to slip confirmed, p99", middle([percentile(s, 0.99) for s in slips]), "ms"),
    ]


def _one_kiosk(hall: RunningHall, slips: Path) -> tuple[float, float, list[float]]:
    """(seconds to a rendered screen, MB resident, ms from touch to slip of each ticket)."""
    slips.mkdir()
    port = free_port()
    printer = subprocess.Popen(
        [sys.executable, "-m", "hardware.printers.virtual", "--port", str(port), "--out", str(slips)],
        stdout=subprocess.DEVNULL,
    )
    began = time.monotonic()
    kiosk = subprocess.Popen(
        [sys.executable, "-m", "hall", "kiosk"],
        env=_settings(hall, port),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _ask(kiosk, {"act": "screenshot", "path": str(slips / "first.png")})
        shown = time.monotonic() - began
        _wait_for_the_catalogue(kiosk)
        took = [_ask(kiosk, {"act": "take", "service": "s-a"})["touch_to_slip_ms"] for _ in range(TICKETS)]
        return shown, _resident_megabytes(kiosk.pid), took
    finally:
        for process in (kiosk, printer):
            process.terminate()
            process.wait(10)


def _settings(hall: RunningHall, printer_port: int) -> dict[str, str]:
    device, token = hall.devices[0]
    return {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "HALL_SERVER": hall.url,
        "HALL_HALL": HALL,
        "HALL_DEVICE": device,
        "HALL_TOKEN": token,
        "HALL_BROKER_PORT": str(hall.broker_port),
        "HALL_PRINTER": json.dumps({"driver": "escpos-tcp", "host": "127.0.0.1", "port": printer_port}),
        "HALL_SIZE": "1920x1080",
        "HALL_AUTOPILOT": "-",
    }


def _ask(kiosk: subprocess.Popen[str], act: dict[str, Any]) -> dict[str, Any]:
    if kiosk.stdin is None or kiosk.stdout is None:
        raise RuntimeError("the kiosk has no door")
    kiosk.stdin.write(json.dumps(act) + "\n")
    kiosk.stdin.flush()
    while line := kiosk.stdout.readline():
        answer: dict[str, Any] = json.loads(line)
        if answer.get("act") == act["act"]:
            if not answer["ok"]:
                raise RuntimeError(f"the kiosk answered {answer}")
            return answer
    raise RuntimeError("the kiosk ended")


def _wait_for_the_catalogue(kiosk: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        state = _ask(kiosk, {"act": "state"})
        if state["catalogue"] and state["printer"] == "ok":
            return
        time.sleep(0.1)
    raise RuntimeError(f"the kiosk was not ready within 20 s: {state}")


def _resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    kibibytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return round(kibibytes * 1024 / 1e6, 1)


def _bare_start() -> float:
    """Seconds in which this machine starts Python, imports Qt's widgets and paints an empty window."""
    program = (
        "from PySide6.QtWidgets import QApplication, QWidget\n"
        "app = QApplication([])\n"
        "w = QWidget(); w.resize(1920, 1080); w.show(); app.processEvents(); w.grab()\n"
    )
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", program], env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, check=True)
    return time.monotonic() - began
