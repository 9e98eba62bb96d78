"""Every command in every state, with what must come of it: the table that tests and the exhaustive search read.

A cell says the ticket's new state and the fact that is recorded ("called recalled" = ticket.recalled), or "!code" for a
refusal; "!" alone is "!illegal_transition". "=" is accepted and changes nothing, "nobody" is call-next with no one to
call, and "ticket" leaves it to the same command's row in TICKETS. A command's words in brackets tell its variants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

TICKETS: Final = """
| command            | waiting           | called            | serving           | held              | no_show           | over |
|--------------------|-------------------|-------------------|-------------------|-------------------|-------------------|------|
| MarkPrinted        | waiting printed   | called printed    | serving printed   | held printed      | no_show printed   | !    |
| MarkPrinted (again) | =                | =                 | =                 | =                 | =                 | =    |
| Cancel             | cancelled cancelled | !               | !                 | !                 | !                 | !    |
| Cancel (walkout)   | walkout walked_out | !                | !                 | !                 | !                 | !    |
| Requeue            | waiting returned  | waiting returned  | !                 | waiting returned  | waiting returned  | !    |
| Postpone           | waiting returned  | waiting returned  | !                 | !                 | !                 | !    |
| Reinstate          | !                 | !                 | !                 | waiting returned  | waiting returned  | !    |
| Pick               | called called     | !                 | !                 | !                 | !                 | !    |
| CallBack           | !                 | !                 | !                 | called called     | called called     | !    |
| AddStops           | = replanned       | = replanned       | = replanned       | = replanned       | = replanned       | !    |
| DropStops          | = replanned       | = replanned       | = replanned       | = replanned       | = replanned       | !unknown_stop; finished !; transferred ! |
| DropStops (this one) | cancelled cancelled continued | !   | !                 | !                 | !                 | !unknown_stop; transferred ! |
| VoidTickets        | cancelled cancelled | !nobody_hit      | !nobody_hit       | cancelled cancelled | cancelled cancelled | !unknown_number; transferred = cancelled |
| CloseDay           | expired day.closed | = day.closed     | = day.closed      | expired day.closed | expired day.closed | = day.closed |
| ReopenDay          | waiting day.reopened | = day.reopened | = day.reopened    | held day.reopened | no_show day.reopened | = day.reopened |
| TurnDay            | expired day.closed | expired day.closed | finished day.closed | expired day.closed | expired day.closed | = day.closed |
"""
"""What becomes of the ticket that is named; where windows stand makes no difference but to Pick and CallBack.

