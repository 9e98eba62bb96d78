"""What the panel and the mini bar say at one moment, as plain texts: made from the state, tested without Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from caller import keys
from caller.lists import anybody_due
from caller.state import Act, Link, State
from caller.words import (
    HINTS,
    LABELS,
    done_sentence,
    party_words,
    reason_words,
    refusal_sentence,
    running,
    waited,
)
from contract.bodies import Ticket, TicketState, WindowState
from i18n import Translator


@dataclass(frozen=True, slots=True)
class KeyFace:
    """One key: `why` is said on hover, what it does or why it cannot be pressed."""

    act: Act
    label: str
    hotkey: str
    enabled: bool
    why: str


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence beside the keys; `role` is bad, good or soft, `act` the key it belongs to, `full` the hover text."""

    text: str = ""
    role: str = "soft"
    act: Act | None = None
    full: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The visitor at the window (`number` and a `badge` with the ticket's state), or what the window is doing.

    Without a visitor `number` holds the window's state as a word, and `idle` is true.
    """

    number: str
    badge: str
    badge_role: str
    service: str
    details: str
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Timer:
    """The running time, and the durations that are over."""

    label: str = ""
    time: str = ""
    before: str = ""


def title(state: State, t: Translator) -> str:
    """Window and clerk."""
    if state.view is None:
        return state.person.name if state.person else ""
    window = t("Window {label}", label=state.view.window.label)
    return f"{window} · {state.person.name}" if state.person else window


def link_words(state: State, t: Translator) -> Said:
    match state.link:
        case Link.LIVE:
            return Said(t("Live"), "good", full=t("News arrives as it happens."))
        case Link.POLLED:
            return Said(t("Delayed"), "warn", full=t("The live line is down; the lists follow every few seconds."))
        case _:
            return Said(t("Offline"), "bad", full=t("The queue server cannot be reached. Please wait a moment."))


def head(state: State, t: Translator) -> Head:
    ticket = state.current
    if ticket is not None:
        role = "accent" if ticket.state is TicketState.CALLED else "good"
        service = state.view.current_service if state.view else ""
        badge = t(ticket.state.value)
        return Head(
            ticket.number, badge[:1].upper() + badge[1:], role, service or ticket.service, _details(state, ticket, t)
        )
    badges = {
        WindowState.CLOSED: (t("Window closed"), "soft"),
        WindowState.PAUSED: (t("Paused"), "warn"),
        WindowState.OPEN: (t("Ready"), "good"),
    }
    badge, role = badges[state.window_state]
    return Head(badge, "", role, _idle_words(state, t), "", idle=True)


def _idle_words(state: State, t: Translator) -> str:
    if state.view is None:
        return ""
    if state.other_staff:
        return t("{staff} is signed in at this window.", staff=state.other_staff)
    if state.window_state is WindowState.PAUSED:
        reason = state.view.window.pause_reason
        return t("Reason: {reason}", reason=reason) if reason else t("Nobody is called here.")
    if state.window_state is WindowState.CLOSED:
        return t("Open the window to begin.")
    if not state.view.waiting_count:
        return t("Nobody is waiting.")
    return t.plural("{n} person is waiting", "{n} people are waiting", state.view.waiting_count)


def _details(state: State, ticket: Ticket, t: Translator) -> str:
    parts = [party_words(ticket.party, t), *_onward(state, t), ticket.person, ticket.document]
    if ticket.calls > 1:
        parts.append(t.plural("called {n} time", "called {n} times", ticket.calls))
    if ticket.note:
        parts.append(ticket.note)
    return " · ".join(part for part in parts if part)


def _onward(state: State, t: Translator) -> list[str]:
    """Back to a window that waits for the visitor; what is still to do has a line of its own."""
    back = state.view.current_back[:1] if state.view else ()
    return [t("Back to window {window}", window=label) for label in back]


def timer(state: State, t: Translator, now: datetime) -> Timer:
    """Waiting, way and service time are three durations and never mixed; `now` is the server's."""
    ticket = state.current
    if ticket is None:
        return Timer()
    if ticket.called_at is None:  # the visitor stayed here after an earlier service: nobody was called
        return Timer(t("In service"), running(now - ticket.started_at)) if ticket.started_at else Timer()
    waiting = t("Waited {time}", time=waited(t, ticket.called_at - ticket.issued_at))
    if ticket.state is TicketState.SERVING and ticket.started_at is not None:
        way = t("On the way {time}", time=running(ticket.started_at - ticket.called_at))
        return Timer(t("In service"), running(now - ticket.started_at), f"{waiting} · {way}")
    return Timer(t("On the way"), running(now - ticket.called_at), waiting)


def faces(state: State, t: Translator, acts: tuple[Act, ...]) -> tuple[KeyFace, ...]:
    """`acts` as keys; the pause key becomes the resume key while paused."""
    return tuple(_face(state, t, act) for act in acts)


def _face(state: State, t: Translator, act: Act) -> KeyFace:
    hotkey = keys.HOTKEYS.get(act, "")
    if act is Act.PAUSE and state.window_state is WindowState.PAUSED:
        act = Act.RESUME
    refused = keys.why_not(state, act)
    why = t(HINTS[act]) if refused is None else refusal_sentence(t, refused)
    return KeyFace(act, t(LABELS[act]), hotkey, refused is None, why)


def said(state: State, t: Translator) -> Said:
    """What stands beside the keys: a refusal, what became of the last visitor, or why this one was called."""
    if state.refused is not None:
        sentence = refusal_sentence(t, state.refused)
        return Said(sentence, "bad", state.refused.act, sentence)
    if state.link is Link.LOST:
        sentence = t("The queue server cannot be reached. Please wait a moment.")
        return Said(sentence, "bad", None, sentence)
    if state.done is not None and (sentence := done_sentence(t, state.done)):
        return Said(sentence, "good", state.done.act, sentence)
    return _why_said(state, t)


def _why_said(state: State, t: Translator) -> Said:
    why = state.why
    if state.current is None:
        return _longest_wait(state, t)
    if why is None:
        return Said()
    short = reason_words(t, why.reason) if why.reason else why.sentence
    lines = [why.sentence or short]
    if why.reason is not None:
        lines += [
            f"{other.number}: {waited(t, timedelta(minutes=other.waited_minutes))}"
            for other in why.reason.passed_over[:8]
        ]
    return Said(t("Why: {reason}", reason=short), "soft", None, "\n".join(lines)) if short else Said()


def _longest_wait(state: State, t: Translator) -> Said:
    view = state.view
    if view is None or state.window_state is WindowState.CLOSED:
        return Said()
    due = anybody_due(state)
    words = [t.plural("{n} visitor on hold is due.", "{n} visitors on hold are due.", due)] if due else []
    if view.auto and state.window_state is WindowState.OPEN:
        words.append(t("F1 calls at once, F9 stops the calls."))
    if view.waiting:
        longest = view.time - min(entry.since for entry in view.waiting)
        words.append(t("Longest wait: {time}", time=waited(t, longest)))
    return Said(" ".join(words))
