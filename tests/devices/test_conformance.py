"""Every driver of ours conforms, the template for others does, and a driver that does not is told why."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hall.__main__ import main
from hardware import registry
from hardware.conformance import claims, failures
from hardware.errors import DeviceError
from hardware.options import option
from hardware.ports import HEALTHY, Health
from hardware.registry import Driver

TEMPLATE = Path("docs/driver-template")
SLOW_TO_PROVE = {"voice.pyttsx3", "voice.clips"}
"""Each round starts and ends the speech engine."""


@dataclass(frozen=True, slots=True)
class Options:
    """Of a foreign scanner."""

    port: str = option("x", doc="port")


class Good:
    """A scanner that has nothing to say but does it properly."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def start(self, on_scan: Callable[[str], None], on_fault: Callable[[Health], None]) -> None:
        if self._thread is not None:
            raise DeviceError("started already")

        def watch() -> None:
            on_fault(HEALTHY)
            self._closing.wait()

        self._thread = threading.Thread(target=watch, name="good")
        self._thread.start()

    def health(self) -> Health:
        return HEALTHY

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join()


class Slow(Good):
    def __init__(self) -> None:
        super().__init__()
        time.sleep(1.1)  # the defect itself


class Raises(Good):
    def health(self) -> Health:
        raise OSError("no such port")


class Twice(Good):
    def start(self, on_scan: Callable[[str], None], on_fault: Callable[[Health], None]) -> None:
        on_fault(HEALTHY)


class Once(Good):
    def close(self) -> None:
        if self._closing.is_set():
            raise ValueError("closed already")
        super().close()


class Leaks(Good):
    def __init__(self) -> None:
        super().__init__()
        self.kept = Path("/dev/null").open()  # noqa: SIM115


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def install(opened: Callable[[str, Any], Any], options: type[Any] = Options) -> None:
        module = ModuleType("foreign_driver")
        module.DRIVER = Driver(options, opened)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "foreign_driver", module)
        entry = EntryPoint("scanner.foreign", "foreign_driver:DRIVER", registry.GROUP)
        monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints([entry]))

    return install


@pytest.mark.parametrize("key", [key for key in registry.BUILT_IN if key not in SLOW_TO_PROVE])
def test_every_driver_of_ours_conforms(key: str) -> None:
    kind, _, name = key.partition(".")
    assert failures(kind, {"driver": name}) == []


def test_a_proper_driver_of_others_conforms(installed: Callable[..., None]) -> None:
    installed(lambda name, options: Good())
    assert failures("scanner", {"driver": "foreign"}) == []


@pytest.mark.parametrize(
    ("made", "about", "trouble"),
    [
        (Slow, "opens at once", "took 1."),
        (Raises, "tells its health", "OSError: no such port"),
        (Twice, "calls back on a thread of its own", "starts twice"),
        (Once, "closes in time", "ValueError: closed already"),
    ],
)
def test_what_a_driver_does_wrong_is_said(
    installed: Callable[..., None], made: Callable[[], Good], about: str, trouble: str
) -> None:
    installed(lambda name, options: made())
    found = failures("scanner", {"driver": "foreign"})
    assert any(claim.words.startswith(about) and trouble in claim.trouble for claim in found), found


def test_open_files_that_grow_with_each_round_are_noticed(installed: Callable[..., None]) -> None:
    made: list[Leaks] = []

    def opened(name: str, options: Options) -> Leaks:
        made.append(Leaks())
        return made[-1]

    installed(opened)
    found = failures("scanner", {"driver": "foreign"})
    assert [claim.words.split(" after")[0] for claim in found] == ["leaves nothing behind"]
    for one in made:
        one.kept.close()


def test_options_without_help_are_noticed(installed: Callable[..., None]) -> None:
    @dataclass
    class Silent:
        port: str = option("x", doc="")

    installed(lambda name, options: Good(), Silent)
    assert [claim.trouble for claim in failures("scanner", {"driver": "foreign"})] == [
        "its options are not a frozen dataclass"
    ]


def test_the_template_for_others_conforms_and_reads_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("hallqueue_acme", TEMPLATE / "hallqueue_acme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "hallqueue_acme", module)
    spec.loader.exec_module(module)
    entry = EntryPoint("scanner.acme", "hallqueue_acme:DRIVER", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints([entry]))
    assert failures("scanner", {"driver": "acme", "port": "/dev/no-such-port"}) == []
    codec = module.Codec()
    assert codec.feed(b"A0") + codec.feed(b"12; ;B") + codec.feed(b"7;") == ["A012", "B7"]


def test_the_command_tells_each_claim(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "conform", "scanner", "--driver", "virtual"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(list(claims("scanner", {"driver": "virtual"})))
    assert all(line.startswith("ok") for line in lines)
    assert main(["devices", "conform", "scanner", "--driver", "serial", "-o", "baud=fast"]) == 1
    assert "FAIL  takes these settings: baud" in capsys.readouterr().out
