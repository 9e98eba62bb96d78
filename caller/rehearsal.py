"""The clerk's acts for a rehearsal: each line of the autopilot goes through the presenter's own doors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from caller.inputs import Press, Shrink, SignIn, Speak
from caller.presenter import CallerPresenter
from caller.state import Act, Details, Stage, State
from contract.bodies import WindowState
from contract.ids import new_idempotency_key
from hallui.autopilot import Act as Doing
from hallui.autopilot import Answer, Arguments

_PLAIN = {
    "next": Act.NEXT,
    "start": Act.START,
    "finish": Act.FINISH,
    "recall": Act.RECALL,
    "no_show": Act.NO_SHOW,
    "hold": Act.HOLD,
    "transfer": Act.TRANSFER,
    "postpone": Act.POSTPONE,
    "pick": Act.PICK,
    "call_back": Act.CALL_BACK,
    "requeue": Act.REQUEUE,
    "pause": Act.PAUSE,
    "resume": Act.RESUME,
    "auto": Act.AUTO,
    "add": Act.ADD,
    "drop": Act.DROP,
    "close": Act.CLOSE,
}
_TEXT = {"finish": "outcome", "hold": "reason", "pause": "reason", "pick": "reason", "transfer": "note"}


class Rehearsal:
    """Answers an act when the screen has settled: nothing under way, the answer or the refusal shown."""

    def __init__(
        self, presenter: CallerPresenter, *, screenshot: Callable[[Path], None], leave: Callable[[], None]
    ) -> None:
        self._presenter = presenter
        self._screenshot = screenshot
        self._leave = leave
        self._waiting: tuple[Answer, Callable[[State], bool]] | None = None
        presenter.show.append(self._settled)

    def acts(self) -> Mapping[str, Doing]:
        plain = {name: self._pressing(name, act) for name, act in _PLAIN.items()}
        return plain | {
            "sign_in": self._sign_in,
            "open": self._open,
            "mini": self._mini,
            "language": self._language,
            "state": self._state,
            "screenshot": self._picture,
            "quit": self._quit,
        }

    # -- waiting for the screen

    def _settled(self, state: State) -> None:
        if self._waiting is None:
            return
        answer, ready = self._waiting
        if state.pending is None and (state.refused is not None or ready(state)):
            self._waiting = None
            answer(_answer_of(state))

    def _await(self, answer: Answer, ready: Callable[[State], bool] = lambda _: True) -> None:
        """Answer now if settled already, else with the state that is."""
        self._waiting = (answer, ready)
        self._settled(self._presenter.state)

    # -- the acts

    def _pressing(self, name: str, act: Act) -> Doing:
        def do(arguments: Arguments, answer: Answer) -> None:
            what = replace(_details(name, arguments), ticket=self._ticket(arguments))
            self._presenter.handle(Press(act, new_idempotency_key(), what))
            self._await(answer)

        return do

    def _ticket(self, arguments: Arguments) -> str:
        """The id of the ticket whose number is given, looked up in the lists on the screen."""
        wanted, view = _text(arguments, "number"), self._presenter.state.view
        if not wanted or view is None:
            return _text(arguments, "ticket")
        lists = (*view.held, *view.missed, *view.waiting)
        return next((entry.id for entry in lists if entry.number == wanted), wanted)

    def _sign_in(self, arguments: Arguments, answer: Answer) -> None:
        if self._presenter.state.stage is not Stage.SIGN_IN:
            answer({"ok": True})
            return
        self._presenter.handle(SignIn(_text(arguments, "user"), _text(arguments, "password")))
        self._await(answer, lambda state: bool(state.windows) or state.view is not None)

    def _open(self, arguments: Arguments, answer: Answer) -> None:
        window = _text(arguments, "window")
        if self._presenter.state.stage is Stage.CHOOSE:
            self._presenter.sit_down(window)
        elif self._presenter.state.window_state is WindowState.CLOSED:
            self._presenter.handle(Press(Act.OPEN, new_idempotency_key()))
        self._await(answer, lambda state: state.stage is Stage.WORK and state.view is not None)

    def _mini(self, arguments: Arguments, answer: Answer) -> None:
        self._presenter.handle(Shrink(arguments.get("on") is not False))
        answer({"ok": True})

    def _language(self, arguments: Arguments, answer: Answer) -> None:
        self._presenter.handle(Speak(_text(arguments, "to") or "zh-CN"))
        answer({"ok": True})

    def _state(self, _: Arguments, answer: Answer) -> None:
        state = self._presenter.state
        view = state.view
        answer(
            {
                "ok": True,
                "stage": state.stage,
                "link": state.link,
                "window": state.window,
                "window_state": state.window_state,
                "number": state.current.number if state.current else None,
                "ticket_state": state.current.state if state.current else None,
                "auto": view.auto if view else None,
                "stops": [f"{stop.service} {stop.state}" for stop in state.stops],
                "waiting": view.waiting_count if view else None,
                "held": len(view.held) if view else None,
                "missed": len(view.missed) if view else None,
                "code": state.refused.code if state.refused else None,
            }
        )

    def _picture(self, arguments: Arguments, answer: Answer) -> None:
        path = Path(_text(arguments, "path"))
        self._screenshot(path)
        answer({"ok": True, "path": str(path)})

    def _quit(self, _: Arguments, answer: Answer) -> None:
        answer({"ok": True})
        self._leave()


def _details(name: str, arguments: Arguments) -> Details:
    items, on = arguments.get("items"), arguments.get("on")
    return Details(
        queue=_text(arguments, "queue"),
        window=_text(arguments, "window"),
        service=_text(arguments, "service"),
        text=_text(arguments, _TEXT.get(name, "")),
        places=int(_text(arguments, "places") or 3),
        back=arguments.get("back") is True,
        minutes=int(_text(arguments, "minutes") or 0),
        items=tuple(str(item) for item in items) if isinstance(items, list) else (),
        leaves=arguments.get("leaves") is True,
        on=on if isinstance(on, bool) else None,
    )


def _answer_of(state: State) -> Mapping[str, object]:
    if state.refused is not None:
        return {"ok": False, "code": state.refused.code, **dict(state.refused.params)}
    if state.current is not None:
        return {"ok": True, "number": state.current.number, "ticket_id": state.current.id}
    return {"ok": True, "number": state.done.number or None if state.done else None}


def _text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    return "" if value is None else str(value)
