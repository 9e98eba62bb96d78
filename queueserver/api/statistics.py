"""What managers ask about past and present days: counts, the three durations, and what each measure means."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from contract import statistics
from contract.statistics import GroupBy
from i18n import Translator
from queueserver.accounts.roles import OVERSEERS
from queueserver.api.deps import LeanRoute, documented, house, json_response, who
from queueserver.domain.errors import DomainError
from queueserver.reports import MOST_DAYS, definitions

router = APIRouter(prefix="/halls/{hall}/statistics", route_class=LeanRoute, tags=["statistics"])


@router.get("/day", **documented(statistics.Statistics))
async def one_day(hall: str, request: Request, day: str = "", by: str = "queue", lang: str = "zh-CN") -> Response:
    """One business day, by default the one that runs."""
    await who(request, hall, OVERSEERS)
    wanted = _date(day, "day") if day else None
    return json_response(await house(request).queries.statistics(hall, wanted, wanted, _group(by), lang[:16]))


@router.get("/range", **documented(statistics.Statistics))
async def days(
    hall: str,
    request: Request,
    first: Annotated[str, Query(alias="from")] = "",
    last: Annotated[str, Query(alias="to")] = "",
    by: str = "day",
    lang: str = "zh-CN",
) -> Response:
    """Business days from one to another, both included."""
    await who(request, hall, OVERSEERS)
    begin, end = _date(first, "from"), _date(last, "to")
    if not begin <= end < begin + timedelta(days=MOST_DAYS):
        raise DomainError("invalid_field", field="to")
    return json_response(await house(request).queries.statistics(hall, begin, end, _group(by), lang[:16]))


@router.get("/definitions", **documented(statistics.Definitions))
async def meanings(hall: str, request: Request, lang: str = "zh-CN") -> Response:
    """What each measure means."""
    await who(request, hall, OVERSEERS)
    return json_response(definitions(Translator(lang[:16])))


@router.get("/estimates", **documented(statistics.EstimateGrades))
async def estimates(hall: str, request: Request) -> Response:
    """How many visitors were called within the range of minutes they were told, by queue."""
    await who(request, hall, OVERSEERS)
    lang = request.query_params.get("lang", "zh-CN")[:16]
    return json_response(await house(request).queries.estimate_grades(hall, _asked(request), lang))


def _group(by: str) -> GroupBy:
    try:
        return GroupBy(by)
    except ValueError:
        raise DomainError("invalid_field", field="by") from None


def _date(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError("invalid_field", field=field) from None


def _asked(request: Request) -> date | None:
    asked = request.query_params.get("day")
    return None if asked is None else _date(asked, "day")
