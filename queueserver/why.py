"""Says why a ticket was called, in a sentence the person who asks understands."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from contract.bodies import PassedOver, Reason
from i18n import Translator, language_name
from queueserver.published import Published

_AFTER_A_WAIT: Final[dict[str, tuple[str, str]]] = {
    "first_in_line": ("It was first in line after {n} minute.", "It was first in line after {n} minutes."),
    "sent_here": (
        "It was sent to this window and had waited {n} minute.",
        "It was sent to this window and had waited {n} minutes.",
    ),
    "came_back": (
        "It came back to this window, which had sent it elsewhere, {n} minute after it had arrived.",
        "It came back to this window, which had sent it elsewhere, {n} minutes after it had arrived.",
    ),
    "held_due": (
        "Its time on hold was over, and at its old place it was first after {n} minute.",
        "Its time on hold was over, and at its old place it was first after {n} minutes.",
    ),
}


def sentence(reason: Reason, published: Published, lang: str, how: str = "") -> str:
    """The stored reason in words; a code of a newer server is shown as it is. `how` is how it was called."""
    t = Translator(lang)
    said = _because(reason, published, lang, t)
    if how == "auto":
        said = t("The hall called it by itself. {sentence}", sentence=said)
    if reason.passed_over:
        numbers = t(", ").join(_passed_over(one, published, lang, t) for one in reason.passed_over)
        said = t("{sentence} Passed over: {numbers}.", sentence=said, numbers=numbers)
    return said


def _passed_over(one: PassedOver, published: Published, lang: str, t: Translator) -> str:
    """The number, and whom it waits for when it was left to other staff."""
    match one.waits_for:
        case "language":
            language = language_name(one.what, lang)
            return t("{number} (waits for staff who speak {language})", number=one.number, language=language)
        case "skill":
            service = published.service_name(one.what, lang)
            return t("{number} (needs staff qualified for {service})", number=one.number, service=service)
    return one.number


def _because(reason: Reason, published: Published, lang: str, t: Translator) -> str:  # noqa: PLR0911 # one per code
    params = reason.params
    waited = _count(params.get("waited_minutes"))
    if reason.code in _AFTER_A_WAIT:
        return t.plural(*_AFTER_A_WAIT[reason.code], waited)
    match reason.code:
        case "privileged":
            kind = published.class_name(str(params.get("priority_class", "")), lang)
            return t("It has priority: {priority}.", priority=kind)
        case "appointment_due":
            return t.plural(
                "Its appointment was at {time}, {n} minute ago, and no appointment should wait longer.",
                "Its appointment was at {time}, {n} minutes ago, and no appointment should wait longer.",
                waited,
                time=_clock(params.get("booked_for"), published),
            )
        case "ordinary_turn":
            return t.plural(
                "After {n} priority call it was the ordinary line's turn.",
                "After {n} priority calls in a row it was the ordinary line's turn.",
                _count(params.get("after")),
            )
        case "waited_too_long":
            return t(
                "It had waited {waited} minutes, longer than the limit of {limit} minutes.",
                waited=waited,
                limit=_count(params.get("limit_minutes")),
            )
        case "rule":
            queue = published.queue_name(str(params.get("queue", "")), lang)
            return t("Rule {rule} of this window comes first: {queue}.", rule=_count(params.get("rule")), queue=queue)
        case "picked":
            return t("It was picked out of order: {reason}", reason=params.get("reason", ""))
        case "called_back":
            return t("It was called back; before, it was {state}.", state=t(str(params.get("state", ""))))
    return reason.code


def _clock(moment: str | int | None, published: Published) -> str:
    """A moment as the hall's clocks show it, "09:30"; what cannot be read is shown as it is."""
    try:
        zone = ZoneInfo(published.config.hall.time_zone)
        return f"{datetime.fromisoformat(str(moment)).astimezone(zone):%H:%M}"
    except ValueError:
        return str(moment)


def _count(value: str | int | None) -> int:
    return value if isinstance(value, int) else 0
