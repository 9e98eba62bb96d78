"""How a finding is worded, and the words for what can be wrong with how a hall calls: bounds, rules and the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """An error keeps the file from being used; a warning only deserves a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of one code; `nearly` replaces `remedy` when a likely spelling ({near}) is known."""

    problem: str
    remedy: str
    nearly: str = ""
    severity: Severity = Severity.ERROR


_WARNING = Severity.WARNING

OF_CALLING: Final[Mapping[str, Sentence]] = {
    # bounds and rules
    "tolerance_over_bound": Sentence(
        "appointments may wait {tolerance} minutes, but nobody longer than {limit}: the second bound would come first",
        "write appointment_tolerance_minutes below {limit}, or raise longest_wait_minutes",
    ),
    "rule_beyond_bound": Sentence(
        "{subject}: the rule for queue '{value}' waits for {minutes} minutes, but from {limit} minutes on the longest "
        "wait of all goes first, so it never decides anything",
        "write waited_minutes below {limit}, or raise longest_wait_minutes of the policy",
    ),
    "rule_hidden": Sentence(
        "{subject}: an earlier rule for queue '{value}' holds whenever this one would",
        "put the stricter one first, or remove it",
        severity=_WARNING,
    ),
    "rule_line_long": Sentence(
        "{subject}: the rule waits for more people than the waiting_limit of queue '{value}' lets in, which is {limit}",
        "lower waiting_at_least, or raise the limit",
        severity=_WARNING,
    ),
    "queue_unbounded": Sentence(
        "{subject} may wait for ever: each window that serves it has a rule that takes another queue first, and "
        "longest_wait_minutes = 0 ends no rule",
        "give longest_wait_minutes, or at one window a rule for '{value}' before the others",
    ),
    "missed_never_back": Sentence(
        '{subject}: missed = "{value}" lets people wait again, but with max_misses = 1 nobody ever does',
        'raise max_misses of the policy, or write missed = "clerk"',
    ),
    "check_in_never": Sentence(
        "{subject}: check-in opens at the booked time and ends with it, so nobody could be in time",
        "give early_minutes or late_minutes, or both",
    ),
    "late_over_bound": Sentence(
        "{subject}: whoever checks in {minutes} minutes late is in time and counts as waiting from the booked time on, "
        "so he would be over the bound of {limit} at once and go before everybody",
        "write late_minutes below longest_wait_minutes of the policy",
    ),
    "work_beyond_windows": Sentence(
        "{subject}: {places} places in {minutes} minutes are {work} minutes of work, but the windows of queue "
        "'{queue}' ({windows}) have {room}: booked out, appointments wait longer and longer, whatever the tolerance",
        "lower the capacity, or let more windows serve the queue",
        severity=_WARNING,
    ),
    "cancel_beyond_horizon": Sentence(
        "{subject}: an appointment may be given back until {minutes} minutes before it, but is booked at most {days} "
        "days ahead: nobody could ever give one back",
        "lower cancel_minutes, or raise horizon_days",
        severity=_WARNING,
    ),
    "auto_unused": Sentence(
        "{subject} says who calls, but assignment is '{value}': only \"mixed\" lets windows differ",
        'remove auto, or write assignment = "mixed" in the policy',
        severity=_WARNING,
    ),
    # the desk
    "desk_linked": Sentence(
        "{subject} is the desk and walks further queues: a desk hands on to services instead",
        "remove its steps, and give them to a service of their own",
    ),
    "desk_after": Sentence("{subject} is the desk and must come after others, but it comes first", "remove 'after'"),
    "desk_direct": Sentence(
        "{subject} is the desk itself, so it is direct anyway", "remove direct here", severity=_WARNING
    ),
    "desk_again": Sentence(
        "{subject} leads to queue '{value}', which is the desk's: the desk would send its visitors to itself",
        "name another queue, or write direct = true if the desk does this itself",
    ),
    "desk_for_nobody": Sentence(
        "every service is direct, so nobody comes to the desk '{value}' first",
        "remove desk from the policy, or direct from the services the desk is for",
        severity=_WARNING,
    ),
    "direct_without_desk": Sentence(
        "{subject} is direct, but the hall has no desk to go to first",
        'remove direct, or name the desk\'s service in the policy: desk = "..."',
        severity=_WARNING,
    ),
    "desk_never_open": Sentence(
        "{subject} is never open together with the desk, which gives out its numbers: nobody could take one",
        "give them hours in common, or write direct = true in its services",
    ),
    "desk_closed_then": Sentence(
        "{subject} is open on {day} at {time}, when the desk is closed: nobody can take a number for it then",
        "open the desk as long, or write direct = true in its services",
        severity=_WARNING,
    ),
    "desk_party": Sentence(
        "{subject} lets {limit} people come together, but the desk before it, queue '{desk}', only {less}",
        "raise party_limit of '{desk}', or remove it there",
    ),
}
