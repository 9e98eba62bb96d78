"""Digit displays that speak Modbus RTU: the ticket number, in the registers of whichever make it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hardware.bars import modbus
from hardware.bars.cable import BarCable, Habits
from hardware.bars.dialect import ACCEPTED, Verdict
from hardware.bars.numerals import number_in, ticket_in
from hardware.bus.timing import Timing
from hardware.options import option
from hardware.ports import BarAbility, BarLine, WindowBar

NO_REGISTER = -1
BLANK = 0x20
LARGEST = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Registers:
    """Where a make keeps what.

    `layout`: "ascii" = two characters a register, "digits" = one character a register, "number" = the number alone in
    one register, "long" = in two, the high one first. `brightness` NO_REGISTER = cannot.
    """

    first: int
    digits: int
    layout: str
    brightness: int = NO_REGISTER

    def values(self, text: str) -> list[int]:
        """What the registers must hold for `text`; blanks or 0 when it has no ticket number."""
        if self.layout in {"number", "long"}:
            number = min(number_in(text), 0xFFFF if self.layout == "number" else LARGEST)
            return [number] if self.layout == "number" else [number >> 16, number & 0xFFFF]
        shown = ticket_in(text).upper()[-self.digits :].rjust(self.digits).encode("ascii")
        if self.layout == "digits":
            return list(shown)
        shown += b" " * (len(shown) % 2)
        return [shown[at] << 8 | shown[at + 1] for at in range(0, len(shown), 2)]


class ModbusDigits:
    """The dialect."""

    forgets = False
    addresses = range(1, 248)

    def __init__(self, registers: Registers) -> None:
        self._registers = registers
        self.answer_size = 8
        self.ability = BarAbility(
            lines=1,
            columns=registers.digits,
            charset="digits",
            brightness=registers.brightness != NO_REGISTER,
        )

    def show(self, address: int, lines: Sequence[BarLine], seconds: float) -> Sequence[bytes]:
        """The first ticket number of the first line."""
        return (modbus.write(address, self._registers.first, self._registers.values(lines[0].text)),)

    def clear(self, address: int) -> Sequence[bytes]:
        return (modbus.write(address, self._registers.first, self._registers.values("")),)

    def brightness(self, address: int, percent: int) -> Sequence[bytes]:
        if self._registers.brightness == NO_REGISTER:
            return ()
        return (modbus.write(address, self._registers.brightness, [percent]),)

    def ping(self, address: int) -> Sequence[bytes]:
        return (modbus.read(address, self._registers.first),)

    def framer(self) -> modbus.Unframer:
        return modbus.Unframer(answers=True)

    def verdict(self, address: int, message: modbus.Message) -> Verdict | None:
        """An exception is a refusal, except "busy", which is asked again."""
        if message.address != address:
            return None
        if not message.function & modbus.EXCEPTION:
            return ACCEPTED
        code = message.data[0]
        return None if code == 6 else Verdict(modbus.REFUSALS.get(code, f"exception {code}"))


@dataclass(frozen=True, slots=True)
class ModbusDigitsOptions:
    """Digit displays on one serial line."""

    port: str = option("/dev/ttyUSB0", doc="serial port")
    baud: int = option(9600, doc="bits per second", low=1200, high=115200)
    parity: str = option("none", doc="parity", choices=("none", "even", "odd"))
    register: int = option(0, doc="first register of the number, counted from 0", low=0, high=65535)
    digits: int = option(4, doc="how many characters a display has", low=1, high=32)
    layout: str = option("ascii", doc="how registers hold it", choices=("ascii", "digits", "number", "long"))
    brightness: int = option(NO_REGISTER, doc="register of the brightness in percent, -1 = none", low=-1, high=65535)
    wait: float = option(0.1, doc="seconds a display may take to begin its answer", low=0.01, high=2)
    again: float = option(60.0, doc="seconds after which each number is sent again, 0 = never", low=0, high=3600)
    echo: bool = option(False, doc="the adapter hears what it says itself")


def open_digits(name: str, options: ModbusDigitsOptions) -> WindowBar:
    """Digit displays on a serial line."""
    from hardware.transport.serial import SerialTransport

    registers = Registers(options.register, options.digits, options.layout, options.brightness)
    return BarCable(
        name,
        SerialTransport(options.port, options.baud, parity=options.parity),
        ModbusDigits(registers),
        Timing(options.baud, options.wait, bits=10 if options.parity == "none" else 11),
        Habits(again=options.again, echo=options.echo),
    )
