"""Is everything installed: Python packages of each part, Debian packages and programs, fonts, the speech engine."""

from __future__ import annotations

import ctypes.util
import importlib
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from hall.doctor.check import Check, Verdict

_PYTHON: Final = (3, 11)
_SBIN: Final = "/usr/local/sbin:/usr/sbin:/sbin"
_EXTRA_NAME: Final = re.compile(r"extra\s*==\s*['\"](\w+)['\"]")
_DISTRIBUTION: Final = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA_OF_PART: Final = {
    "server": ("server",),
    "kiosk": ("apps", "devices"),
    "caller": ("apps",),
    "display": ("apps", "devices"),
}
_QT_PACKAGES: Final = (
    "libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0 libpulse0 libxrandr2"
)


def python() -> Iterator[Check]:
    found = f"{platform.python_version()} in {sys.prefix}"
    if sys.version_info[:2] >= _PYTHON:
        yield Check(Verdict.OK, "Python", found)
    else:
        yield Check(Verdict.FIX, "Python", found, "install Python 3.11 or newer")


def packages(parts: Iterable[str]) -> Iterator[Check]:
    """The distribution's own list of what it needs, for the parts of this machine."""
    extras = {extra for part in parts for extra in _EXTRA_OF_PART[part]}
    try:
        required = importlib.metadata.requires("hallqueue") or []
    except importlib.metadata.PackageNotFoundError:
        yield Check(Verdict.LOOK, "hallqueue", "runs from its source folder", "pip install . puts it in place")
        return
    for extra in ("", *sorted(extras)):
        yield _extra(extra, [line for line in required if _extra_of(line) == extra])


def _extra_of(requirement: str) -> str:
    marker = _EXTRA_NAME.search(requirement)
    return marker[1] if marker else ""


def _extra(extra: str, requirements: list[str]) -> Check:
    names = [match[0] for line in requirements if (match := _DISTRIBUTION.match(line))]
    missing = [name for name in names if _version(name) is None]
    title = f"packages [{extra}]" if extra else "packages"
    if not missing:
        return Check(Verdict.OK, title, f"all {len(names)} installed")
    what = f"hallqueue[{extra}]" if extra else "hallqueue"
    return Check(Verdict.FIX, title, f"missing: {', '.join(missing)}", f"pip install '{what}'")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def broker_program() -> Iterator[Check]:
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path=_SBIN)
    if found:
        yield Check(Verdict.OK, "mosquitto", found)
    else:
        advice = 'apt install mosquitto; or set broker = "mqtt://HOST:PORT" in [server]'
        yield Check(Verdict.FIX, "mosquitto", "not installed", advice)


def qt() -> Iterator[Check]:
    """Qt's wheels bring Qt, not the system libraries under it; importing is the test."""
    try:
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as error:
        if not isinstance(error, ModuleNotFoundError):
            yield Check(Verdict.FIX, "Qt", str(error), f"apt install {_QT_PACKAGES}")
        return
    core = importlib.import_module("PySide6.QtCore")
    yield Check(Verdict.OK, "Qt", str(core.qVersion()))
    if os.environ.get("DISPLAY") and ctypes.util.find_library("xcb-cursor") is None:
        yield Check(Verdict.FIX, "Qt on X11", "libxcb-cursor is missing", "apt install libxcb-cursor0")


def screen() -> Iterator[Check]:
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        if os.environ.get(name):
            yield Check(Verdict.OK, "screen", f"{name}={os.environ[name]}")
            return
    yield Check(Verdict.NOTE, "screen", "no screen in this session; apps need one, hall demo --headless does not")


def fonts() -> Iterator[Check]:
    """The family that screens and slips are drawn with; without it Chinese is boxes."""
    try:
        family = subprocess.run(
            ["fc-match", "-f", "%{family[0]}", "Noto Sans CJK SC:lang=zh-cn"],
            capture_output=True,
            timeout=10,
            check=True,
            text=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        yield Check(Verdict.FIX, "Chinese font", "fontconfig is missing", "apt install fontconfig fonts-noto-cjk")
        return
    if family.startswith("Noto Sans CJK"):
        yield Check(Verdict.OK, "Chinese font", family)
    else:
        yield Check(Verdict.FIX, "Chinese font", f"{family or 'none'} instead", "apt install fonts-noto-cjk")


def speech() -> Iterator[Check]:
    from hardware import registry

    voice = registry.open_voice({"driver": "pyttsx3", "name": "voice"})
    try:
        health = voice.health()
    finally:
        voice.close()
    if health.code == "ok":
        yield Check(Verdict.OK, "speech", "espeak-ng through pyttsx3")
    else:
        yield Check(Verdict.FIX, "speech", health.detail or health.code, "apt install espeak-ng libespeak-ng1")
    if shutil.which("aplay") is None:
        yield Check(Verdict.FIX, "aplay", "not installed", "apt install alsa-utils")
    else:
        yield _sound_card()


def _sound_card() -> Check:
    listed = subprocess.run(["aplay", "-l"], capture_output=True, timeout=10, check=False, text=True).stdout
    cards = [line.split(":", 1)[1].split("[")[0].strip() for line in listed.splitlines() if line.startswith("card ")]
    if cards:
        return Check(Verdict.OK, "sound card", ", ".join(dict.fromkeys(cards)))
    return Check(Verdict.LOOK, "sound card", "none", "a display speaks through one; a sound server may stand in for it")


def cards() -> Iterator[Check]:
    """PC/SC is needed only by smart card readers, so its absence is a note."""
    if Path("/run/pcscd/pcscd.comm").exists():
        yield Check(Verdict.OK, "smart cards", "pcscd is running")
    else:
        yield Check(Verdict.NOTE, "smart cards", "pcscd is not running; only smart card readers need it")
