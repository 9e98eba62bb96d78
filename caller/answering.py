"""What the server's answers change: what is at the window now, what was refused, what is no longer true."""

from __future__ import annotations

from dataclasses import replace

from caller import keys
from caller.effects import Effect, Explain, LoadView, LoadWindows, LogOut
from caller.inputs import Accepted, Explained
from caller.pressing import Step, send, without_sheet
from caller.state import Act, Command, Done, Link, Refused, Stage, State, Why
from contract.bodies import Call, StopState, Ticket, TicketState, WindowState, WindowView
from contract.errors import HallError

AT_WINDOW = frozenset({TicketState.CALLED, TicketState.SERVING})
_UNKNOWN_OUTCOME = frozenset({"server_unreachable", "busy", "internal", "storage_unavailable"})
"""After these the command may have been carried out; the same press again must carry the same key."""


def accepted(state: State, happened: Accepted) -> Step:
    command = state.pending
    if command is None:
        return state, ()
    state = replace(state, pending=None, unsure=None, link=reached(state))
    state = _with_answer(state, command, happened.answer)
    if command.after is not None:
        return send(state, Command(command.after, f"{command.key}.{command.after}", command.what))
    effects: tuple[Effect, ...] = (LoadView(state.window, state.language),)
    if isinstance(happened.answer, Call):
        effects += (Explain(happened.answer.ticket.id, state.language),)
    return without_sheet(state), effects


def _with_answer(state: State, command: Command, answer: Call | Ticket | WindowView | None) -> State:
    match answer:
        case WindowView():
            return replace(state, stage=Stage.WORK, view=answer)
        case Call():
            why = Why(answer.ticket.id, answer.reason)
            return replace(_with_current(state, answer.ticket), why=why)
        case Ticket():
            return replace(_with_current(state, answer), done=_outcome(state, command, answer))
        case None:
            return replace(state, done=Done(command.act))


def _with_current(state: State, ticket: Ticket) -> State:
    """The answer already tells what is at the window; the lists follow with the next view."""
    if state.view is None:
        return state
    if ticket.state not in AT_WINDOW:
        was_here = state.view.current is not None and state.view.current.number == ticket.number
        return replace(state, view=state.view.model_copy(update={"current": None})) if was_here else state
    listed = {entry.id: entry for entry in (*state.view.waiting, *state.view.held, *state.view.missed)}
    update: dict[str, object] = {"current": ticket}
    if ticket.id in listed:
        update["current_service"] = listed[ticket.id].service_name
    return replace(state, view=state.view.model_copy(update=update))


def _outcome(state: State, command: Command, ticket: Ticket) -> Done | None:
    """What there is to tell; `state` is as it was before."""
    done = Done(command.act, ticket.number, ticket.state)
    if command.act in (Act.ADD, Act.DROP) or (command.act is Act.TRANSFER and command.what.service):
        return replace(done, subject=_service_name(state, command.what.service))
    if ticket.state in AT_WINDOW:
        return None
    if command.act is Act.HOLD:
        return replace(done, minutes=command.what.minutes)
    if command.act is Act.FINISH and not command.what.leaves:
        back = state.view.current_back[:1] if state.view else ()
        onward = (stop.service for stop in ticket.stops if stop.state is StopState.NOW)
        return replace(done, back="".join(back), subject="" if back else _stop_name(state, next(onward, "")))
    return done


def _service_name(state: State, service: str) -> str:
    offered = (one.name for one in state.services if one.id == service)
    return next(offered, "") or _stop_name(state, service)


def _stop_name(state: State, service: str) -> str:
    return next((stop.name for stop in state.stops if stop.service == service), service)


def not_accepted(state: State, error: HallError) -> Step:
    command = state.pending
    if command is None:
        return state, ()
    if error.code == "window_busy" and command.act is Act.NEXT and state.view is not None and state.view.auto:
        return replace(state, pending=None), look_again(state)  # the server called first: what was wanted is done
    refused = Refused(command.after or command.act, error.code, tuple(error.params.items()))
    state = replace(state, pending=None, refused=refused, done=None)
    if error.code in _UNKNOWN_OUTCOME:
        state = replace(state, unsure=command)
    if error.code == "server_unreachable":
        return replace(state, link=Link.LOST), look_again(state)
    if error.code == "unauthenticated":
        return _signed_out_by_server(state, refused), ()
    if state.stage is Stage.CHOOSE and error.code == "illegal_window_transition":
        return state, (LoadView(state.window, state.language),)
    return state, look_again(state)


