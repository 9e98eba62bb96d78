"""How every part reads its settings: model defaults < its table in a TOML file < HALL_* environment < flags."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from contract.commandline import OneLineParser


class SettingsError(Exception):
    """The settings cannot be used; the message is one line that names the setting and what is wrong with it."""


class PartSettings(BaseSettings):
    """Settings of one part. Subclasses set `part`, the name of their table in the file (e.g. "kiosk"), and
    `command`, the word after `hall` that starts it, when that is another word.

    Scalar fields are flags too (`--server`); nested ones come from the file, or from the environment with a double
    underscore (`HALL_PRINTER__DRIVER`). Secrets are SecretStr and never printed.
    """

    part: ClassVar[str]
    command: ClassVar[str] = ""

    model_config = SettingsConfigDict(env_prefix="HALL_", env_nested_delimiter="__", extra="forbid", frozen=True)

    _file_values: ClassVar[dict[str, Any]] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, _Values(settings_cls, cls._file_values))

    @classmethod
    def load(cls, config: Path | None = None, flags: dict[str, Any] | None = None) -> Self:
        """Settings in force; raises SettingsError."""
        cls._file_values = _table(config, cls.part) if config else {}
        try:
            return cls(**(flags or {}))
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"]) or cls.part
            raise SettingsError(f"setting {name}: {_words(first)}") from error
        finally:
            cls._file_values = {}

    @classmethod
    def from_arguments(cls, argv: Sequence[str], description: str) -> Self:
        """Parse flags, load, and answer --print-config; exits 2 with one line when something is wrong."""
        prog = f"hall {cls.command or cls.part}"
        parser = OneLineParser(prog=prog, description=description)
        parser.add_argument("--config", type=Path, metavar="FILE", help="TOML file; this part reads its own table")
        parser.add_argument(
            "--print-config", action="store_true", help="show what is in force, secrets hidden, and exit"
        )
        for name, field in cls.model_fields.items():
            _add_flag(parser, name, field)
        given = vars(parser.parse_args(argv))
        config, show = given.pop("config"), given.pop("print_config")
        try:
            settings = cls.load(config, {name: value for name, value in given.items() if value is not None})
        except SettingsError as error:
            parser.exit(2, f"{prog}: {error}\n")
        if show:
            sys.stdout.write(settings.model_dump_json(indent=2) + "\n")
            parser.exit(0)
        return settings


class _Values(PydanticBaseSettingsSource):
    """A plain table as a settings source."""

    def __init__(self, settings_cls: type[BaseSettings], values: dict[str, Any]) -> None:
        super().__init__(settings_cls)
        self._values = values

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self._values.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self._values


def _table(path: Path, part: str) -> dict[str, Any]:
    try:
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    table = whole.get(part, {})
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: [{part}] must be a table")
    return table


def _words(error: ErrorDetails) -> str:
    """What is wrong, without the prefix pydantic puts before a validator's own sentence."""
    if error["type"] == "extra_forbidden":
        return "there is no such setting"
    return error["msg"].removeprefix("Value error, ")


def _add_flag(parser: argparse.ArgumentParser, name: str, field: FieldInfo) -> None:
    flag = "--" + name.replace("_", "-")
    if field.annotation is bool:
        parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=field.description)
    elif field.annotation in (str, int, float, Path, SecretStr):
        parser.add_argument(flag, default=None, metavar=name.upper(), help=field.description)
