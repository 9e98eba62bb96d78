"""What every driver must be able to do, asked of one driver: for whoever writes one, and for ours.

No device has to be there: a driver whose device is switched off must hold all of it as well. Each claim is one line of
`hall devices conform KIND --driver NAME`; the same list is a test for a driver's own package:

    from hardware.conformance import failures
    assert not failures("scanner", {"driver": "acme", "port": "/dev/null"})
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hardware import options, registry
from hardware.errors import DeviceError, OptionError
from hardware.ports import Health

OPEN_SECONDS: Final = 1.0
HEALTH_SECONDS: Final = 3.0
CLOSE_SECONDS: Final = 5.0
ROUNDS: Final = 10
_WATCHERS: Final = frozenset({"cardreader", "scanner", "callpad"})
"""Kinds whose devices speak by themselves."""
_NO_SETTING: Final = "no_such_setting_of_any_driver"


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing a driver must hold; `trouble` is empty when it does."""

    words: str
    trouble: str = ""

    @property
    def holds(self) -> bool:
        return not self.trouble


def claims(kind: str, settings: Mapping[str, object]) -> Iterator[Claim]:
    """Every claim in turn; options or an opening that fail end it, because the rest would only say so again."""
    yield from (first := list(_about_options(kind, settings)))
    if not all(claim.holds for claim in first):
        return
    threads, descriptors = set(threading.enumerate()), _descriptors()
    opening = _tried("opens at once, whether or not the device is there", lambda: _opens(kind, settings))
    yield opening
    if not opening.holds:
        return
    yield _tried("tells its health in time, and never raises", lambda: _tells_health(kind, settings))
    if kind in _WATCHERS:
        yield _tried("calls back on a thread of its own, and starts once", lambda: _watches(kind, settings))
    yield _tried("closes in time, twice without harm, also before it was ever used", lambda: _closes(kind, settings))
    yield _tried(f"leaves nothing behind after {ROUNDS} rounds", lambda: _leaves(kind, settings, threads, descriptors))


def failures(kind: str, settings: Mapping[str, object]) -> list[Claim]:
    """The claims that do not hold."""
    return [claim for claim in claims(kind, settings) if not claim.holds]


def _about_options(kind: str, settings: Mapping[str, object]) -> Iterator[Claim]:
    yield _tried("takes these settings", lambda: registry.check(kind, settings))
    yield _tried("refuses a setting it does not know, by its name", lambda: _refuses(kind, settings))
    yield _tried("has frozen options, each with a line of help", lambda: _explains(kind, settings))


def _tried(words: str, trial: Callable[[], object]) -> Claim:
    try:
        trial()
    except _FailedError as fault:
        return Claim(words, str(fault))
    except DeviceError as fault:
        return Claim(words, fault.detail)
    except Exception as fault:  # noqa: BLE001 - whatever a foreign driver raises is its answer
        return Claim(words, f"{type(fault).__name__}: {fault}")
    return Claim(words)


class _FailedError(Exception):
    """The driver did otherwise."""


def _refuses(kind: str, settings: Mapping[str, object]) -> None:
    try:
        registry.check(kind, {**settings, _NO_SETTING: 1})
    except OptionError as refused:
        if refused.setting != _NO_SETTING:
            raise _FailedError(f"names {refused.setting!r} instead") from refused
    else:
        raise _FailedError("takes it")


def _explains(kind: str, settings: Mapping[str, object]) -> None:
    driver, _ = registry.resolve(kind, settings)
    if not dataclasses.is_dataclass(driver.options) or not driver.options.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        raise _FailedError("its options are not a frozen dataclass")
    silent = [info.name for info in options.describe(driver.options) if not info.doc]
    if silent:
        raise _FailedError(f"no help for {', '.join(silent)}")


def _opens(kind: str, settings: Mapping[str, object]) -> None:
    device, seconds = _timed(lambda: _opened(kind, settings))
    device.close()
    if seconds > OPEN_SECONDS:
        raise _FailedError(f"took {seconds:.1f} s; at most {OPEN_SECONDS:g} s, the device is waited for later")


def _tells_health(kind: str, settings: Mapping[str, object]) -> None:
    device = _opened(kind, settings)
    try:
        health, seconds = _timed(device.health)
    finally:
        device.close()
    if not isinstance(health, Health):
        raise _FailedError(f"health() answers {type(health).__name__}, not Health")
    if seconds > HEALTH_SECONDS:
        raise _FailedError(f"took {seconds:.1f} s; at most {HEALTH_SECONDS:g} s")


def _watches(kind: str, settings: Mapping[str, object]) -> None:
    device = _opened(kind, settings)
    heard_on: list[threading.Thread] = []
    heard = threading.Event()

    def on_fault(_: Health) -> None:
        heard_on.append(threading.current_thread())
        heard.set()

    try:
        device.start(lambda _: None, on_fault)
        try:
            device.start(lambda _: None, on_fault)
        except DeviceError:
            pass
        else:
            raise _FailedError("starts twice")
        if not heard.wait(HEALTH_SECONDS):
            raise _FailedError("tells nobody how the device is within 3 s of the start")
    finally:
        device.close()
    if threading.current_thread() in heard_on:
        raise _FailedError("calls back on the thread that started it")


def _closes(kind: str, settings: Mapping[str, object]) -> None:
    device = _opened(kind, settings)
    _, seconds = _timed(device.close)
    device.close()
    if seconds > CLOSE_SECONDS:
        raise _FailedError(f"took {seconds:.1f} s; at most {CLOSE_SECONDS:g} s")


def _leaves(kind: str, settings: Mapping[str, object], threads: set[threading.Thread], descriptors: int) -> None:
    """A library may keep a descriptor or two for all its devices; what grows with each round leaks."""
    for _ in range(ROUNDS):
        device = _opened(kind, settings)
        try:
            if kind in _WATCHERS:
                device.start(lambda _: None, lambda _: None)
            device.health()
        finally:
            device.close()
    left = [thread.name for thread in set(threading.enumerate()) - threads if thread.is_alive()]
    if left:
        raise _FailedError(f"threads: {', '.join(sorted(left))}")
    more = _descriptors() - descriptors
    if more >= ROUNDS:
        raise _FailedError(f"{more} open files or sockets")


def _opened(kind: str, settings: Mapping[str, object]) -> Any:
    """The driver's own device: a stand-in would hold everything for it."""
    driver, checked = registry.resolve(kind, settings)
    return driver.open("conformance", checked)


def _timed(act: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.monotonic()
    return act(), time.monotonic() - begin


def _descriptors() -> int:
    own = Path("/proc/self/fd")
    return sum(1 for _ in own.iterdir()) if own.is_dir() else 0