"over" is each of finished, transferred, cancelled, walkout and expired; behind a semicolon, what one of them has of its
own. TurnDay, CloseDay and ReopenDay name none: they reach all. TurnDay closes each window somebody forgot, too.
"""

WINDOWS: Final = """
| command             | closed        | open           | paused        | open+called        | open+serving      | paused+called      | paused+serving    |
|---------------------|---------------|----------------|---------------|--------------------|-------------------|--------------------|-------------------|
| OpenWindow          | open opened   | =              | =             | =                  | =                 | =                  | =                 |
| OpenWindow (another) | open opened  | !window_taken  | !window_taken | !window_taken      | !window_taken     | !window_taken      | !window_taken     |
| OpenWindow (sits elsewhere) | !staff_elsewhere | !window_taken | !window_taken | !window_taken | !window_taken | !window_taken      | !window_taken     |
| PauseWindow         | !illegal_window_transition | paused paused | !illegal_window_transition | paused paused | paused paused | !illegal_window_transition | !illegal_window_transition |
| ResumeWindow        | !illegal_window_transition | !illegal_window_transition | open resumed | !illegal_window_transition | !illegal_window_transition | open resumed | open resumed |
| SwitchCalling       | !assignment_fixed | !assignment_fixed | !assignment_fixed | !assignment_fixed | !assignment_fixed | !assignment_fixed | !assignment_fixed |
| SwitchCalling (mixed) | !illegal_window_transition | open switched | paused switched | open switched | open switched | paused switched | paused switched |
| SwitchCalling (as it is) | !illegal_window_transition | = | = | = | = | = | = |
| CloseWindow         | !illegal_window_transition | closed closed | closed closed | !window_busy   | !window_busy      | !window_busy       | !window_busy      |
| CloseWindows        | = calendar.changed | closed calendar.changed closed | closed calendar.changed closed | paused calendar.changed paused | paused calendar.changed paused | = calendar.changed | = calendar.changed |
| CallNext            | !window_closed | called called | !window_paused | !window_busy      | !window_busy      | !window_paused     | !window_paused    |
| CallNext (nobody)   | !window_closed | nobody        | !window_paused | !window_busy      | !window_busy      | !window_paused     | !window_paused    |
| Pick                | !window_closed | ticket        | !window_paused | !window_busy      | !window_busy      | !window_paused     | !window_paused    |
| CallBack            | !window_closed | ticket        | !window_paused | !window_busy      | !window_busy      | !window_paused     | !window_paused    |
| Assign (automatic)  | nobody        | called called  | nobody        | nobody             | nobody            | nobody             | nobody            |
| Recall              | !window_idle  | !window_idle   | !window_idle  | called recalled    | !                 | called recalled    | !                 |
| Recall (too often)  | !window_idle  | !window_idle   | !window_idle  | !recall_limit      | !                 | !recall_limit      | !                 |
| Start               | !window_idle  | !window_idle   | !window_idle  | serving started    | !                 | serving started    | !                 |
| Finish              | !window_idle  | !window_idle   | !window_idle  | !                  | finished finished | !                  | finished finished |
| Finish (more to do) | !window_idle  | !window_idle   | !window_idle  | !                  | finished finished continued | !         | finished finished continued |
| Finish (more to do here) | !window_idle | !window_idle | !window_idle | !                | finished finished continued | !         | finished finished continued |
| NoShow (clerk)      | !window_idle  | !window_idle   | !window_idle  | no_show missed     | !                 | no_show missed     | !                 |
| NoShow (requeue)    | !window_idle  | !window_idle   | !window_idle  | waiting missed     | !                 | waiting missed     | !                 |
| NoShow (postpone)   | !window_idle  | !window_idle   | !window_idle  | waiting missed     | !                 | waiting missed     | !                 |
| NoShow (expire)     | !window_idle  | !window_idle   | !window_idle  | expired missed     | !                 | expired missed     | !                 |
| NoShow (too often)  | !window_idle  | !window_idle   | !window_idle  | no_show missed     | !                 | no_show missed     | !                 |
| Hold                | !window_idle  | !window_idle   | !window_idle  | held held          | held held         | held held          | held held         |
| Transfer            | !window_idle  | !window_idle   | !window_idle  | transferred transferred | transferred transferred | transferred transferred | transferred transferred |
| Transfer (to window) | !window_idle | !window_idle   | !window_idle  | transferred transferred | transferred transferred | transferred transferred | transferred transferred |
| HandOn              | !window_idle  | !window_idle   | !window_idle  | !                  | finished finished continued | !             | finished finished continued |
"""
"""What becomes of the window (its own commands) or of the ticket at it."""

APPOINTMENTS: Final = """
| command            | draft             | booked            | checked_in          | cancelled            | no_show              | expired              |
|--------------------|-------------------|-------------------|---------------------|----------------------|----------------------|----------------------|
| ConfirmAppointment | booked confirmed  | !illegal_appointment | !illegal_appointment | !illegal_appointment | !illegal_appointment | !draft_expired    |
| MoveAppointment    | draft moved       | booked moved      | !illegal_appointment | !illegal_appointment | !illegal_appointment | !illegal_appointment |
| CancelAppointment  | cancelled cancelled | cancelled cancelled | !illegal_appointment | !illegal_appointment | !illegal_appointment | !illegal_appointment |
| CheckIn            | !illegal_appointment | checked_in ticket.issued checked_in | !already_checked_in | !illegal_appointment | !illegal_appointment | !illegal_appointment |
| TurnDay            | expired expired day.closed | no_show missed day.closed | = day.closed | = day.closed    | = day.closed         | = day.closed         |
"""
"""What becomes of an appointment of today whose time is now; how tickets and windows stand makes no difference."""

ANYWHERE: Final = """
| command   | in every state                          |
|-----------|-----------------------------------------|
| TakeTicket | waiting issued                         |
| Broadcast | = announcement.broadcast                |
| Assign    | =                                       |
| CloseDay (again) | !day_closed                      |
| ReopenDay (open) | !day_open                        |
| TakeTicket (day closed) | !day_closed               |
| MakeClosure | = calendar.changed                    |
| EndClosure | = calendar.changed                     |
| KeepWindowsClosed | =                               |
| Book      | booked appointment.booked               |
| Book (draft) | draft appointment.reserved           |
| ImportAppointments | = appointment.booked           |
"""
"""Commands that ask neither how a window nor how any ticket stands."""


OVER: Final = ("finished", "transferred", "cancelled", "walkout", "expired")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command must come to: a refusal, or a new state ("" = as before) and the facts that are recorded."""

    state: str = ""
    facts: tuple[str, ...] = ()
    refusal: str = ""
    by_ticket: bool = False
    """The same command's row in TICKETS says it."""


