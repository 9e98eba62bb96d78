"""`hall enrol`: on the server it makes a one-time code, on a device it turns that code into the device's settings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import tomlkit
import tomlkit.exceptions
from pydantic import ValidationError

from contract.bodies import DeviceCredentials
from contract.client.http import HallClient
from contract.errors import HallError
from hall.commandline import OneLineParser, Problem

_CODE: Final = "--code"
_PARTS: Final = ("kiosk", "caller", "display")


def main(argv: Sequence[str]) -> int:
    """With --code this is a device that enrols; without, the server that makes a code. Exit 0, 1 or 2."""
    if not any(word == _CODE or word.startswith(f"{_CODE}=") for word in argv):
        from queueserver.accounts.commands import main_enrol

        return main_enrol(argv)
    given = _parser().parse_args(argv)
    credentials = _redeemed(given.server, given.code, given.device)
    settings = _settings(given.server, credentials)
    if given.write is None:
        print(tomlkit.dumps({given.part: settings}), end="")
        return 0
    _write(given.write, given.part, settings)
    print(
        f"{given.device} is enrolled in hall '{credentials.hall}'; "
        f"its credentials are in [{given.part}] of {given.write}"
    )
    return 0


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="hall enrol",
        description="Turns a one-time code into this device's own settings. "
        "The code comes from: hall enrol DEVICE --role kiosk|caller|display, typed on the server.",
    )
    parser.add_argument("device", help="id of this device, as it was given when the code was made")
    parser.add_argument(_CODE, required=True, metavar="CODE", help="the one-time code")
    parser.add_argument("--server", required=True, metavar="URL", help="the queue server, e.g. http://192.0.2.5:8460")
    parser.add_argument("--part", choices=_PARTS, required=True, help="what this device is")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="put it into this settings file instead of showing it"
    )
    return parser


def _redeemed(server: str, code: str, device: str) -> DeviceCredentials:
    client = HallClient(server, "", attempts=2)
    try:
        return client.enrol(code.strip(), device)
    except HallError as error:
        raise Problem(f"{server}: {error}") from error
    except ValidationError as error:
        wrong = error.errors()[0]["loc"][0]
        raise Problem(
            f"this cannot be the {'id of a device' if wrong == 'device' else 'code'}; look at it again"
        ) from error
    finally:
        client.close()


def _settings(server: str, credentials: DeviceCredentials) -> dict[str, object]:
    return {
        "server": server,
        "hall": credentials.hall,
        "device": credentials.device,
        "token": credentials.token,
        "broker_host": credentials.mqtt_host,
        "broker_port": credentials.mqtt_port,
    }


def _write(path: Path, part: str, settings: dict[str, object]) -> None:
    """Change only these settings in the file, keep all else as it is, and keep the secret from other accounts."""
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
        table: Any = document.setdefault(part, tomlkit.table())
        table.update(settings)
        text = tomlkit.dumps(document)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        path.chmod(0o600)
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}; ask for a new code and try again") from error
    except tomlkit.exceptions.TOMLKitError as error:
        raise Problem(f"{path} is not valid TOML: {error}; ask for a new code and try again") from error
