"""`hall devices list|probe|test|conform`: which drivers there are, what hangs on this machine, whether one works."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from hall import bartests, devicetests, padtests
from hall.commandline import OneLineParser, Problem
from hall.devicesettings import SETTINGS, configured
from hardware import registry
from hardware.conformance import claims
from hardware.errors import DeviceError
from hardware.options import OptionInfo
from hardware.probe import Found, probe

_SECTION_NAMES: Final = {
    "printer": "slip printers",
    "cardreader": "card readers",
    "scanner": "code scanners",
    "voice": "voices",
    "loudspeaker": "loudspeakers",
    "bar": "window bars",
    "callpad": "call pads",
    "ratingpad": "rating pads",
}


def main(argv: Sequence[str]) -> int:
    """Exit 0 good, 1 a device has a problem, 2 wrong usage."""
    given = _parser().parse_args(argv)
    logging.getLogger("hardware").addHandler(logging.NullHandler())  # what devices log is said here in one line
    try:
        result: int = given.run(given)
    except DeviceError as error:
        raise Problem(str(error)) from error
    return result


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="hall devices", description="Drivers, what hangs on this machine, and a test of each.")
    commands = parser.add_subparsers(metavar="list|probe|test|conform", required=True, parser_class=OneLineParser)

    drivers = commands.add_parser("list", help="the drivers that are installed, and their options")
    drivers.add_argument("kind", nargs="?", choices=registry.KINDS, help="only this kind, with every option")
    drivers.set_defaults(run=_list)

    look = commands.add_parser("probe", help="ports, printers and sound devices of this machine, and their settings")
    look.set_defaults(run=_probe)

    test = commands.add_parser("test", help="a slip, a card, a code, a spoken sentence, a text on a bar, a key, ...")
    test.add_argument("kind", choices=registry.KINDS)
    test.add_argument("--config", type=Path, metavar="FILE", help="use the device in this settings file")
    test.add_argument("--driver", default="", metavar="NAME", help="or this driver; see hall devices list")
    test.add_argument("-o", "--option", action="append", default=[], metavar="NAME=VALUE", help="one of its options")
    test.add_argument("--seconds", type=float, default=20.0, help="how long to wait for a card or code (default 20)")
    test.add_argument("--text", default="", help="what to say or show instead of the usual sentence")
    test.add_argument("--address", type=int, default=1, help="bar or pad: its number on the cable (default 1)")
    test.add_argument("--mrz", default="", metavar="LINES", help="cardreader: the lines at the foot of a passport")
    test.add_argument("--wav", type=Path, metavar="FILE", help="voice: keep the sound in this file, and do not play it")
    test.set_defaults(run=_test)

    conform = commands.add_parser("conform", help="for makers of drivers: whether one does what every driver must")
    conform.add_argument("kind", choices=registry.KINDS)
    conform.add_argument("--driver", required=True, metavar="NAME", help="see hall devices list")
    conform.add_argument("-o", "--option", action="append", default=[], metavar="NAME=VALUE", help="one of its options")
    conform.set_defaults(run=_conform)
    return parser


def _list(given: argparse.Namespace) -> int:
    for kind in registry.KINDS:
        if given.kind in (None, kind):
            print(f"{_SECTION_NAMES[kind]}:")
            for driver in registry.describe():
                if driver.kind == kind:
                    _print_driver(driver, with_options=given.kind is not None)
            print()
    if given.kind is None:
        print("hall devices list KIND shows the options of its drivers.")
    return 0


def _print_driver(driver: registry.DriverInfo, *, with_options: bool) -> None:
    names = ", ".join(option.name for option in driver.options)
    about = f"cannot be used: {driver.fault}" if driver.fault else f"options: {names}" if names else "no options"
    print(f"  {driver.name:<14} {'' if with_options and not driver.fault else about}".rstrip())
    for option in driver.options if with_options else ():
        print(f"      {option.name:<14} {option.doc} ({_default(option)})")


def _default(option: OptionInfo) -> str:
    return "must be given" if option.required else f"default {option.default!r}"


def _probe(_given: argparse.Namespace) -> int:
    found = probe()
    for kind in (*registry.KINDS, ""):
        for thing in found:
            if thing.kind == kind:
                _print_found(thing)
    print("\nTest one with: hall devices test KIND --driver NAME -o OPTION=VALUE")
    return 0


def _print_found(thing: Found) -> None:
    print(f"{thing.kind or 'note':<12} {thing.what}")
    if thing.settings:
        values = ", ".join(f"{name} = {_toml(value)}" for name, value in thing.settings.items())
        table, name = SETTINGS.get(thing.kind, ("", thing.kind))
        print(f"{'':<12} {name} = {{ {values} }}{f'   in [{table}]' if table else ''}")


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _test(given: argparse.Namespace) -> int:
    settings = chosen_settings(given.kind, given.config, given.driver, given.option)
    registry.check(given.kind, settings)
    tests: Mapping[str, Callable[[], None]] = {
        "printer": lambda: devicetests.print_slip(settings),
        "cardreader": lambda: devicetests.read_card(settings, given.seconds, given.mrz),
        "scanner": lambda: devicetests.scan_code(settings, given.seconds),
        "voice": lambda: devicetests.speak(settings, _loudspeaker(given.config), given.text, given.wav),
        "loudspeaker": lambda: devicetests.chime(settings),
        "bar": lambda: bartests.show(settings, given.address, given.text),
        "callpad": lambda: padtests.press(settings, given.address, given.seconds),
        "ratingpad": lambda: padtests.rate(settings, given.address, given.seconds),
    }
    tests[given.kind]()
    return 0


def _conform(given: argparse.Namespace) -> int:
    settings = chosen_settings(given.kind, None, given.driver, given.option)
    failed = 0
    for claim in claims(given.kind, settings):
        failed += not claim.holds
        print(f"{'ok  ' if claim.holds else 'FAIL'}  {claim.words}" + (f": {claim.trouble}" if claim.trouble else ""))
    return 1 if failed else 0


def chosen_settings(kind: str, config: Path | None, driver: str, options: Sequence[str]) -> dict[str, object]:
    """The device's settings from the file, overridden by flags; raises Problem when there is no driver."""
    settings = dict(configured(kind, config)) if config else {}
    if driver:
        settings = {"driver": driver}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals:
            raise Problem(f"an option is NAME=VALUE, not '{option}'")
        settings[name] = value
    if "driver" not in settings:
        where = f"{config} has none" if config else "say which with --driver NAME or --config FILE"
        raise Problem(f"no {kind} to test: {where}; see hall devices probe")
    return settings


def _loudspeaker(config: Path | None) -> Mapping[str, object]:
    return (configured("loudspeaker", config) if config else {}) or {"driver": "aplay"}
