"""Every refusal the server can give: one stable code, one HTTP status, one sentence a person understands.

The English sentence is also the message id of the translation catalogues; `{names}` are filled from the problem's
`params`. Sources: RFC 9457 (problem documents), section "Bad input" of the product's rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is said for one code: HTTP `status` and the English `sentence`."""

    status: int
    sentence: str


REFUSALS: Final[Mapping[str, Refusal]] = {
    # the request itself
    "malformed": Refusal(400, "The request could not be read. Nothing was changed."),
    "invalid_field": Refusal(422, "One entry is not valid: {field}. Nothing was changed."),
    "too_large": Refusal(413, "The request is too large. Nothing was changed."),
    "missing_key": Refusal(400, "The request needs an Idempotency-Key. Nothing was changed."),
    "key_reused": Refusal(409, "This key was already used for another request. Nothing was changed."),
    "not_found": Refusal(404, "There is nothing at this address."),
    "method_not_allowed": Refusal(405, "This address does not accept that method."),
    # who asks
    "unauthenticated": Refusal(401, "Please sign in again."),
    "wrong_credentials": Refusal(401, "The name or the password is wrong."),
    "too_many_attempts": Refusal(429, "Too many attempts. Please wait {seconds} seconds and try again."),
    "forbidden": Refusal(403, "You are not allowed to do this."),
    "wrong_code": Refusal(403, "This enrolment code is unknown, used or expired. Ask for a new one."),
    # unknown things
    "unknown_hall": Refusal(404, "This hall is not known here."),
    "unknown_service": Refusal(404, "This service is not offered here."),
    "unknown_queue": Refusal(404, "This queue is not known here."),
    "unknown_window": Refusal(404, "This window is not known here."),
    "unknown_ticket": Refusal(404, "This ticket is not known here."),
    "unknown_priority_class": Refusal(404, "This priority is not known here."),
    # taking a ticket
    "queue_closed": Refusal(409, "This service is closed now."),
    "last_ticket_time": Refusal(409, "No more tickets are given out for this service today."),
    "day_closed": Refusal(409, "The hall is closed for today."),
    "queue_full": Refusal(409, "All tickets for today have been taken."),
    "line_full": Refusal(409, "Too many people are waiting for this service now. Please try again later."),
    "numbers_used_up": Refusal(409, "All ticket numbers for today have been used. Please ask at the service desk."),
    "person_limit": Refusal(409, "You already have ticket {number} for this service."),
    "stop_twice": Refusal(409, "This service is on the ticket already."),
    "too_many_stops": Refusal(409, "One ticket can hold at most {limit} services."),
    "unknown_stop": Refusal(404, "This service is not on the ticket, or it is done already."),
    "party_too_large": Refusal(409, "At most {limit} people can come together for this service."),
    "too_many_returns": Refusal(409, "At most {limit} windows can wait for one visitor to come back."),
    # the ticket and the window
    "illegal_transition": Refusal(409, "Ticket {number} is {state}; this cannot be done now."),
    "ticket_elsewhere": Refusal(409, "Ticket {number} is not at this window."),
    "not_served_here": Refusal(409, "This window does not serve that queue."),
    "not_due_yet": Refusal(409, "It is not yet the time of ticket {number}."),
    "skill_missing": Refusal(409, "Ticket {number} needs staff with the skill {skill}."),
    "language_elsewhere": Refusal(409, "Staff who speak the language of {number} sit at another window."),
    "window_closed": Refusal(409, "This window is closed. Open it first."),
    "window_paused": Refusal(409, "This window is paused. Resume it first."),
    "window_busy": Refusal(409, "Ticket {number} is still at this window."),
    "window_idle": Refusal(409, "There is no ticket at this window."),
    "window_taken": Refusal(409, "{staff} is signed in at this window."),
    "window_out_of_use": Refusal(409, "This window is out of use until {until}."),
    "staff_elsewhere": Refusal(409, "You are signed in at window {window}. Close it first."),
    "illegal_window_transition": Refusal(409, "The window is {state}; this cannot be done now."),
    "assignment_fixed": Refusal(409, "How visitors are called is the same at all windows of this hall."),
    "recall_limit": Refusal(409, "Ticket {number} was called {calls} times already."),
    "reason_required": Refusal(422, "Please give a reason."),
    "visit_over": Refusal(409, "This visit is from an earlier day."),
    # the day and its hours
    "day_open": Refusal(409, "The day is not closed. Nothing was changed."),
    "unknown_closure": Refusal(404, "This change of the opening hours is not known here, or it is over."),
    "closure_past": Refusal(409, "That time is over. Nothing was changed."),
    "nothing_to_close": Refusal(409, "Nothing is open at that time. Nothing was changed."),
    "nothing_to_open": Refusal(409, "Everything is open at that time already. Nothing was changed."),
    "nobody_hit": Refusal(409, "No ticket is waiting or set aside there. Nothing was changed."),
    "unknown_number": Refusal(404, "There is no open ticket {number}. Nothing was changed."),
    "clock_differs": Refusal(409, "The server's machine shows {time}. Set its clock right first. Nothing was changed."),
    # appointments
    "unknown_appointment": Refusal(404, "This appointment is not known here."),
    "no_appointment": Refusal(404, "There is no appointment for you here today."),
    "unknown_slot": Refusal(409, "There are no appointments at this time."),
    "slot_closed": Refusal(409, "This service is closed at that time."),
    "slot_not_open": Refusal(409, "This time can be booked from {time} on."),
    "slot_too_late": Refusal(409, "This time can no longer be booked."),
    "slot_full": Refusal(409, "This time is fully booked."),
    "too_many_appointments": Refusal(409, "You have the largest number of appointments allowed already: {count}."),
    "booked_that_day": Refusal(409, "You already have an appointment for this service on that day."),
    "barred": Refusal(409, "You missed your last appointments. You can book again from {time} on."),
    "draft_expired": Refusal(409, "The time was held too long without being confirmed. Please choose again."),
    "illegal_appointment": Refusal(409, "The appointment is {state}; this cannot be done now."),
    "cancel_too_late": Refusal(
        409, "An appointment can be cancelled or moved only until {minutes} minutes before its time."
    ),
    "moved_lately": Refusal(409, "This appointment was moved just now. It can be moved again from {time} on."),
    "check_in_early": Refusal(409, "It is too early to check in. Please come back at {time}."),
    "check_in_late": Refusal(
        409, "Your appointment was at {time}; it is too late to check in. Please ask at the desk."
    ),
    "already_checked_in": Refusal(409, "This appointment was checked in already: your ticket is {number}."),
    "reference_differs": Refusal(409, "This reference was imported before with another service or time."),
    "channel_not_yours": Refusal(403, "This account does not book for the channel {channel}."),
    # configuration
    "config_invalid": Refusal(422, "The configuration has {count} errors. Nothing was changed."),
    "stale_draft": Refusal(409, "Somebody else published a change meanwhile. Nothing was changed."),
    # the machine
    "busy": Refusal(503, "The system is busy. Please try again in a moment."),
    "storage_full": Refusal(507, "The server's disk is full. Nothing was changed; please tell the service desk."),
    "storage_unavailable": Refusal(503, "The server cannot store anything now. Nothing was changed; please try again."),
    "internal": Refusal(500, "Something went wrong on the server. Nothing was changed."),
    # said by a client about its own situation, never sent by the server
    "server_unreachable": Refusal(503, "The queue server cannot be reached. Please wait a moment."),
    "window_ended": Refusal(409, "This window was closed for you. Please sign in again."),
    "incompatible_server": Refusal(502, "The server speaks another version. Please tell the service desk."),
}

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
PROBLEM_TYPE_BASE: Final = "urn:hallqueue:problem:"


class HallError(Exception):
    """A refusal, as the client's code meets it.

    `code` is a key of REFUSALS (an unknown code of a newer server is kept as it is), `params` fills the sentence,
    `field` names the entry at fault or is empty, `status` is the HTTP status.
    """

    def __init__(
        self, code: str, params: Mapping[str, object] | None = None, *, field: str = "", detail: str = ""
    ) -> None:
        self.code = code
        self.params: dict[str, object] = dict(params or {})
        self.field = field
        refusal = REFUSALS.get(code)
        self.status = refusal.status if refusal else 500
        self.sentence = refusal.sentence if refusal else detail
        super().__init__(detail or english(code, self.params))


def english(code: str, params: Mapping[str, object]) -> str:
    """The English sentence for `code`; a parameter that is missing stays visible as its name."""
    refusal = REFUSALS.get(code)
    if refusal is None:
        return code
    return refusal.sentence.format_map(_Named(params))


class _Named(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return key
