"""Somebody at each window who can do whatever is asked for there: who sits there when nobody says who."""

from __future__ import annotations

from dataclasses import replace

from queueserver.domain.eligibility import base_language
from queueserver.domain.hall import HallPlan, StaffPlan


def anyone_at(window: str) -> str:
    """The id of the one at this window; no account has it, ids of accounts have no blank at their end."""
    return f"anyone at {window} "


def with_anyone(plan: HallPlan, languages: tuple[str, ...]) -> HallPlan:
    """The hall with them on its list of staff, if it matters who sits where."""
    if not (plan.staff or plan.skills):
        return plan
    skills = frozenset(plan.skills.values())
    spoken = frozenset(base_language(tag) for tag in languages)
    them = {name: StaffPlan(name, skills, spoken) for name in map(anyone_at, plan.windows)}
    return replace(plan, staff={**plan.staff, **them})
