"""One try of each kind of device, told step by step so that an installer sees where it stops."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from hall.commandline import Problem
from hardware import registry, sounds
from hardware.errors import CardError, LoudspeakerError, PrinterError, VoiceError
from hardware.ports import Card, Condition, Health
from hardware.slip import QrCode, Rule, Slip, Text

T = TypeVar("T")

_SENTENCE = "请A零一二号到三号窗口。"
_SENTENCE_LANGUAGE = "zh-CN"


def slip_for_testing() -> Slip:
    """A slip with everything a real one has: large number, Chinese with rare characters, Latin, a QR code."""
    return Slip(
        "test",
        (
            Text("测试小票 Test slip", height_mm=4.5, bold=True),
            Text("A012", height_mm=16, bold=True),
            Rule(),
            Text("社会保险登记 · 不动产登记"),
            Text("生僻字：㛃 䶮 𠮷 喆 赟"),
            Text("If you can read every line, this printer is ready."),
            QrCode("https://example.invalid/hall-devices-test", caption="扫码应显示网址"),
        ),
    )


def print_slip(settings: Mapping[str, object]) -> None:
    """Ask the printer how it is, print the test slip, and wait for its word. Raises Problem."""
    printer = registry.open_printer(settings)
    try:
        _must_be_up(printer.name, printer.health())
        printer.print_slip(slip_for_testing())
    except PrinterError as error:
        raise Problem(f"{printer.name} did not print: {error.code}: {error.detail}") from error
    finally:
        printer.close()
    print(f"{printer.name}: printed, and the printer confirmed it. Look at the slip and scan its code.")


def read_card(settings: Mapping[str, object], seconds: float, lines: str = "") -> None:
    """Wait for one card and show what it says, its number masked; `lines` open a passport. Raises Problem."""
    reader = registry.open_card_reader(settings)
    try:
        if lines and not reader.unlock(lines):
            print(f"{reader.name}: reads no documents that open with their lines")
        card: Card = _first(reader.start, "Put a card on the reader", seconds)
    except CardError as error:
        raise Problem(f"the lines: {error.detail}") from error
    finally:
        reader.close()
    number, hidden = card.document, max(len(card.document) - 5, 0)
    masked = f"{number[:3]}{'*' * hidden}{number[-2:]}" if hidden else "none" if not number else "*****"
    print(f"read a card: kind {card.kind}, document {masked}, name {card.name[:1]}{'*' * (len(card.name) - 1)}")


def scan_code(settings: Mapping[str, object], seconds: float) -> None:
    """Wait for one code and show it. Raises Problem."""
    scanner = registry.open_scanner(settings)
    try:
        code: str = _first(scanner.start, "Hold a code before the scanner", seconds)
    finally:
        scanner.close()
    print(f"scanned {len(code)} characters: {code}")


def speak(settings: Mapping[str, object], loudspeaker: Mapping[str, object], text: str, wav: Path | None) -> None:
    """Render a sentence, and keep it in `wav` or play it. Raises Problem."""
    voice = registry.open_voice(settings)
    try:
        sound = voice.render(text or _SENTENCE, _SENTENCE_LANGUAGE)
    except VoiceError as error:
        raise Problem(f"{voice.name} does not speak: {error.detail}") from error
    finally:
        voice.close()
    print(f"{voice.name}: spoke {len(sound) // 1000} kB of sound: {text or _SENTENCE}")
    if wav is None:
        _play(loudspeaker, sound)
        return
    try:
        wav.write_bytes(sound)
    except OSError as error:
        raise Problem(f"cannot write {wav}: {error.strerror}") from error
    print(f"it is in {wav}")


def chime(settings: Mapping[str, object]) -> None:
    """Play the chime that comes before each call. Raises Problem."""
    _play(settings, sounds.chime())


def _play(settings: Mapping[str, object], sound: bytes) -> None:
    loudspeaker = registry.open_loudspeaker(settings)
    try:
        _must_be_up(loudspeaker.name, loudspeaker.health())
        loudspeaker.play(sound)
    except LoudspeakerError as error:
        raise Problem(f"{loudspeaker.name} did not play: {error.detail}") from error
    finally:
        loudspeaker.close()
    print(f"{loudspeaker.name}: played to the end. If you heard nothing, check volume and cable.")


def _must_be_up(name: str, health: Health) -> None:
    if health.condition is Condition.DOWN:
        raise Problem(f"{name} is not ready: {health.code}{': ' + health.detail if health.detail else ''}")
    note = "" if health.condition is Condition.OK else f" ({health.code})"
    print(f"{name}: answers{note}")


def _first(
    start: Callable[[Callable[[T], None], Callable[[Health], None]], None], invitation: str, seconds: float
) -> T:
    """The first thing a device reads within `seconds`; what is wrong on the way is printed. Raises Problem."""
    read: queue.SimpleQueue[T] = queue.SimpleQueue()
    start(read.put, _print_fault)
    print(f"{invitation} (within {seconds:g} s) ...", flush=True)
    try:
        return read.get(timeout=seconds)
    except queue.Empty:
        raise Problem(f"nothing was read within {seconds:g} s") from None


def _print_fault(health: Health) -> None:
    if health.condition is not Condition.OK:
        print(f"  {health.code}{': ' + health.detail if health.detail else ''}", flush=True)
