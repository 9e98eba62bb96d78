"""Finds drivers and opens devices by their settings; a device that cannot be opened becomes a status, not an error."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from hardware import options as option_rules
from hardware.errors import DeviceError, OptionError
from hardware.options import OptionInfo
from hardware.ports import (
    CallPad,
    CardReader,
    Condition,
    Health,
    Loudspeaker,
    RatingPad,
    Scanner,
    TicketPrinter,
    Voice,
    WindowBar,
)
from hardware.probe import Found, probe
from hardware.unavailable import (
    UnavailableBar,
    UnavailableCallPad,
    UnavailableLoudspeaker,
    UnavailablePrinter,
    UnavailableRatingPad,
    UnavailableVoice,
    UnavailableWatcher,
)

__all__ = [
    "Driver",
    "DriverInfo",
    "Found",
    "check",
    "describe",
    "open_bar",
    "open_call_pad",
    "open_card_reader",
    "open_loudspeaker",
    "open_printer",
    "open_rating_pad",
    "open_scanner",
    "open_voice",
    "probe",
    "resolve",
]

LOG = logging.getLogger(__name__)
GROUP = "hallqueue.drivers"
KINDS = ("printer", "cardreader", "scanner", "voice", "loudspeaker", "bar", "callpad", "ratingpad")

# "<kind>.<driver>": ("module", "options class", "opening function"). Imported only when chosen, so that one missing
# library disables one device. Other distributions add theirs as entry points named the same way, whose value is a
# Driver.
BUILT_IN: dict[str, tuple[str, str, str]] = {
    "printer.escpos-tcp": ("hardware.printers.escpos", "TcpOptions", "open_tcp"),
    "printer.escpos-serial": ("hardware.printers.escpos", "SerialOptions", "open_serial"),
    "printer.escpos-usb": ("hardware.printers.escpos", "UsbOptions", "open_usb"),
    "printer.escpos-file": ("hardware.printers.escpos", "FileOptions", "open_file"),
    "printer.virtual": ("hardware.printers.virtual", "VirtualOptions", "open_virtual"),
    "cardreader.sdt-serial": ("hardware.cardreaders.sdt_serial", "SdtSerialOptions", "open_sdt_serial"),
    "cardreader.sdt-usb": ("hardware.cardreaders.sdt_usb", "SdtUsbOptions", "open_sdt_usb"),
    "cardreader.sdt-hid": ("hardware.cardreaders.sdt_usb", "SdtHidOptions", "open_sdt_hid"),
    "cardreader.pcsc": ("hardware.cardreaders.pcsc", "PcscOptions", "open_pcsc"),
    "cardreader.virtual": ("hardware.cardreaders.virtual", "VirtualReaderOptions", "open_virtual"),
    "scanner.serial": ("hardware.scanners.serial", "SerialScannerOptions", "open_serial"),
    "scanner.virtual": ("hardware.scanners.virtual", "VirtualScannerOptions", "open_virtual"),
    "voice.pyttsx3": ("hardware.voices.espeak", "EspeakOptions", "open_espeak"),
    "voice.clips": ("hardware.voices.clips", "ClipsOptions", "open_clips"),
    "voice.virtual": ("hardware.voices.virtual", "ToneOptions", "open_tone"),
    "loudspeaker.aplay": ("hardware.loudspeakers.aplay", "AplayOptions", "open_aplay"),
    "loudspeaker.virtual": ("hardware.loudspeakers.virtual", "FileLoudspeakerOptions", "open_file_loudspeaker"),
    "bar.bx5k-serial": ("hardware.bars.onbon", "Bx5kSerialOptions", "open_serial"),
    "bar.bx5k-tcp": ("hardware.bars.onbon", "Bx5kTcpOptions", "open_tcp"),
    "bar.template": ("hardware.bars.template", "TemplateBarOptions", "open_template"),
    "bar.modbus-digits": ("hardware.bars.digits", "ModbusDigitsOptions", "open_digits"),
    "bar.virtual": ("hardware.bars.virtual", "VirtualBarOptions", "open_virtual"),
    "callpad.template": ("hardware.pads.callpads", "TemplateCallPadOptions", "open_template"),
    "callpad.evdev": ("hardware.pads.evdev", "EvdevCallPadOptions", "open_call_pad"),
    "callpad.virtual": ("hardware.pads.virtual", "VirtualCallPadOptions", "open_virtual_call_pads"),
    "ratingpad.template": ("hardware.pads.ratingpads", "TemplateRatingPadOptions", "open_template"),
    "ratingpad.evdev": ("hardware.pads.evdev", "EvdevRatingPadOptions", "open_rating_pad"),
    "ratingpad.virtual": ("hardware.pads.virtual", "VirtualRatingPadOptions", "open_virtual_rating_pads"),
}


@dataclass(frozen=True, slots=True)
class Driver:
    """What an entry point must give: a frozen dataclass of options (see hardware.options.option) and how to open.

    `open` gets the device's name and checked options. It must not wait for the device: one that is switched off
    says so through health().
    """

    options: type[Any]
    open: Callable[[str, Any], Any]


@dataclass(frozen=True, slots=True)
class DriverInfo:
    """One driver for `hall devices list`; `fault` says why it cannot be used here, empty when it can."""

    kind: str
    name: str
    options: tuple[OptionInfo, ...] = ()
    fault: str = ""
    built_in: bool = True


def open_printer(settings: Mapping[str, object]) -> TicketPrinter:
    """A printer, e.g. {"driver": "escpos-tcp", "host": "192.0.2.7"}; never raises, see the module's first line."""
    return cast(TicketPrinter, _open("printer", settings, UnavailablePrinter))


