"""Where a hall's configuration lives: in a database on this machine, or behind a running server."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from contract.bodies import Problem as ProblemBody
from contract.client.http import HallClient
from contract.config import HallConfig
from contract.days import AppointmentHit
from contract.errors import HallError, english
from contract.ids import API_PREFIX, new_idempotency_key
from contract.settings import SettingsError
from hall.commandline import Problem

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from queueserver.simulation.recording import Recording

_TIMEOUT_SECONDS = 15.0
TOKEN: Final = "HALL_TOKEN"  # noqa: S105 # the name of a variable, not a secret


@dataclass(frozen=True, slots=True)
class Published:
    """What is in force now, and the appointments still to come that cannot be kept under it."""

    version: int
    appointments: tuple[AppointmentHit, ...]


class Place(Protocol):
    """Something that holds halls. Both methods raise Problem with the line for the person."""

    name: str

    def publish(self, config: HallConfig, note: str) -> Published:
        """Put the checked `config` in force."""

    def hit(self, config: HallConfig) -> tuple[AppointmentHit, ...]:
        """The appointments that could not be kept if it were; nothing is changed."""

    def published(self, hall: str) -> HallConfig:
        """What is in force; an empty `hall` is the only one there is."""


def database_url(settings_file: Path | None, data_dir: Path | None = None) -> str:
    """The database that `hall serve` uses with this settings file, or in this data folder."""
    from queueserver.settings import ServerSettings

    try:
        return ServerSettings.load(settings_file, {"data_dir": data_dir} if data_dir else {}).database_url
    except SettingsError as error:
        raise Problem(str(error)) from error


class DatabasePlace:
    """The database itself; the server need not run, and a running one goes on with the new version."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.name = url.rpartition("@")[2].removeprefix("sqlite:///")

    def publish(self, config: HallConfig, note: str) -> Published:
        from queueserver.clock import SystemClock, Ulids
        from queueserver.store.database import open_engine
        from queueserver.store.publishing import publish

        self._prepare(create=True)
        clock = SystemClock()
        engine = open_engine(self._url, writing=True)
        try:
            with engine.begin() as connection:
                version, _ = publish(
                    connection,
                    config.hall.id,
                    config,
                    clock.now(),
                    Ulids(clock)(),
                    by=f"{getpass.getuser()} (hall config import)",
                    note=note,
                    expected=None,
                )
                hit = _hit(connection, config, clock.now())
        except Exception as error:
            raise self._storage_problem(error) from error
        finally:
            engine.dispose()
        return Published(version, hit)

    def hit(self, config: HallConfig) -> tuple[AppointmentHit, ...]:
        from queueserver.clock import SystemClock
        from queueserver.store.database import open_engine

        self._prepare(create=True)
        engine = open_engine(self._url, writing=False)
        try:
            with engine.begin() as connection:
                return _hit(connection, config, SystemClock().now())
        except Exception as error:
            raise self._storage_problem(error) from error
        finally:
            engine.dispose()

    def published(self, hall: str) -> HallConfig:
        from sqlalchemy import select

        from queueserver.domain.errors import DomainError
        from queueserver.published import Publications
        from queueserver.store.database import open_engine
        from queueserver.store.tables import halls

        self._prepare(create=False)
        engine = open_engine(self._url, writing=False)
        try:
            with engine.begin() as connection:
                known = list(connection.execute(select(halls.c.hall).order_by(halls.c.hall)).scalars())
                return Publications().hall_now(connection, _the_one(hall, known, self.name)).published.config
        except DomainError as error:
            raise Problem(f"{self.name}: there is no hall '{hall}'") from error
        except Problem:
            raise
        except Exception as error:
            raise self._storage_problem(error) from error
        finally:
            engine.dispose()

    def recorded(self, day: date, hall: str) -> Recording:
        """One past business day; raises Problem when there is none."""
        from queueserver.simulation.recording import RecordingError, read_day
        from queueserver.store.database import open_engine

        self._prepare(create=False)
        engine = open_engine(self._url, writing=False)
        try:
            with engine.begin() as connection:
                return read_day(connection, day, hall)
        except RecordingError as error:
            raise Problem(f"{self.name}: {error}") from error
        except Exception as error:
            raise self._storage_problem(error) from error
        finally:
            engine.dispose()

    def _prepare(self, *, create: bool) -> None:
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        from queueserver.store.database import DatabaseRefusedError, prepare

        try:
            url = make_url(self._url)
            if url.get_backend_name() == "sqlite" and url.database:
                path = Path(url.database)
                if not create and not path.exists():
                    raise Problem(f"there is no database {path}; start hall serve or import a hall first")
                path.parent.mkdir(parents=True, exist_ok=True)
            prepare(self._url)
        except ArgumentError as error:
            raise Problem(
                f"'{self._url}' is not a database URL such as sqlite:////var/lib/hallqueue/hall.db"
            ) from error
        except DatabaseRefusedError as error:
            raise Problem(f"{self.name}: {error}") from error
        except OSError as error:
            raise Problem(f"cannot make the folder of {self.name}: {error.strerror}") from error

    def _storage_problem(self, error: Exception) -> Exception:
        """The line for a database error; anything else stays what it is."""
        from sqlalchemy.exc import SQLAlchemyError

        from queueserver.store.database import classify

        if isinstance(error, SQLAlchemyError):
            return Problem(f"{self.name}: {english(classify(error).code, {})}")
        return error