def look_again(state: State) -> tuple[Effect, ...]:
    """What is shown led to a refused press, so it is out of date."""
    match state.stage:
        case Stage.WORK:
            return (LoadView(state.window, state.language),)
        case Stage.CHOOSE:
            return (LoadWindows(),)
        case _:
            return ()


def _signed_out_by_server(state: State, refused: Refused) -> State:
    return replace(fresh(state), window=state.window, refused=replace(refused, act=Act.SIGN_IN))


def view_came(state: State, view: WindowView) -> Step:
    if view.window.id != state.window or state.person is None:
        return state, ()
    if state.stage is Stage.CHOOSE:
        return _taken_up_again(state, view)
    if _was_closed_for_us(state, view):
        return _signed_out_by_server(state, Refused(Act.SIGN_IN, "window_ended")), (LogOut(),)
    state = replace(state, view=view, link=reached(state))
    if state.pending is None:
        state = replace(state, unsure=None)
    return _keep_explaining(_without_stale_words(state))


def _was_closed_for_us(state: State, view: WindowView) -> bool:
    """The window we worked at is closed, and not by this desk: the day is over, or a manager closed it.

    Tomorrow somebody else may sit here, so nobody stays signed in.
    """
    asked = (command.act for command in (state.pending, state.unsure) if command is not None)
    ours = state.window_state is not WindowState.CLOSED and not state.other_staff
    return ours and view.window.state is WindowState.CLOSED and Act.CLOSE not in asked


def _taken_up_again(state: State, view: WindowView) -> Step:
    """The chosen window was open already: ours from before a restart, or somebody else's."""
    if state.person is None or view.staff is None or view.staff.id != state.person.user:
        name = view.staff.name if view.staff else ""
        return replace(state, refused=Refused(Act.OPEN, "window_taken", (("staff", name),))), (LoadWindows(),)
    return _keep_explaining(replace(state, stage=Stage.WORK, view=view, refused=None))


def _without_stale_words(state: State) -> State:
    """A refusal that this view contradicts, or a lost connection that is back, is no longer worth showing."""
    if state.refused is not None and state.refused.code == "server_unreachable":
        state = replace(state, refused=None)
    return without_sheet(state) if _sheet_is_stale(state) else state


def _sheet_is_stale(state: State) -> bool:
    """The act cannot be done any more, or the visitor it was opened for has gone."""
    if state.sheet is None:
        return False
    here = state.current.id if state.current else ""
    return keys.why_not(state, state.sheet) is not None or (
        state.sheet in keys.NEED_TICKET and state.sheet_ticket != here
    )


def _keep_explaining(state: State) -> Step:
    ticket = state.current
    if ticket is None:
        return replace(state, why=None), ()
    if state.why is not None and state.why.ticket == ticket.id:
        return state, ()
    return replace(state, why=Why(ticket.id)), (Explain(ticket.id, state.language),)


def view_failed(state: State, error: HallError) -> Step:
    if error.code == "unauthenticated":
        return _signed_out_by_server(state, Refused(Act.SIGN_IN, error.code)), ()
    if error.code == "server_unreachable":
        return replace(state, link=Link.LOST), ()
    if state.stage is Stage.WORK and state.view is None:
        refused = Refused(Act.OPEN, error.code, tuple(error.params.items()))
        return replace(state, stage=Stage.CHOOSE, window="", refused=refused), (LoadWindows(),)
    return state, ()


def explained(state: State, happened: Explained) -> State:
    if state.why is None or state.why.ticket != happened.ticket:
        return state
    return replace(state, why=replace(state.why, sentence=happened.sentence))


def reached(state: State) -> Link:
    """An answer came, so the server is there; whether facts arrive as they happen is for the listener to say."""
    return Link.POLLED if state.link is Link.LOST else state.link


def fresh(state: State) -> State:
    """Nobody is signed in."""
    return State(language=state.language, fixed_window=state.fixed_window, link=state.link)
