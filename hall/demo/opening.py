"""Gets the sample hall ready: open today, accounts of staff, codes for the devices, all by the real commands."""

from __future__ import annotations

import contextlib
import io
import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from contract.config import HallConfig, Override
from hall.commandline import Problem
from hall.demo.cast import Cast
from hall.demo.workplace import Workplace
from hall.hallplaces import DatabasePlace

SAMPLE = "hall.toml"


def sample_hall(now: datetime) -> HallConfig:
    """The sample hall, open all day at `now`; raises Problem when the file is damaged."""
    from queueserver.hallfile import read

    text = resources.files("examples").joinpath(SAMPLE).read_text(encoding="utf-8")
    config = read(text).config
    if config is None:
        raise Problem(f"the sample hall {SAMPLE} cannot be used; see: hall config check")
    return open_today(config, now)


def open_today(config: HallConfig, now: datetime) -> HallConfig:
    """`config` with every queue open today and tomorrow in the hall's time zone, to the last minute.

    The day's bands meet at the hall's own day boundary, because no band may hold it.
    """
    today = now.astimezone(ZoneInfo(config.hall.time_zone)).date()
    days = (today, today + timedelta(days=1))
    kept = tuple(override for override in config.overrides if override.date not in days)
    queues = tuple(queue.model_copy(update={"last_ticket_minutes": 0}) for queue in config.queues)
    opened = tuple(_open_all_day(day, config.hall.day_boundary) for day in days)
    return config.model_copy(update={"overrides": (*kept, *opened), "queues": queues})


def publish(config: HallConfig, place: Workplace) -> None:
    """Put the hall into the server's database, as `hall config import` does; raises Problem."""
    place.data.mkdir(parents=True, exist_ok=True)
    DatabasePlace(place.database).publish(config, "hall demo")


def enrolment_codes(cast: Cast, place: Workplace) -> dict[str, str]:
    """A one-time code for each device, by `hall enrol`; raises Problem."""
    from queueserver.accounts.commands import main_enrol

    return {
        device: _run(main_enrol, [device, "--role", role, "--database", place.database])
        for device, role in _devices(cast)
    }


def add_staff(cast: Cast, place: Workplace) -> dict[str, str]:
    """Accounts of clerks and manager, by `hall user add`; their passwords by user. Raises Problem."""
    from queueserver.accounts.commands import main_user

    passwords: dict[str, str] = {}
    for user, name, roles in _staff(cast):
        passwords[user] = secrets.token_urlsafe(9)
        secret = _secret(place.work / "password", passwords[user])
        flags = [flag for role in roles for flag in ("--role", role)]
        place_of = ["--password-file", str(secret), "--database", place.database]
        _run(main_user, ["add", user, "--name", name, *flags, *place_of])
        secret.unlink()
    return passwords


def _open_all_day(day: date, boundary: str) -> Override:
    bands = ("00:00-24:00",) if boundary == "00:00" else (f"00:00-{boundary}", f"{boundary}-24:00")
    return Override.model_validate(
        {"date": day, "open": bands, "note": {"zh-CN": "演示日全天开放", "en": "Demonstration day, open all day"}}
    )


def _staff(cast: Cast) -> list[tuple[str, str, tuple[str, ...]]]:
    clerks = [(clerk.user, clerk.name, ("clerk",)) for clerk in cast.clerks]
    return [*clerks, (cast.manager, "值班长", ("manager", "duty_manager"))]


def _devices(cast: Cast) -> list[tuple[str, str]]:
    return [
        *((kiosk.id, "kiosk") for kiosk in cast.kiosks),
        *((display.id, "display") for display in cast.displays),
        *((clerk.device, "caller") for clerk in cast.clerks),
    ]


def _secret(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _run(command: Callable[[Sequence[str]], int], argv: Sequence[str]) -> str:
    """Run one of the `hall` commands here and return what it prints; raises Problem with what it complains about."""
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        code = command(argv)
    if code:
        raise Problem(f"setting the hall up failed: {complained.getvalue().strip() or said.getvalue().strip()}")
    return said.getvalue().strip()
