"""What follows from what: step(state, input) -> (state, effects). No clock, no network, no Qt."""

from __future__ import annotations

from dataclasses import replace

from caller import keys
from caller.effects import Effect, Explain, LoadClasses, LoadView, LoadWindows, LogIn, LogOut, Send
from caller.inputs import (
    Accepted,
    ChooseWindow,
    ClassesCame,
    CloseSheet,
    Explained,
    Forget,
    Input,
    LeaveWindow,
    LinkChanged,
    LookAgain,
    NotAccepted,
    OpenSheet,
    Press,
    ShowShelf,
    Shrink,
    SignedIn,
    SignIn,
    SignOut,
    Speak,
    ViewCame,
    ViewFailed,
    WindowsCame,
)
from caller.state import Act, Command, Done, Link, Person, Refused, Stage, State, Why
from contract.bodies import Call, Ticket, TicketState, WindowState, WindowView
from contract.errors import HallError

Step = tuple[State, tuple[Effect, ...]]

AT_WINDOW = frozenset({TicketState.CALLED, TicketState.SERVING})
_UNKNOWN_OUTCOME = frozenset({"server_unreachable", "busy", "internal", "storage_unavailable"})
"""After these the command may have been carried out; the same press again must carry the same key."""
_SHEETS = frozenset({Act.TRANSFER, Act.PAUSE, Act.PICK})


def step(state: State, happened: Input) -> Step:  # noqa: C901, PLR0911, PLR0912 - one line an input, nothing else
    """The next moment, and what must be done for it."""
    match happened:
        case SignIn():
            return _sign_in(state, happened)
        case SignOut():
            return _sign_out(state)
        case ChooseWindow():
            return _choose(state, happened)
        case LeaveWindow():
            return _leave(state)
        case Press():
            return _press(state, happened)
        case OpenSheet():
            return _open_sheet(state, happened)
        case CloseSheet():
            return replace(_without_sheet(state), refused=None), ()
        case ShowShelf():
            return replace(state, shelf=happened.shelf), ()
        case Shrink():
            return replace(_without_sheet(state), mini=happened.mini and state.stage is Stage.WORK), ()
        case Speak():
            return _speak(state, happened)
        case SignedIn():
            return _signed_in(state, happened)
        case Accepted():
            return _accepted(state, happened)
        case NotAccepted():
            return _not_accepted(state, happened.error)
        case ViewCame():
            return _view_came(state, happened.view)
        case ViewFailed():
            return _view_failed(state, happened.error)
        case WindowsCame():
            windows = tuple(sorted(happened.snapshot.windows, key=lambda entry: _by_label(entry.label)))
            return replace(state, windows=windows, link=_reached(state)), ()
        case Explained():
            return _explained(state, happened), ()
        case ClassesCame():
            return replace(state, privileged=happened.privileged), ()
        case LinkChanged():
            return _link_changed(state, happened.link)
        case LookAgain():
            return state, _look_again(state)
        case Forget():
            return _forget(state, happened.words), ()


def _forget(state: State, words: Refused | Done) -> State:
    return replace(
        state,
        refused=None if state.refused is words else state.refused,
        done=None if state.done is words else state.done,
    )


# ------------------------------------------------------------------------------------------------- signing in


def _sign_in(state: State, wanted: SignIn) -> Step:
    if state.pending is not None or state.stage is not Stage.SIGN_IN:
        return state, ()
    if not wanted.user.strip() or not wanted.password:
        return replace(state, refused=Refused(Act.SIGN_IN, "wrong_credentials")), ()
    asked = Command(Act.SIGN_IN, key="")
    return replace(state, pending=asked, refused=None), (LogIn(wanted.user.strip(), wanted.password),)


def _signed_in(state: State, happened: SignedIn) -> Step:
    person = Person(happened.token.user, happened.token.name)
    state = replace(state, person=person, pending=None, refused=None, link=_reached(state))
    window = state.fixed_window or state.window
    classes = LoadClasses(state.language)
    if window:
        return replace(state, stage=Stage.WORK, window=window), (LoadView(window, state.language), classes)
    return replace(state, stage=Stage.CHOOSE), (LoadWindows(), classes)


