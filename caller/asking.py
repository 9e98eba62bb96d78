"""Which question to the hall each act is: one line an act, run on the background thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from caller.state import Act, Command
from contract.bodies import Call, Finish, Ticket, Transfer, WindowView
from contract.client.api import HallApi
from contract.desk import HandOn

Answer = Call | Ticket | WindowView | None
Ask = Callable[[HallApi, str, Command], Answer]


def ask(hall: HallApi, window: str, command: Command) -> Answer:
    """Do what `command` says at `window`; raises HallError when it is refused."""
    return _QUESTIONS[command.act](hall, window, command)


def _transfer(hall: HallApi, window: str, asked: Command) -> Ticket:
    what = asked.what
    if what.service:
        return hall.hand_on(window, HandOn(services=(what.service,), note=what.text), asked.key)
    body = Transfer(queue=what.queue or None, window=what.window or None, note=what.text, come_back=what.back)
    return hall.transfer(window, body, asked.key)


def _finish(hall: HallApi, window: str, asked: Command) -> Ticket:
    what = asked.what
    return hall.finish(window, Finish(outcome=what.text or "done", items=what.items, leaves=what.leaves), asked.key)


def _hold(hall: HallApi, window: str, asked: Command) -> Ticket:
    return hall.hold(window, asked.what.text, asked.key, minutes=asked.what.minutes or None)


_QUESTIONS: Final[Mapping[Act, Ask]] = {
    Act.OPEN: lambda hall, window, asked: hall.open_window(window, asked.key),
    Act.PAUSE: lambda hall, window, asked: hall.pause_window(window, asked.what.text, asked.key),
    Act.RESUME: lambda hall, window, asked: hall.resume_window(window, asked.key),
    Act.AUTO: lambda hall, window, asked: hall.switch_calling(window, bool(asked.what.on), asked.key),
    Act.CLOSE: lambda hall, window, asked: hall.close_window(window, asked.key),
    Act.NEXT: lambda hall, window, asked: hall.call_next(window, asked.key),
    Act.PICK: lambda hall, window, asked: hall.pick(window, asked.what.ticket, asked.what.text, asked.key),
    Act.CALL_BACK: lambda hall, window, asked: hall.call_back(window, asked.what.ticket, asked.key),
    Act.RECALL: lambda hall, window, asked: hall.recall(window, asked.key),
    Act.START: lambda hall, window, asked: hall.start(window, asked.key),
    Act.FINISH: _finish,
    Act.NO_SHOW: lambda hall, window, asked: hall.no_show(window, asked.key),
    Act.HOLD: _hold,
    Act.TRANSFER: _transfer,
    Act.POSTPONE: lambda hall, _, asked: hall.postpone(asked.what.ticket, asked.what.places, asked.key),
    Act.ADD: lambda hall, _, asked: hall.add_stops(asked.what.ticket, (asked.what.service,), asked.key),
    Act.DROP: lambda hall, _, asked: hall.drop_stops(asked.what.ticket, (asked.what.service,), asked.key),
    Act.REQUEUE: lambda hall, _, asked: hall.requeue(asked.what.ticket, asked.key),
}
