"""What the settings file and the database say: parts that are configured, the hall in force, devices that answer."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from contract.config import HallConfig
from contract.settings import PartSettings, SettingsError
from hall.commandline import Problem
from hall.devicesettings import SETTINGS
from hall.doctor.check import Check, Verdict
from hall.hallplaces import DatabasePlace

PARTS: Final = ("server", "kiosk", "caller", "display")


def parts_in(config: Path) -> tuple[str, ...]:
    """The parts that have a table in the settings file; raises Problem when it cannot be read."""
    try:
        whole = tomllib.loads(config.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Problem(f"cannot read {config}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{config} is not valid TOML: {error}") from error
    return tuple(part for part in PARTS if isinstance(whole.get(part), Mapping))


def settings_of(part: str, config: Path | None) -> PartSettings:
    """The settings in force for a part; raises SettingsError."""
    return _settings_class(part).load(config)


def settings_are_valid(parts: tuple[str, ...], config: Path | None) -> Iterator[Check]:
    for part in parts:
        try:
            settings_of(part, config)
        except SettingsError as error:
            yield Check(Verdict.FIX, f"[{part}]", str(error), f"correct {config or 'the HALL_* environment'}")
        else:
            yield Check(Verdict.OK, f"[{part}]", str(config) if config else "built-in defaults")


def identity(part: str, settings: Any) -> Iterator[Check]:
    """An app that has no token has not been enrolled."""
    if settings.token.get_secret_value():
        yield Check(Verdict.OK, f"{part} identity", f"device {settings.device} of hall {settings.hall}")
    else:
        advice = f"hall enrol gives a code for {settings.device}; its token goes into [{part}]"
        yield Check(Verdict.FIX, f"{part} identity", "no token", advice)


def database(url: str) -> Iterator[Check]:
    """The newest configuration in the database, checked again with the rules of this version."""
    from queueserver.hallfile import findings_in

    place = DatabasePlace(url)
    try:
        config: HallConfig = place.published("")
    except Problem as problem:
        known = "several halls" in str(problem)
        advice = "" if known else "hall config import HALL.toml; hall demo shows everything without one"
        yield Check(Verdict.OK if known else Verdict.NOTE, "hall", str(problem), advice)
        return
    findings = findings_in(config)
    errors = [finding for finding in findings if finding.is_error]
    found = f"{config.hall.id} in {place.name}: {len(config.services)} services, {len(config.windows)} windows"
    if errors:
        yield Check(Verdict.FIX, "hall", f"{found}; {errors[0]}", "hall config export, correct it, hall config import")
    else:
        yield Check(Verdict.OK, "hall", f"{found}{f'; {len(findings)} warnings' if findings else ''}")


def devices(part: str, settings: Any) -> Iterator[Check]:
    """Every device of the part's settings is opened and asked how it is."""
    for kind, (owner, field) in SETTINGS.items():
        chosen = getattr(settings, field, None) if owner == part else None
        if isinstance(chosen, Mapping) and chosen:
            yield _device(kind, chosen)


def _device(kind: str, chosen: Mapping[str, object]) -> Check:
    from hardware import registry
    from hardware.ports import Condition

    openers: Mapping[str, Any] = {
        "printer": registry.open_printer,
        "cardreader": registry.open_card_reader,
        "scanner": registry.open_scanner,
        "voice": registry.open_voice,
        "loudspeaker": registry.open_loudspeaker,
        "bar": registry.open_bar,
    }
    device = openers[kind](chosen)
    try:
        health = device.health()
    finally:
        device.close()
    driver = str(chosen.get("driver", "no driver"))
    if health.code == "not_started":
        return Check(Verdict.OK, kind, f"{driver}: settings are good; try it with hall devices test {kind}")
    if health.condition is Condition.OK:
        return Check(Verdict.OK, kind, f"{driver} answers")
    verdict = Verdict.LOOK if health.condition is Condition.WARNING else Verdict.FIX
    said = f"{driver}: {health.code}{': ' + health.detail if health.detail else ''}"
    return Check(verdict, kind, said, f"hall devices test {kind} says more")


def _settings_class(part: str) -> type[PartSettings]:
    """Imported one by one, because a machine may have only some parts installed."""
    if part == "server":
        from queueserver.settings import ServerSettings

        return ServerSettings
    if part == "kiosk":
        from kiosk.settings import KioskSettings

        return KioskSettings
    if part == "caller":
        from caller.settings import CallerSettings

        return CallerSettings
    from display.settings import DisplaySettings

    return DisplaySettings
