"""Codes and states become sentences here, in the clerk's language."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from caller.state import Act, Done, Refused
from contract.bodies import Reason, TicketState
from contract.errors import REFUSALS
from i18n import Translator

LABELS: Final[dict[Act, str]] = {
    Act.SIGN_IN: "Sign in",
    Act.OPEN: "Open window",
    Act.NEXT: "Call next",
    Act.START: "Start",
    Act.FINISH: "Finish",
    Act.RECALL: "Recall",
    Act.NO_SHOW: "No-show",
    Act.HOLD: "Hold",
    Act.TRANSFER: "Transfer",
    Act.POSTPONE: "Postpone",
    Act.ADD: "Add service",
    Act.DROP: "Drop",
    Act.PICK: "Pick",
    Act.CALL_BACK: "Call back",
    Act.REQUEUE: "Line up again",
    Act.PAUSE: "Pause",
    Act.RESUME: "Resume",
    Act.AUTO: "Automatic",
    Act.CLOSE: "Close window",
}

HINTS: Final[dict[Act, str]] = {
    Act.OPEN: "Visitors can be called to this window.",
    Act.NEXT: "Call the visitor whose turn it is.",
    Act.START: "The visitor is here; the service time begins.",
    Act.FINISH: "The visitor is done. With Shift+F3 you can say more.",
    Act.RECALL: "Announce the number once more.",
    Act.NO_SHOW: "The visitor did not come.",
    Act.HOLD: "Put the visitor aside, for example to fetch papers: for some minutes, or until called back.",
    Act.TRANSFER: "Send the visitor to another queue, window or service, with the same number.",
    Act.POSTPONE: "The visitor lets three others go first.",
    Act.ADD: "One more service for this visit, with the same number.",
    Act.DROP: "The visitor does not want this service any more.",
    Act.PICK: "Call this visitor out of order, with a reason.",
    Act.CALL_BACK: "Call this visitor to the window again.",
    Act.REQUEUE: "Back into the line, at the end.",
    Act.PAUSE: "Nobody is called here until you resume.",
    Act.RESUME: "Visitors can be called here again.",
    Act.AUTO: "Who calls here: the server by itself, or you with F1.",
    Act.CLOSE: "End work at this window.",
}

OUTCOMES: Final[dict[TicketState, str]] = {
    TicketState.FINISHED: "{number} is finished.",
    TicketState.WAITING: "{number} waits again.",
    TicketState.NO_SHOW: "{number} did not come; it is in the list of missed tickets.",
    TicketState.EXPIRED: "{number} did not come and is no longer valid.",
    TicketState.HELD: "{number} is on hold.",
}
MOVES: Final[dict[Act, str]] = {
    Act.TRANSFER: "{number} was transferred.",
    Act.ADD: "{service} is now part of this visit.",
    Act.DROP: "{service} is no longer part of this visit.",
}
NOBODY: Final = "Nobody is waiting."

REASONS: Final[dict[str, str]] = {
    "first_in_line": "Next in line",
    "privileged": "Priority goes first",
    "ordinary_turn": "Ordinary turn after priority visitors",
    "waited_too_long": "Waited longest",
    "rule": "By this window's rule",
    "picked": "Picked: {reason}",
    "called_back": "Called back",
    "sent_here": "Sent to this window",
    "came_back": "Came back to this window",
    "held_due": "Time on hold is over",
    "appointment_due": "Appointment is due",
}

PAUSE_REASONS: Final = ("Short break", "Lunch", "Meeting", "System trouble")
PICK_REASONS: Final = ("Papers are ready", "Cannot wait long", "Agreed beforehand")


def refusal_sentence(t: Translator, refused: Refused) -> str:
    """What happened and what to do, never empty; an unknown code of a newer server is shown as it is."""
    refusal = REFUSALS.get(refused.code)
    if refusal is None:
        return t("The server refused: {code}", code=refused.code)
    params = {name: t(str(value)) if name == "state" else value for name, value in refused.params}
    return t(refusal.sentence, **params)


def done_sentence(t: Translator, done: Done) -> str:
    """What became of the visitor; "" when there is nothing to tell."""
    if not done.number:
        return t(NOBODY) if done.act is Act.NEXT else ""
    if done.back:
        return t("{number} goes back to window {window}.", number=done.number, window=done.back)
    if done.minutes:
        held = "{number} is on hold for {n} minute.", "{number} is on hold for {n} minutes."
        return t.plural(*held, done.minutes, number=done.number)
    if done.act in (Act.FINISH, Act.TRANSFER) and done.subject:
        return t("{number} goes on: {service}.", number=done.number, service=done.subject)
    if done.act in MOVES:
        return t(MOVES[done.act], number=done.number, service=done.subject)
    sentence = OUTCOMES.get(done.became) if done.became else None
    return t(sentence, number=done.number) if sentence else ""


def reason_words(t: Translator, reason: Reason) -> str:
    """Why somebody was called, short."""
    sentence = REASONS.get(reason.code)
    return t(sentence, **reason.params) if sentence else reason.code


def running(duration: timedelta) -> str:
    """A running time: "3:07", after an hour "1:02:07"; never negative."""
    seconds = max(0, int(duration.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def waited(t: Translator, duration: timedelta) -> str:
    """A waiting time in whole minutes."""
    return t.plural("{n} minute", "{n} minutes", max(0, int(duration.total_seconds() // 60)))


def party_words(people: int, t: Translator) -> str:
    """How many come together; "" for one."""
    return t.plural("{n} person", "{n} people", people) if people > 1 else ""