def _hit(connection: Connection, config: HallConfig, now: datetime) -> tuple[AppointmentHit, ...]:
    """Of a hall that is new there are none."""
    from queueserver import obstacles, selects

    row = selects.hall_row(connection, config.hall.id)
    if row is None:
        return ()
    plan = obstacles.plan_if_published(connection, config.hall.id, config, row.business_day)
    return obstacles.obstructed(connection, config.hall.id, plan, now)


class _Version(BaseModel):
    """Answer of GET /halls/{hall}/config and POST /halls/{hall}/config/publish."""

    model_config = ConfigDict(extra="ignore")

    version: int
    config: HallConfig
    appointments: tuple[AppointmentHit, ...] = ()


class ServerPlace:
    """A running server; the asker must be a manager of the hall."""

    def __init__(self, url: str, hall: str, user: str, token: str) -> None:
        self.name = url.rstrip("/")
        self._hall = hall
        self._user = user
        self._token = token

    def publish(self, config: HallConfig, note: str) -> Published:
        body = {"config": config.model_dump(mode="json"), "note": note}
        answer = self._ask("POST", config.hall.id, "/config/publish", body)
        return Published(answer.version, answer.appointments)

    def hit(self, config: HallConfig) -> tuple[AppointmentHit, ...]:
        body = {"config": config.model_dump(mode="json"), "dry_run": True}
        return self._ask("POST", config.hall.id, "/config/publish", body).appointments

    def published(self, hall: str) -> HallConfig:
        return self._ask("GET", hall, "/config").config

    def _ask(self, method: str, hall: str, path: str, body: object = None) -> _Version:
        token, own_hall = self._sign_in()
        hall = hall or own_hall
        if not hall:
            raise Problem("say which hall with --hall ID")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_idempotency_key()}
        url = f"{self.name}{API_PREFIX}/halls/{hall}{path}"
        try:
            answer = httpx.request(method, url, json=body, headers=headers, timeout=_TIMEOUT_SECONDS, trust_env=False)
        except httpx.HTTPError as error:
            raise Problem(f"{self.name} does not answer: {error}") from error
        if answer.status_code == httpx.codes.UNAUTHORIZED and self._token:
            raise Problem(f"{self.name}: HALL_TOKEN is not accepted; sign in with --user NAME instead")
        if not answer.is_success:
            raise Problem(f"{self.name}: {_refusal(answer)}")
        try:
            return _Version.model_validate_json(answer.content)
        except ValidationError as error:
            raise Problem(f"{self.name}: {english('incompatible_server', {})}") from error

    def _sign_in(self) -> tuple[str, str]:
        """A bearer token, and the hall it belongs to if that is known."""
        if self._token:
            return self._token, self._hall
        if not self._user:
            raise Problem("say who you are with --user NAME, or set HALL_TOKEN")
        password = password_for(self._user)
        client = HallClient(self.name, self._hall, timeout=_TIMEOUT_SECONDS, attempts=1)
        try:
            token = client.login(self._user, password)
        except HallError as error:
            raise Problem(f"{self.name}: {error}") from error
        finally:
            client.close()
        return token.token, token.hall


def sign_in(client: HallClient, user: str, hall: str) -> None:
    """As `user`, or with the token in HALL_TOKEN; raises Problem when neither is there."""
    if os.environ.get(TOKEN):
        if not hall:
            raise Problem("say which hall with --hall ID")
        return
    if not user:
        raise Problem(f"say who you are with --user NAME, or set {TOKEN}")
    token = client.login(user, password_for(user))
    client.hall = hall or token.hall


def password_for(user: str) -> str:
    """Asked for at a terminal, else the first line of standard input; raises Problem when there is none."""
    asked = sys.stdin.isatty()
    password = getpass.getpass(f"Password of {user}: ") if asked else sys.stdin.readline().rstrip("\n")
    if not password:
        raise Problem("no password was given")
    return password


def _refusal(answer: httpx.Response) -> str:
    try:
        problem = ProblemBody.model_validate_json(answer.content)
    except ValidationError:
        return f"HTTP {answer.status_code}; this is not a hallqueue server"
    first = problem.params.get("first")
    return english(problem.code, problem.params) + (f" First: {first}" if first else "")


def _the_one(hall: str, known: list[str], place: str) -> str:
    if hall:
        return hall
    if len(known) == 1:
        return known[0]
    if not known:
        raise Problem(f"{place}: no hall has been imported yet")
    raise Problem(f"{place} has several halls, choose one with --hall: {', '.join(known)}")
