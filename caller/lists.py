"""What the lists under the keys say: who waits, who is on hold and when due, who was missed, and the visit's stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from caller.state import Shelf, State
from caller.stops import stop_words
from caller.words import party_words, waited
from contract.bodies import LineEntry, StopEntry, StopState
from i18n import Translator


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a list, or one stop of the visit; `id` is the ticket's, or the service's.

    `role` tells what is special: due (on hold, and the time is over), now, done or gone.
    """

    id: str
    number: str
    service: str
    note: str
    time: str
    why: str
    role: str = ""


def shelf_titles(state: State, t: Translator) -> dict[Shelf, str]:
    """The words on the tabs; a dot tells that somebody on hold is due."""
    view = state.view
    counts = (view.waiting_count, len(view.held), len(view.missed)) if view else (0, 0, 0)
    held = t("On hold {n}", n=counts[1]) + (" ●" if anybody_due(state) else "")
    names = (t("Waiting {n}", n=counts[0]), held, t("Missed {n}", n=counts[2]), t("Visit {n}", n=len(state.stops)))
    return dict(zip(Shelf, names, strict=True))


def anybody_due(state: State) -> int:
    """How many on hold have waited out their time, as of the last view."""
    view = state.view
    return sum(_is_due(entry, view.time) for entry in view.held) if view else 0


def rows(state: State, t: Translator, now: datetime) -> tuple[Row, ...]:
    """What stands in the list that is open; `now` is the server's."""
    view = state.view
    if view is None:
        return ()
    match state.shelf:
        case Shelf.WAITING:
            return tuple(_row(entry, state, t, now) for entry in view.waiting)
        case Shelf.HELD:
            return tuple(_held_row(entry, state, t, now) for entry in sorted(view.held, key=_by_due))
        case Shelf.MISSED:
            return tuple(_row(entry, state, t, now) for entry in view.missed)
        case _:
            return tuple(_stop_row(place, stop, t) for place, stop in enumerate(state.stops, start=1))


def empty_shelf(state: State, t: Translator) -> str:
    return {
        Shelf.WAITING: t("Nobody is waiting."),
        Shelf.HELD: t("Nobody is on hold."),
        Shelf.MISSED: t("Nobody was missed."),
        Shelf.VISIT: t("Nobody is at the window."),
    }[state.shelf]


def _row(entry: LineEntry, state: State, t: Translator, now: datetime) -> Row:
    time = waited(t, now - entry.since)
    lines = [f"{entry.number} · {entry.service_name}", entry.priority_name, t("Waited {time}", time=time)]
    if entry.misses:
        lines.append(t.plural("missed {n} time", "missed {n} times", entry.misses))
    priority = entry.priority_name if entry.priority_class in state.privileged else ""
    then = t("Then: {list}", list=" / ".join(entry.then)) if entry.then else ""
    note = " · ".join(part for part in (priority, party_words(entry.party, t), then, entry.note) if part)
    return Row(
        entry.id, entry.number, entry.service_name, note, time, "\n".join([*lines, *filter(None, [then, entry.note])])
    )


def _held_row(entry: LineEntry, state: State, t: Translator, now: datetime) -> Row:
    """When the visitor is due, instead of how long he has been waiting."""
    row = _row(entry, state, t, now)
    if entry.due_at is None:
        when, role = t("until called back"), ""
    elif _is_due(entry, now):
        when, role = t("due now"), "due"
    else:
        minutes = -(-int((entry.due_at - now).total_seconds()) // 60)
        when, role = t.plural("due in {n} minute", "due in {n} minutes", max(1, minutes)), ""
    return Row(row.id, row.number, row.service, row.note, when, f"{row.why}\n{when}", role)


def _stop_row(place: int, stop: StopEntry, t: Translator) -> Row:
    words, why = stop_words(stop, t)
    role = {StopState.NOW: "now", StopState.OPEN: ""}.get(
        stop.state, "done" if stop.state is StopState.DONE else "gone"
    )
    return Row(stop.service, str(place), stop.name, "", words, f"{stop.name}\n{why or words}", role)


def _is_due(entry: LineEntry, now: datetime) -> bool:
    return entry.due_at is not None and entry.due_at <= now


def _by_due(entry: LineEntry) -> tuple[bool, float]:
    """The one that is due first on top; whoever waits to be called back is below."""
    return (entry.due_at is None, (entry.due_at or entry.since).timestamp())
