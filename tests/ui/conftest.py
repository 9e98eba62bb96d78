"""Qt without a screen for every app's tests, and a failure for any word Qt itself complains with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QtMsgType, qInstallMessageHandler  # the platform must be chosen first
from PySide6.QtWidgets import QApplication, QWidget

from hallui.application import screenshot, start
from hallui.bridge import Bridge
from hallui.scheduler import ManualScheduler

_HARMLESS = ("This plugin does not support",)
"""What the offscreen platform says about itself (no raise(), no propagateSizeHints()) is no defect of ours."""


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["hall-test"]


@pytest.fixture(scope="session")
def qapp(qapp_args: list[str]) -> QApplication:
    """The application as every app starts it: house font, house style; a missing Chinese font fails here, clearly."""
    return start(qapp_args[0])


@pytest.fixture(autouse=True)
def qt_is_content() -> Iterator[None]:
    """Any warning of Qt during a test fails it: most of them are real defects nobody would otherwise see."""
    said: list[str] = []

    def listen(kind: QtMsgType, _: object, text: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not text.startswith(_HARMLESS):
            said.append(text)

    before = qInstallMessageHandler(listen)
    yield
    qInstallMessageHandler(before)
    assert not said, said


@pytest.fixture
def manual() -> ManualScheduler:
    """Time that passes only when a test says so."""
    return ManualScheduler()


@pytest.fixture
def bridge(qapp: object) -> Iterator[Bridge]:
    """Posts onto the UI thread; closed at the end so that nothing reaches a dead widget."""
    made = Bridge()
    yield made
    made.close()


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[QWidget, str], Path]:
    """Writes what a widget shows to a PNG and returns its path; HALL_PICTURES=DIR keeps them for a look."""

    def write(widget: QWidget, name: str) -> Path:
        path = Path(os.environ.get("HALL_PICTURES", tmp_path)) / f"{name}.png"
        screenshot(widget, path)
        return path

    return write