Rows = dict[str, dict[str, Outcome]]


def table(text: str, family: str = "ticket") -> Rows:
    """The rows of a table by command and column; facts without a dot belong to `family`."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    head, *rest = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    rows = [row for row in rest if not row[0].startswith("---")]
    return {name: dict(_outcomes(zip(head[1:], cells, strict=True), family)) for name, *cells in rows}


def _outcomes(cells: Iterable[tuple[str, str]], family: str) -> Iterator[tuple[str, Outcome]]:
    for column, cell in cells:
        usual, *special = (part.strip() for part in cell.split(";"))
        own = dict(part.split(" ", 1) for part in special)
        for state in OVER if column == "over" else (column,):
            yield state, _outcome(own.get(state, usual), family)


def _outcome(cell: str, family: str) -> Outcome:
    if cell.startswith("!"):
        return Outcome(refusal=cell[1:] or "illegal_transition")
    if cell == "ticket":
        return Outcome(by_ticket=True)
    state, *told = cell.split()
    facts = tuple(fact if "." in fact else f"{family}.{fact}" for fact in told)
    return Outcome("" if state in ("=", "nobody") else state, facts)


WINDOW_COMMANDS: Final = frozenset(
    {"OpenWindow", "PauseWindow", "ResumeWindow", "SwitchCalling", "CloseWindow", "CloseWindows"}
)

BY_TICKET: Final[Rows] = table(TICKETS)
BY_WINDOW: Final[Rows] = {
    name: row if name.partition(" ")[0] not in WINDOW_COMMANDS else table(WINDOWS, "window")[name]
    for name, row in table(WINDOWS).items()
}
BY_APPOINTMENT: Final[Rows] = table(APPOINTMENTS, "appointment")
ALWAYS: Final[Rows] = table(ANYWHERE)

TICKET_STATES: Final = ("waiting", "called", "serving", "held", "no_show", *OVER)
WINDOW_STATES: Final = tuple(next(iter(BY_WINDOW.values())))


def commands_in_the_table() -> set[str]:
    """Names of the command classes that have a row somewhere."""
    return {row.partition(" ")[0] for rows in (BY_TICKET, BY_WINDOW, BY_APPOINTMENT, ALWAYS) for row in rows}


def expected(row: str, ticket_state: str, window_state: str, staffed: int = 0) -> Outcome:
    """What `row` must come to for a ticket in one state named at, or standing apart from, a window in another.

    `staffed` windows are not closed.
    """
    if row == "TurnDay":
        told = BY_TICKET[row][ticket_state]
        return replace(told, facts=("window.closed",) * staffed + told.facts)
    if row in ALWAYS:
        return ALWAYS[row]["in every state"]
    if row in BY_WINDOW and not (outcome := BY_WINDOW[row][window_state]).by_ticket:
        return outcome
    return BY_TICKET[row][ticket_state]
