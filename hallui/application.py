"""Starts Qt the same way for every app: a screen that exists, a font that has Chinese, an end that is clean."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QSocketNotifier, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QWidget

from hallui.theme import make_font

FONT_PACKAGE = "fonts-noto-cjk"
GEOMETRY = "HALLUI_GEOMETRY"
"""Environment variable with the place of the first window, WIDTHxHEIGHT+X+Y, for several apps on one screen."""


class StartError(Exception):
    """The app cannot show itself; the message is one line for the person who started it."""


def start(name: str) -> QApplication:
    """The process's QApplication with the house font; raises StartError without a screen or a Chinese font."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    _need_screen()
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    geometry = os.environ.get(GEOMETRY)
    app = QApplication([name, "-qwindowgeometry", geometry] if geometry else [name])
    app.setApplicationName(name)
    app.setStyle("Fusion")
    app.setFont(make_font(22))
    if not has_chinese_font():
        raise StartError(f"no font for Chinese is installed: install the Debian package {FONT_PACKAGE}")
    return app


def has_chinese_font() -> bool:
    """Whether Chinese would be drawn as characters and not as boxes."""
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))


def run(app: QApplication) -> int:
    """Qt's loop until a window closes it or SIGTERM or Ctrl-C asks for the end; the exit code."""
    with _quit_on_signals(app):
        return app.exec()


def screenshot(widget: QWidget, path: Path) -> None:
    """What `widget` shows now, as a PNG at `path`, written whole or not at all; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    if not widget.grab().save(str(partial), "PNG"):
        raise OSError(f"cannot write {path}")
    partial.replace(path)


def _need_screen() -> None:
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        raise StartError("there is no screen here: start it in a desktop session, or set QT_QPA_PLATFORM=offscreen")


@contextlib.contextmanager
def _quit_on_signals(app: QApplication) -> Iterator[None]:
    """Python runs signal handlers only between its own instructions; the wake-up socket makes Qt return to it."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: _drain(reader))
    before_fd = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, lambda *_: app.quit()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        notifier.setEnabled(False)
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before_fd)
        reader.close()
        writer.close()


def _drain(reader: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        reader.recv(64)
