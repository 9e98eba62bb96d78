"""Settings choose drivers; whatever is wrong with one is named, is a status, and never ends an app."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware import registry
from hardware.errors import LoudspeakerError, OptionError, PrinterError, VoiceError
from hardware.options import describe, option, parse
from hardware.ports import HEALTHY, BarLine, Condition, Health
from hardware.slip import Slip

OPENERS = {
    "printer": registry.open_printer,
    "cardreader": registry.open_card_reader,
    "scanner": registry.open_scanner,
    "voice": registry.open_voice,
    "loudspeaker": registry.open_loudspeaker,
    "bar": registry.open_bar,
    "callpad": registry.open_call_pad,
    "ratingpad": registry.open_rating_pad,
}


@pytest.mark.parametrize("key", list(registry.BUILT_IN))
def test_every_built_in_driver_opens_with_its_defaults_and_closes(key: str) -> None:
    kind, _, name = key.partition(".")
    drivers = {f"{driver.kind}.{driver.name}": driver for driver in registry.describe()}
    if any(info.required for info in drivers[key].options):
        return  # it has a setting that nobody can guess
    device: Any = OPENERS[kind]({"driver": name, "name": "desk 1"})
    try:
        assert not type(device).__name__.startswith("Unavailable")
        assert device.name == "desk 1"
        assert isinstance(device.health(), Health)
    finally:
        device.close()


def test_every_kind_has_a_virtual_driver_and_every_option_a_line_of_help() -> None:
    drivers = registry.describe()
    assert {driver.kind for driver in drivers if driver.name == "virtual"} == set(registry.KINDS)
    assert all(not driver.fault for driver in drivers)
    assert all(info.doc for driver in drivers for info in driver.options)


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({}, "driver"),
        ({"driver": ""}, "driver"),
        ({"driver": 7}, "driver"),
        ({"driver": "escpos-fax"}, "driver"),
        ({"driver": "escpos-tcp", "prot": 9100}, "prot"),
        ({"driver": "escpos-tcp", "port": 0}, "port"),
        ({"driver": "escpos-tcp", "port": 70000}, "port"),
        ({"driver": "escpos-tcp", "port": "many"}, "port"),
        ({"driver": "escpos-tcp", "port": True}, "port"),
        ({"driver": "escpos-tcp", "paper": "76"}, "paper"),
        ({"driver": "escpos-tcp", "wait": "nan"}, "wait"),
        ({"driver": "escpos-tcp", "confirm": "maybe"}, "confirm"),
        ({"driver": "escpos-tcp", "host": 5}, "host"),
    ],
)
def test_the_wrong_setting_is_named_and_the_device_is_down_not_the_app(given: dict[str, object], setting: str) -> None:
    with pytest.raises(OptionError) as caught:
        registry.check("printer", given)
    assert caught.value.setting == setting
    printer = registry.open_printer(given)
    health = printer.health()
    assert (health.condition, health.code) == (Condition.DOWN, "bad_setting")
    assert setting in health.detail
    with pytest.raises(PrinterError):
        printer.print_slip(Slip("x", ()))
    printer.close()


def test_stand_ins_behave_like_their_kind() -> None:
    heard: list[Health] = []
    for opened in (registry.open_card_reader({"driver": "no"}), registry.open_scanner({"driver": "no"})):
        opened.start(lambda seen: None, heard.append)
        opened.close()
    assert [health.code for health in heard] == ["bad_setting", "bad_setting"]
    voice = registry.open_voice({"driver": "no"})
    with pytest.raises(VoiceError):
        voice.render("x", "en")
    loudspeaker = registry.open_loudspeaker({"driver": "no"})
    with pytest.raises(LoudspeakerError):
        loudspeaker.play(b"")
    loudspeaker.stop()
    bar = registry.open_bar({"driver": "no"})
    bar.show(1, (BarLine("A012"),))
    bar.clear(1)
    bar.brightness(1, 50)
    assert bar.ping(1) == bar.health_of(1) == bar.health()
    pad = registry.open_call_pad({"driver": "no"})
    pad.start(lambda event: None, heard.append)
    pad.display(1, "A012")
    pad.beep(1)
    rating = registry.open_rating_pad({"driver": "no"})
    rating.idle(1, "欢迎")
    assert rating.ask(1, 60.0) is None
    assert len(heard) == 3


def test_numbers_may_come_as_text_from_the_environment() -> None:
    registry.check("printer", {"driver": "escpos-tcp", "port": "9101", "wait": "2.5", "confirm": "off"})
    registry.check("printer", {"driver": "escpos-tcp", "paper": 58})
    registry.check("printer", {"driver": "escpos-usb", "vendor": "0x0519", "product": 3})


def test_a_library_that_is_not_installed_disables_its_device_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "hardware.printers.escpos", raising=False)
    monkeypatch.setitem(sys.modules, "hardware.transport.link", None)
    printer = registry.open_printer({"driver": "escpos-tcp"})
    assert printer.health().code == "driver_missing"
    assert [driver.name for driver in registry.describe() if driver.fault] != []
    voice = registry.open_voice({"driver": "virtual"})
    assert voice.health() is HEALTHY


@dataclass(frozen=True, slots=True)
class LampOptions:
    """Options of a foreign driver."""

    colour: str = option("red", doc="colour", choices=("red", "green"))


class ForeignVoice:
    """What another distribution might bring."""

    def __init__(self, name: str, options: LampOptions) -> None:
        if options.colour == "green":
            raise ZeroDivisionError("the foreign driver has a defect")
        self.name = name

    def render(self, text: str, language: str) -> bytes:
        return b""

    def health(self) -> Health:
        return HEALTHY

    def close(self) -> None: ...


FOREIGN = registry.Driver(LampOptions, ForeignVoice)


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "foreign_drivers", sys.modules[__name__])
    entries = EntryPoints(
        EntryPoint(name, value, registry.GROUP)
        for name, value in (
            ("voice.foreign", "foreign_drivers:FOREIGN"),
            ("voice.broken", "foreign_drivers:NOT_THERE"),
            ("voice.wrong", "foreign_drivers:LampOptions"),
        )
    )
    monkeypatch.setattr(registry, "entry_points", lambda group: entries)


@pytest.mark.usefixtures("foreign")
def test_third_party_drivers_come_by_entry_point() -> None:
    assert type(registry.open_voice({"driver": "foreign"})).__name__ == "ForeignVoice"
    assert registry.open_voice({"driver": "foreign", "colour": "blue"}).health().code == "bad_setting"
    names = {driver.name: driver for driver in registry.describe() if not driver.built_in}
    assert not names["foreign"].fault
    assert names["broken"].fault
    assert names["wrong"].fault


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize("driver", ["broken", "wrong"])
def test_a_third_party_driver_that_cannot_be_loaded_is_a_status(driver: str) -> None:
    assert registry.open_voice({"driver": driver}).health().code == "driver_missing"


@pytest.mark.usefixtures("foreign")
def test_a_third_party_driver_that_raises_anything_is_a_status(caplog: pytest.LogCaptureFixture) -> None:
    health = registry.open_voice({"driver": "foreign", "colour": "green"}).health()
    assert (health.condition, health.code) == (Condition.DOWN, "driver_failed")
    assert "ZeroDivisionError" in caplog.text


@dataclass(frozen=True, slots=True)
class Everything:
    """One option of each type."""

    count: int = option(doc="must be given")
    share: float = option(0.5, doc="0-1", low=0, high=1)
    on: bool = option(False, doc="switch")
    word: str = option("a", doc="word")


SIMPLE = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.lists(st.integers(), max_size=2)
)
NAMES = st.sampled_from(["count", "share", "on", "word"]) | st.text(max_size=6)


@given(st.dictionaries(NAMES, SIMPLE, max_size=6))
@settings(max_examples=300, deadline=None)
def test_any_settings_give_checked_options_or_name_what_is_wrong(raw: dict[str, object]) -> None:
    try:
        options = parse(Everything, raw)
    except OptionError as fault:
        if fault.setting not in raw and fault.setting != "count":
            pytest.fail(f"{fault.setting} was not even given")
        return
    assert isinstance(options.count, int)
    assert 0 <= options.share <= 1
    assert isinstance(options.on, bool)
    assert isinstance(options.word, str)


def test_options_describe_themselves() -> None:
    infos = {info.name: info for info in describe(Everything)}
    assert infos["count"].required
    assert (infos["share"].type, infos["share"].default, infos["share"].doc) == ("float", 0.5, "0-1")


def test_probing_this_machine_raises_nothing_and_finds_the_voice() -> None:
    found = registry.probe()
    assert {"driver": "pyttsx3"} in [each.settings for each in found]
    for each in found:
        if each.settings:
            registry.check(each.kind, each.settings)
