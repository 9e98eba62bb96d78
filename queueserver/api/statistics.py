"""What managers ask about past days, answered from what was counted."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request, Response

from contract import statistics
from queueserver.accounts.roles import OVERSEERS
from queueserver.api.deps import LeanRoute, documented, house, json_response, who
from queueserver.domain.errors import DomainError

router = APIRouter(prefix="/halls/{hall}/statistics", route_class=LeanRoute, tags=["statistics"])


@router.get("/estimates", **documented(statistics.EstimateGrades))
async def estimates(hall: str, request: Request) -> Response:
    """How many visitors were called within the range of minutes they were told, by queue."""
    await who(request, hall, OVERSEERS)
    lang = request.query_params.get("lang", "zh-CN")[:16]
    return json_response(await house(request).queries.estimate_grades(hall, _day(request), lang))


def _day(request: Request) -> date | None:
    asked = request.query_params.get("day")
    if asked is None:
        return None
    try:
        return date.fromisoformat(asked)
    except ValueError as error:
        raise DomainError("invalid_field", field="day") from error