def open_card_reader(settings: Mapping[str, object]) -> CardReader:
    """A card reader, e.g. {"driver": "sdt-serial", "port": "/dev/ttyUSB0"}; never raises."""
    return cast(CardReader, _open("cardreader", settings, UnavailableWatcher))


def open_scanner(settings: Mapping[str, object]) -> Scanner:
    """A scanner, e.g. {"driver": "serial", "port": "/dev/ttyACM0"}; never raises."""
    return cast(Scanner, _open("scanner", settings, UnavailableWatcher))


def open_voice(settings: Mapping[str, object]) -> Voice:
    """A voice, e.g. {"driver": "pyttsx3", "rate": 165}; never raises."""
    return cast(Voice, _open("voice", settings, UnavailableVoice))


def open_loudspeaker(settings: Mapping[str, object]) -> Loudspeaker:
    """A loudspeaker, e.g. {"driver": "aplay", "device": "default"}; never raises."""
    return cast(Loudspeaker, _open("loudspeaker", settings, UnavailableLoudspeaker))


def open_bar(settings: Mapping[str, object]) -> WindowBar:
    """A cable of window bars, e.g. {"driver": "bx5k-serial", "port": "/dev/hall-bars"}; never raises."""
    return cast(WindowBar, _open("bar", settings, UnavailableBar))


def open_call_pad(settings: Mapping[str, object]) -> CallPad:
    """A cable of call pads, or one keypad, e.g. {"driver": "evdev", "device": "/dev/input/hall-pad"}; never raises."""
    return cast(CallPad, _open("callpad", settings, UnavailableCallPad))


def open_rating_pad(settings: Mapping[str, object]) -> RatingPad:
    """A cable of rating pads, e.g. {"driver": "template", "frames": "/etc/hall/faces.toml"}; never raises."""
    return cast(RatingPad, _open("ratingpad", settings, UnavailableRatingPad))


def check(kind: str, settings: Mapping[str, object]) -> None:
    """Raise OptionError naming the setting that is unknown or wrong, DeviceError for a driver that cannot be had."""
    resolve(kind, settings)


def describe() -> list[DriverInfo]:
    """Every driver that can be found, usable or not, built-in ones first."""
    found = []
    for key in [*BUILT_IN, *(name for name in _others() if name not in BUILT_IN)]:
        kind, _, name = key.partition(".")
        try:
            known = option_rules.describe(_driver(kind, name).options)
            found.append(DriverInfo(kind, name, known, built_in=key in BUILT_IN))
        except DeviceError as fault:
            found.append(DriverInfo(kind, name, fault=fault.detail, built_in=key in BUILT_IN))
    return found


def _open(kind: str, settings: Mapping[str, object], stand_in: Callable[[str, Health], object]) -> object:
    name = str(settings.get("name") or f"{kind} {settings.get('driver', '')}".strip())
    try:
        driver, checked = resolve(kind, settings)
        return driver.open(name, checked)
    except DeviceError as fault:
        health = Health(Condition.DOWN, fault.code, fault.detail)
    except Exception as fault:
        LOG.exception("the driver of %s failed to open", name)
        health = Health(Condition.DOWN, "driver_failed", f"{type(fault).__name__}: {fault}")
    LOG.warning("%s is unavailable: %s", name, health.detail)
    return stand_in(name, health)


def resolve(kind: str, settings: Mapping[str, object]) -> tuple[Driver, object]:
    """The driver these settings choose, and its options; raises OptionError and DeviceError as check() does."""
    chosen = settings.get("driver")
    if not isinstance(chosen, str) or not chosen:
        raise OptionError("driver", f"must name a {kind} driver: {_names(kind)}")
    driver = _driver(kind, chosen)
    own = {key: value for key, value in settings.items() if key not in {"driver", "name"}}
    return driver, option_rules.parse(driver.options, own)


def _driver(kind: str, name: str) -> Driver:
    key = f"{kind}.{name}"
    if key in BUILT_IN:
        module_name, options_name, function_name = BUILT_IN[key]
        try:
            module = importlib.import_module(module_name)
        except (ImportError, OSError) as fault:  # OSError: a library's shared object is missing
            raise DeviceError(f"{key} needs what is not installed: {fault}", code="driver_missing") from fault
        return Driver(getattr(module, options_name), getattr(module, function_name))
    entry = _others().get(key)
    if entry is None:
        raise OptionError("driver", f"no {kind} driver is called {name!r}; there are: {_names(kind)}")
    return _loaded(entry)


def _loaded(entry: EntryPoint) -> Driver:
    try:
        driver = entry.load()
    except Exception as fault:
        raise DeviceError(f"{entry.name} cannot be loaded: {fault}", code="driver_missing") from fault
    if not isinstance(driver, Driver):
        raise DeviceError(f"{entry.name}: {entry.value} is not a hardware.registry.Driver", code="driver_missing")
    return driver


def _others() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _names(kind: str) -> str:
    known = [*BUILT_IN, *_others()]
    return ", ".join(sorted({key.partition(".")[2] for key in known if key.startswith(f"{kind}.")}))