def _sign_out(state: State) -> Step:
    if not state.may_leave:
        return state, ()
    return _fresh(state), () if state.person is None else (LogOut(),)


def _fresh(state: State) -> State:
    return State(language=state.language, fixed_window=state.fixed_window, link=state.link)


def _choose(state: State, wanted: ChooseWindow) -> Step:
    if state.stage is not Stage.CHOOSE or state.pending is not None:
        return state, ()
    state = replace(state, window=wanted.window)
    return _send(state, Command(Act.OPEN, wanted.key, window=wanted.window))


def _leave(state: State) -> Step:
    if state.stage is not Stage.WORK or not state.may_leave or state.fixed_window:
        return state, ()
    state = replace(state, stage=Stage.CHOOSE, window="", view=None, why=None, done=None, refused=None, mini=False)
    return state, (LoadWindows(),)


# ------------------------------------------------------------------------------------------------- pressing


def _press(state: State, press: Press) -> Step:
    """A press while a command is under way is the second of a double press and does nothing."""
    if state.stage is not Stage.WORK or state.pending is not None:
        return state, ()
    refused = keys.why_not(state, press.act)
    if refused is not None:
        return replace(state, refused=refused, done=None), ()
    if press.act is Act.PICK and not press.text.strip():
        return replace(state, refused=Refused(Act.PICK, "reason_required"), done=None), ()
    return _send(state, _command(state, press))


def _command(state: State, press: Press) -> Command:
    ticket = state.current
    if press.act is Act.FINISH and ticket is not None and ticket.state is TicketState.CALLED:
        return Command(Act.START, press.key, text=press.text, after=Act.FINISH)
    if press.act is Act.POSTPONE and ticket is not None:
        return Command(Act.POSTPONE, press.key, ticket=ticket.id, places=press.places)
    return Command(
        press.act,
        press.key,
        ticket=press.ticket,
        queue=press.queue,
        window=press.window,
        text=press.text.strip(),
        back=press.back,
    )


def _send(state: State, command: Command) -> Step:
    if state.unsure is not None and state.unsure.same_intention(command):
        command = replace(command, key=state.unsure.key)
    state = replace(state, pending=command, unsure=None, refused=None, done=None)
    return state, (Send(command, state.window),)


def _open_sheet(state: State, wanted: OpenSheet) -> Step:
    if wanted.act not in _SHEETS or state.stage is not Stage.WORK or state.pending is not None:
        return state, ()
    state = _without_sheet(state) if state.sheet is not wanted.act else state
    refused = keys.why_not(state, wanted.act)
    if refused is not None:
        return replace(state, refused=refused, done=None), ()
    from_bar = state.mini or state.shrink_after_sheet
    state = replace(state, sheet=wanted.act, sheet_ticket=wanted.ticket, refused=None, done=None)
    return replace(state, mini=False, shrink_after_sheet=from_bar), ()


def _without_sheet(state: State) -> State:
    """The chooser closes; who came from the mini bar goes back to it."""
    if state.sheet is None:
        return state
    return replace(state, sheet=None, sheet_ticket="", mini=state.shrink_after_sheet, shrink_after_sheet=False)


# ------------------------------------------------------------------------------------------------- answers


def _accepted(state: State, happened: Accepted) -> Step:
    command = state.pending
    if command is None:
        return state, ()
    state = replace(state, pending=None, unsure=None, link=_reached(state))
    state = _with_answer(state, command, happened.answer)
    if command.after is not None:
        return _send(state, Command(command.after, f"{command.key}.{command.after}", text=command.text))
    effects: tuple[Effect, ...] = (LoadView(state.window, state.language),)
    if isinstance(happened.answer, Call):
        effects += (Explain(happened.answer.ticket.id, state.language),)
    return _without_sheet(state), effects


