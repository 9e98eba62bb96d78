"""Where the settings file keeps each kind of device; read without the device libraries, which may not be installed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hall.commandline import Problem

SETTINGS: Final[Mapping[str, tuple[str, str]]] = {
    "printer": ("kiosk", "printer"),
    "cardreader": ("kiosk", "card_reader"),
    "scanner": ("kiosk", "scanner"),
    "voice": ("display", "voice"),
    "loudspeaker": ("display", "loudspeaker"),
    "bar": ("display", "bars"),
}
"""Kind of device -> where its settings stand in the settings file: [table] and name; other kinds have no app yet."""


def configured(kind: str, config: Path) -> Mapping[str, object]:
    """The settings of this kind of device in the file; empty when it has none. Raises Problem."""
    try:
        whole = tomllib.loads(config.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Problem(f"cannot read {config}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{config} is not valid TOML: {error}") from error
    table, name = SETTINGS.get(kind, ("", ""))
    part = whole.get(table)
    device = part.get(name) if isinstance(part, Mapping) else None
    return device if isinstance(device, Mapping) else {}
