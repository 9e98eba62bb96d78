"""hall devices: lists and finds drivers, and tries each kind of device with words an installer can act on."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from hall import devicescmd
from hall.__main__ import main
from hardware import registry
from hardware.bars.virtual import VirtualBars
from hardware.frames.reading import load
from hardware.pads.virtual import VirtualPads
from hardware.ports import HEALTHY, Card, Condition, Health
from hardware.probe import Found

Shown = pytest.CaptureFixture[str]


class ScriptedWatcher:
    """A card reader or scanner that reads `things` as soon as it is started, after telling `faults`."""

    name = "the reader"

    def __init__(self, *things: object, faults: tuple[Health, ...] = ()) -> None:
        self._things = things
        self._faults = faults
        self.closed = False

    def start(self, on_seen: Callable[[object], None], on_fault: Callable[[Health], None]) -> None:
        for fault in self._faults:
            on_fault(fault)
        for thing in self._things:
            on_seen(thing)

    def health(self) -> Health:
        return HEALTHY

    def close(self) -> None:
        self.closed = True


def test_list_names_every_driver(capsys: Shown) -> None:
    assert main(["devices", "list"]) == 0
    shown = capsys.readouterr().out
    for key in registry.BUILT_IN:
        assert f"  {key.partition('.')[2]:<14} " in shown


def test_list_of_one_kind_explains_its_options(capsys: Shown) -> None:
    assert main(["devices", "list", "printer"]) == 0
    shown = capsys.readouterr().out
    assert "TCP port (default 9100)" in shown
    assert "card readers" not in shown


def test_list_says_why_a_driver_cannot_be_used(monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    broken = [registry.DriverInfo("printer", "escpos-usb", fault="needs libusb")]
    monkeypatch.setattr(registry, "describe", lambda: broken)
    assert main(["devices", "list"]) == 0
    assert "cannot be used: needs libusb" in capsys.readouterr().out


def test_probe_says_which_settings_use_what_it_found(monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    found = [
        Found("", "no USB here", {}),
        Found("printer", "/dev/ttyS0: serial", {"driver": "escpos-serial", "port": "/dev/ttyS0", "baud": 9600}),
    ]
    monkeypatch.setattr(devicescmd, "probe", lambda: found)
    assert main(["devices", "probe"]) == 0
    shown = capsys.readouterr().out
    assert 'printer = { driver = "escpos-serial", port = "/dev/ttyS0", baud = 9600 }   in [kiosk]' in shown
    assert shown.index("/dev/ttyS0") < shown.index("note         no USB here")


def test_the_sound_of_a_voice_is_kept(tmp_path: Path, capsys: Shown) -> None:
    out = tmp_path / "said.wav"
    assert main(["devices", "test", "voice", "--driver", "virtual", "--text", "你好", "--wav", str(out)]) == 0
    with wave.open(str(out)) as sound:
        assert sound.getnframes() > 0
    assert "你好" in capsys.readouterr().out


def test_a_voice_is_played_on_the_loudspeaker_of_the_settings(tmp_path: Path, capsys: Shown) -> None:
    file = tmp_path / "settings.toml"
    out = tmp_path / "sounds"
    file.write_text(
        '[display]\nvoice = { driver = "virtual" }\n'
        f'loudspeaker = {{ driver = "virtual", out = "{out}", pace = 0 }}\n'
    )
    assert main(["devices", "test", "voice", "--config", str(file)]) == 0
    assert list(out.glob("*.wav"))
    assert "played to the end" in capsys.readouterr().out


def test_the_chime_is_played(tmp_path: Path) -> None:
    option = f"out={tmp_path}"
    assert main(["devices", "test", "loudspeaker", "--driver", "virtual", "-o", option, "-o", "pace=0"]) == 0
    assert list(tmp_path.glob("*.wav"))


def test_a_slip_is_printed_and_confirmed(tmp_path: Path, capsys: Shown) -> None:
    assert main(["devices", "test", "printer", "--driver", "virtual", "-o", f"out={tmp_path}"]) == 0
    assert list(tmp_path.glob("*.png"))
    assert "the printer confirmed it" in capsys.readouterr().out


def test_a_printer_that_is_off_is_one_line(capsys: Shown) -> None:
    arguments = ["--driver", "escpos-tcp", "-o", "host=127.0.0.1", "-o", "port=1"]
    assert main(["devices", "test", "printer", *arguments]) == 1
    shown = capsys.readouterr()
    assert "is not ready: printer_offline" in shown.err
    assert shown.err.count("\n") == 1


def test_a_card_is_read_and_its_number_masked(monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    reader = ScriptedWatcher(Card("resident", "110101199003070012", "张三丰"))
    monkeypatch.setattr(registry, "open_card_reader", lambda _settings: reader)
    assert main(["devices", "test", "cardreader", "--driver", "virtual"]) == 0
    shown = capsys.readouterr().out
    assert "document 110*************12, name 张**" in shown
    assert "19900307" not in shown
    assert reader.closed


@pytest.mark.parametrize("number", ["", "1234", "12345"])
def test_a_short_number_is_never_shown(number: str, monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    monkeypatch.setattr(registry, "open_card_reader", lambda _settings: ScriptedWatcher(Card("uid", number)))
    assert main(["devices", "test", "cardreader", "--driver", "virtual"]) == 0
    shown = capsys.readouterr().out
    assert not number or number not in shown


def test_a_code_is_scanned(monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    monkeypatch.setattr(registry, "open_scanner", lambda _settings: ScriptedWatcher("A012"))
    assert main(["devices", "test", "scanner", "--driver", "virtual"]) == 0
    assert "scanned 4 characters: A012" in capsys.readouterr().out


def test_nothing_read_in_time_tells_the_fault_too(monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    reader = ScriptedWatcher(faults=(Health(Condition.DOWN, "not_connected", "no such port"),))
    monkeypatch.setattr(registry, "open_card_reader", lambda _settings: reader)
    assert main(["devices", "test", "cardreader", "--driver", "virtual", "--seconds", "0.01"]) == 1
    shown = capsys.readouterr()
    assert "not_connected: no such port" in shown.out
    assert shown.err == "hall devices: nothing was read within 0.01 s\n"
    assert reader.closed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "no printer to test"),
        (["--driver", "nonsense"], "no printer driver is called 'nonsense'"),
        (["--driver", "escpos-tcp", "-o", "hots=1"], "hots: no such setting"),
        (["--driver", "escpos-tcp", "-o", "host"], "an option is NAME=VALUE"),
        (["--config", "no-such-file.toml"], "cannot read no-such-file.toml"),
    ],
)
def test_settings_that_cannot_be_used_are_one_line(arguments: list[str], says: str, capsys: Shown) -> None:
    assert main(["devices", "test", "printer", *arguments]) == 1
    shown = capsys.readouterr().err
    assert says in shown
    assert "unexpected" not in shown
    assert shown.count("\n") == 1


def test_a_settings_file_without_the_device_is_one_line(tmp_path: Path, capsys: Shown) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[kiosk]\nhall = "x"\n')
    assert main(["devices", "test", "printer", "--config", str(file)]) == 1
    assert f"{file} has none" in capsys.readouterr().err
    file.write_text("[kiosk\n")
    assert main(["devices", "test", "printer", "--config", str(file)]) == 1
    assert "is not valid TOML" in capsys.readouterr().err


def test_an_unknown_kind_is_wrong_usage(capsys: Shown) -> None:
    assert main(["devices", "test", "toaster"]) == 2
    assert "invalid choice: 'toaster'" in capsys.readouterr().err


def test_a_bar_shows_its_text_and_tells_that_it_answers(capsys: Shown) -> None:
    twin = VirtualBars([4])
    try:
        line = ["devices", "test", "bar", "--driver", "bx5k-serial", "-o", f"port={twin.port}", "-o", "wait=1"]
        assert main([*line, "--address", "4", "--text", "B007"]) == 0
        assert "bar 4: answers" in capsys.readouterr().out
        assert twin.lit(4) == "\\C1B007"
        assert main([*line, "--address", "70000"]) == 1
        assert "address 70000 is not in 1-" in capsys.readouterr().err
        twin.set_fault(4, "mute", True)
        assert main([*line, "--address", "4"]) == 1
        assert "bar 4 does not answer" in capsys.readouterr().err
    finally:
        twin.close()


def test_a_pad_shows_a_number_and_its_key_is_told(capsys: Shown) -> None:
    twin = VirtualPads([3], load("pad68"))
    try:
        line = ["devices", "test", "callpad", "--driver", "template", "-o", f"port={twin.port}", "-o", "pads=3"]
        twin.press(3, "1", "2", "transfer")
        assert main([*line, "--address", "3"]) == 0
        assert "pad 3: transfer 12" in capsys.readouterr().out
        assert twin.wait_for(lambda: twin.pads[3].text == "A012")
        assert main([*line, "--seconds", "0.05"]) == 1
        assert "no key arrived within 0.05 s" in capsys.readouterr().err
    finally:
        twin.close()


def test_a_rating_pad_that_nobody_touches_is_a_problem(capsys: Shown) -> None:
    twin = VirtualPads([1], load("rating485"))
    try:
        line = ["devices", "test", "ratingpad", "--driver", "template", "-o", f"port={twin.port}"]
        assert main([*line, "--seconds", "0.2"]) == 1
        assert "no rating from pad 1" in capsys.readouterr().err
    finally:
        twin.close()