def _with_answer(state: State, command: Command, answer: Call | Ticket | WindowView | None) -> State:
    match answer:
        case WindowView():
            return replace(state, stage=Stage.WORK, view=answer)
        case Call():
            why = Why(answer.ticket.id, answer.reason)
            return replace(_with_current(state, answer.ticket), why=why)
        case Ticket():
            return replace(_with_current(state, answer), done=_outcome(command, answer))
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


def _outcome(command: Command, ticket: Ticket) -> Done | None:
    return None if ticket.state in AT_WINDOW else Done(command.act, ticket.number, ticket.state)


def _not_accepted(state: State, error: HallError) -> Step:
    command = state.pending
    if command is None:
        return state, ()
    refused = Refused(command.after or command.act, error.code, tuple(error.params.items()))
    state = replace(state, pending=None, refused=refused, done=None)
    if error.code in _UNKNOWN_OUTCOME:
        state = replace(state, unsure=command)
    if error.code == "server_unreachable":
        return replace(state, link=Link.LOST), _look_again(state)
    if error.code == "unauthenticated":
        return _signed_out_by_server(state, refused), ()
    if state.stage is Stage.CHOOSE and error.code == "illegal_window_transition":
        return state, (LoadView(state.window, state.language),)
    return state, _look_again(state)


def _look_again(state: State) -> tuple[Effect, ...]:
    """What is shown led to a refused press, so it is out of date."""
    match state.stage:
        case Stage.WORK:
            return (LoadView(state.window, state.language),)
        case Stage.CHOOSE:
            return (LoadWindows(),)
        case _:
            return ()


def _signed_out_by_server(state: State, refused: Refused) -> State:
    return replace(_fresh(state), window=state.window, refused=replace(refused, act=Act.SIGN_IN))


def _view_came(state: State, view: WindowView) -> Step:
    if view.window.id != state.window or state.person is None:
        return state, ()
    if state.stage is Stage.CHOOSE:
        return _taken_up_again(state, view)
    if _was_closed_for_us(state, view):
        return _signed_out_by_server(state, Refused(Act.SIGN_IN, "window_ended")), (LogOut(),)
    state = replace(state, view=view, link=_reached(state))
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
    if state.sheet is not None and keys.why_not(state, state.sheet) is not None:
        state = _without_sheet(state)
    return state


def _keep_explaining(state: State) -> Step:
    ticket = state.current
    if ticket is None:
        return replace(state, why=None), ()
    if state.why is not None and state.why.ticket == ticket.id:
        return state, ()
    return replace(state, why=Why(ticket.id)), (Explain(ticket.id, state.language),)


def _view_failed(state: State, error: HallError) -> Step:
    if error.code == "unauthenticated":
        return _signed_out_by_server(state, Refused(Act.SIGN_IN, error.code)), ()
    if error.code == "server_unreachable":
        return replace(state, link=Link.LOST), ()
    if state.stage is Stage.WORK and state.view is None:
        refused = Refused(Act.OPEN, error.code, tuple(error.params.items()))
        return replace(state, stage=Stage.CHOOSE, window="", refused=refused), (LoadWindows(),)
    return state, ()


def _explained(state: State, happened: Explained) -> State:
    if state.why is None or state.why.ticket != happened.ticket:
        return state
    return replace(state, why=replace(state.why, sentence=happened.sentence))


# ------------------------------------------------------------------------------------------------- the hall


def _link_changed(state: State, link: Link) -> Step:
    returned = state.link is Link.LOST and link is not Link.LOST
    state = replace(state, link=link)
    return state, _look_again(state) if returned else ()


def _reached(state: State) -> Link:
    """An answer came, so the server is there; whether facts arrive as they happen is for the listener to say."""
    return Link.POLLED if state.link is Link.LOST else state.link


def _speak(state: State, wanted: Speak) -> Step:
    state = replace(state, language=wanted.language)
    effects = _look_again(state)
    if state.why is not None and state.stage is Stage.WORK:
        effects += (Explain(state.why.ticket, wanted.language),)
    return state, effects


def _by_label(label: str) -> tuple[int, str]:
    """Window 2 before window 10."""
    digits = "".join(character for character in label if character.isdigit())
    return (int(digits) if digits else 0, label)
