"""The server's figures: issuing, calling, and a call's way to a display."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import httpx

from bench.figures import percentile
from bench.hall import HALL, QUEUES, WINDOWS, RunningHall

PREFIX = f"/api/v1/halls/{HALL}"


def load(port: int, token: str, lanes: list[list[dict[str, Any]]], seconds: float, pause: float = 0) -> dict[str, Any]:
    """Run the load generator; see bench.load."""
    whole = "call-next" in lanes[0][0]["path"]
    order = {"port": port, "token": token, "lanes": lanes, "seconds": seconds, "pause": pause, "whole": whole}
    run = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(order), stdout=subprocess.PIPE, text=True, check=True
    )
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def issue_lanes(connections: int) -> list[list[dict[str, Any]]]:
    """Each connection takes tickets of every service in turn, beginning at another one."""
    services = [f"s-{q.lower()}" for q in QUEUES]
    turns = [services[n % len(services) :] + services[: n % len(services)] for n in range(connections)]
    return [[{"path": f"{PREFIX}/tickets", "body": {"service": name}} for name in turn] for turn in turns]


def window_lanes(windows: int = WINDOWS) -> list[list[dict[str, Any]]]:
    """Each window calls, starts and finishes, round and round."""
    acts = ("call-next", "start", "finish")
    return [[{"path": f"{PREFIX}/windows/w{n}/{act}", "body": {}} for act in acts] for n in range(1, windows + 1)]


def issuing(hall: RunningHall, seconds: float) -> tuple[float, float]:
    """(tickets a second, p99 in ms) at 32 connections."""
    return _rate(load(hall.port, hall.token, issue_lanes(32), seconds), "tickets", 201)


def calling(hall: RunningHall, seconds: float) -> tuple[float, float, float]:
    """(window commands a second, calls a second, p99 of call-next in ms) at 16 windows."""
    answer = load(hall.port, hall.token, window_lanes(), seconds)
    _all_well(answer, 200)
    commands = sum(len(samples) for samples in answer["samples"].values())
    calls = [took for _, took in answer["samples"]["call-next"]]
    return commands / answer["seconds"], len(calls) / answer["seconds"], percentile(calls, 0.99)


def call_to_display(hall: RunningHall, seconds: float) -> tuple[float, float]:
    """(p50, p99) in ms from sending call-next until one display process has the event; 50 devices are subscribed."""
    crowd = _devices(hall, "crowd", hall.devices[1:50])
    display = _devices(hall, "display", hall.devices[:1])
    answer = load(hall.port, hall.token, window_lanes(1), seconds, pause=0.015)
    _all_well(answer, 200)
    sent = [began for began, _ in answer["samples"]["call-next"]]
    heard = [float(_line(display).split()[1]) for _ in sent]
    for devices in (display, crowd):
        devices.communicate(timeout=20)
    took = [(arrived - began) * 1000 for began, arrived in zip(sent, heard, strict=True)]
    return percentile(took, 0.5), percentile(took, 0.99)


def _devices(hall: RunningHall, role: str, devices: list[tuple[str, str]]) -> subprocess.Popen[str]:
    order = {"http": hall.url, "hall": HALL, "host": "127.0.0.1", "port": hall.broker_port, "devices": devices}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.devices", role, json.dumps(order)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if _line(process) != "ready":
        raise RuntimeError(f"the {role} of devices hears nothing")
    return process


def _line(process: subprocess.Popen[str]) -> str:
    return process.stdout.readline().strip() if process.stdout else ""


def open_windows(hall: RunningHall) -> None:
    """Each window by an actor of its own."""
    for number in range(1, WINDOWS + 1):
        answer = httpx.post(
            f"{hall.url}{PREFIX}/windows/w{number}/open",
            json={},
            headers={"Authorization": f"Bearer {hall.devices[number][1]}", "Idempotency-Key": f"open-window-{number}"},
            trust_env=False,
        )
        answer.raise_for_status()


def _rate(answer: dict[str, Any], name: str, status: int) -> tuple[float, float]:
    _all_well(answer, status)
    took = [ms for _, ms in answer["samples"][name]]
    return len(took) / answer["seconds"], percentile(took, 0.99)


def _all_well(answer: dict[str, Any], status: int) -> None:
    others = {code: count for code, count in answer["statuses"].items() if int(code) != status}
    if others:
        raise RuntimeError(f"unexpected answers: {others}")


def bare(port: int, seconds: float) -> tuple[float, float]:
    """(requests a second, p99 in ms) of the HTTP stack alone under the same load generator."""
    return _rate(load(port, "", issue_lanes(32), seconds), "tickets", 201)
