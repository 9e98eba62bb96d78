"""`hall doctor`: what is installed, reachable and misconfigured on this machine, and what a person must do about it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from contract.settings import SettingsError
from hall.commandline import OneLineParser
from hall.doctor import hallstate, software, surroundings
from hall.doctor.check import Chapter, Check, Verdict, examined
from hall.doctor.report import count, lines


def main(argv: Sequence[str]) -> int:
    """Exit 0 when nothing needs a person, 1 when something does, 2 wrong usage."""
    parser = OneLineParser(prog="hall doctor", description=f"Looks over this machine. {__doc__.partition(': ')[2]}")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file of the parts on this machine")
    parser.add_argument(
        "--part",
        action="append",
        choices=hallstate.PARTS,
        help="only this part (may be repeated); default: those in the settings file, or all",
    )
    given = parser.parse_args(argv)
    config: Path | None = given.config
    parts = tuple(given.part or (hallstate.parts_in(config) if config else ()) or hallstate.PARTS)
    logging.disable(logging.CRITICAL)  # devices log their faults; here each is a line of the table instead
    try:
        chapters = _chapters(parts, config)
    finally:
        logging.disable(logging.NOTSET)
    for line in lines(chapters):
        print(line)
    return 1 if count(chapters, Verdict.FIX) else 0


def _chapters(parts: tuple[str, ...], config: Path | None) -> list[Chapter]:
    chapters = [
        examined("Installed", _installed(parts)),
        examined("Settings", [partial(hallstate.settings_are_valid, parts, config)]),
    ]
    loaded: dict[str, Any] = {}
    for part in parts:
        with contextlib.suppress(SettingsError, ImportError):  # the chapters above have said it
            loaded[part] = hallstate.settings_of(part, config)
    if "server" in loaded:
        chapters.append(examined("Queue server", [partial(_server, loaded["server"])]))
    for part in (part for part in ("kiosk", "caller", "display") if part in loaded and config):
        chapters.append(examined(part.capitalize(), _app(part, loaded[part])))
    return chapters


def _installed(parts: tuple[str, ...]) -> list[Callable[[], Iterable[Check]]]:
    examinations: list[Callable[[], Iterable[Check]]] = [software.python, partial(software.packages, parts)]
    if "server" in parts:
        examinations.append(software.broker_program)
    if set(parts) - {"server"}:
        examinations += [software.qt, software.screen, software.fonts]
    if "display" in parts:
        examinations.append(software.speech)
    if "kiosk" in parts:
        examinations.append(software.cards)
    return examinations


def _server(settings: Any) -> Iterator[Check]:
    """The server on this machine: running or able to start."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    running = list(surroundings.server(f"http://{host}:{settings.port}", expected=False))
    ours = running[0].verdict is Verdict.OK
    yield from running
    yield from surroundings.port("server port", settings.host, settings.port, ours=ours)
    if settings.outside_broker:
        outside_host, outside_port, _ = settings.outside_broker
        yield from surroundings.broker(surroundings.Broker(outside_host, outside_port), expected=True)
    else:
        yield from surroundings.port("broker port", settings.broker_host, settings.broker_port, ours=ours)
    yield from surroundings.disk(settings.data_dir)
    yield from hallstate.database(settings.database_url)


def _app(part: str, settings: Any) -> list[Callable[[], Iterable[Check]]]:
    password = settings.broker_password.get_secret_value() or settings.token.get_secret_value()
    broker = surroundings.Broker(
        settings.broker_host, settings.broker_port, settings.broker_user or settings.device, password
    )
    return [
        partial(hallstate.identity, part, settings),
        partial(surroundings.server, settings.server, expected=True),
        partial(surroundings.broker, broker, expected=True),
        partial(hallstate.devices, part, settings),
    ]
