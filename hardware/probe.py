"""Looks what hangs on this machine without disturbing it, and says which settings would use it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hardware.errors import DeviceError

PRINTER_CLASS = 7


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that could be a device: `settings` would open it, `what` describes it for a person.

    `settings` is empty when nothing can be opened and `what` says why.
    """

    kind: str
    what: str
    settings: dict[str, object]


def probe() -> list[Found]:
    """Serial ports, smart card readers, USB printers, sound and speech, within a few seconds; never raises."""
    looks: tuple[Callable[[], Iterator[Found]], ...] = (
        _serial_ports,
        _keypads,
        _smart_card_readers,
        _usb_printers,
        _sound_devices,
        _voice,
    )
    found: list[Found] = []
    for look in looks:
        try:
            found.extend(look())
        except (DeviceError, OSError, ImportError, ValueError, subprocess.SubprocessError) as fault:
            found.append(Found("", f"{look.__name__.strip('_').replace('_', ' ')}: {fault}", {}))
    return found


def _serial_ports() -> Iterator[Found]:
    """Which of them a port carries only a person can say; each gets its line."""
    from serial.tools.list_ports import comports

    for port in sorted(comports()):
        what = f"{port.device}: {port.description}"
        yield Found("cardreader", what, {"driver": "sdt-serial", "port": port.device})
        yield Found("printer", what, {"driver": "escpos-serial", "port": port.device})
        yield Found("scanner", what, {"driver": "serial", "port": port.device})
        yield Found("bar", what, {"driver": "bx5k-serial", "port": port.device})
        yield Found("callpad", what, {"driver": "template", "port": port.device})
        yield Found("ratingpad", what, {"driver": "template", "port": port.device})


def _keypads() -> Iterator[Found]:
    """Keyboards are among them: only a person knows which one lies on the clerk's desk for calling."""
    for path in sorted(Path("/dev/input/by-id").glob("*-event-kbd")):
        yield Found("callpad", f"keypad or keyboard {path.name}", {"driver": "evdev", "device": str(path)})
        yield Found("ratingpad", f"keypad or keyboard {path.name}", {"driver": "evdev", "device": str(path)})


def _smart_card_readers() -> Iterator[Found]:
    from hardware.cardreaders.pcsc import readers

    names = readers()
    if not names:
        yield Found("cardreader", "pcscd is running, but no smart card reader is plugged in", {})
    for name in names:
        yield Found("cardreader", name, {"driver": "pcsc", "reader": name})


def _usb_printers() -> Iterator[Found]:
    import usb.core

    try:
        devices = list(usb.core.find(find_all=True))
    except (usb.core.NoBackendError, usb.core.USBError) as fault:
        raise DeviceError(f"no USB: {fault}; install the Debian package libusb-1.0-0") from fault
    for device in devices:
        interfaces = [interface for configuration in device for interface in configuration]
        if any(interface.bInterfaceClass == PRINTER_CLASS for interface in interfaces):
            vendor, product = int(device.idVendor), int(device.idProduct)
            settings: dict[str, object] = {"driver": "escpos-usb", "vendor": vendor, "product": product}
            yield Found("printer", f"USB printer {vendor:04x}:{product:04x}", settings)


def _sound_devices() -> Iterator[Found]:
    if shutil.which("aplay") is None:
        raise DeviceError("aplay is not installed: install the Debian package alsa-utils")
    listed = subprocess.run(["aplay", "-L"], capture_output=True, timeout=5, check=False, text=True).stdout
    names = [line for line in listed.splitlines() if line and not line[0].isspace() and line != "null"]
    if not names:
        yield Found("loudspeaker", "no sound device", {})
    for name in names:
        yield Found("loudspeaker", name, {"driver": "aplay", "device": name})


def _voice() -> Iterator[Found]:
    from hardware.voices.espeak import EspeakOptions, EspeakVoice

    voice = EspeakVoice("probe", EspeakOptions(wait=2.0))
    try:
        health = voice.health()
    finally:
        voice.close()
    yield Found(
        "voice", health.detail or "espeak-ng through pyttsx3", {"driver": "pyttsx3"} if not health.detail else {}
    )
