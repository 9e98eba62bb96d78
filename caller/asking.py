"""Which question to the hall each act is: one line an act, run on the background thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from caller.state import Act, Command
from contract.bodies import Call, Finish, Ticket, Transfer, WindowView
from contract.client.api import HallApi

Answer = Call | Ticket | WindowView | None
Ask = Callable[[HallApi, str, Command], Answer]


def ask(hall: HallApi, window: str, command: Command) -> Answer:
    """Do what `command` says at `window`; raises HallError when it is refused."""
    return _QUESTIONS[command.act](hall, window, command)


def _transfer(hall: HallApi, window: str, command: Command) -> Ticket:
    body = Transfer(
        queue=command.queue or None, window=command.window or None, note=command.text, come_back=command.back
    )
    return hall.transfer(window, body, command.key)


_QUESTIONS: Final[Mapping[Act, Ask]] = {
    Act.OPEN: lambda hall, window, asked: hall.open_window(window, asked.key),
    Act.PAUSE: lambda hall, window, asked: hall.pause_window(window, asked.text, asked.key),
    Act.RESUME: lambda hall, window, asked: hall.resume_window(window, asked.key),
    Act.CLOSE: lambda hall, window, asked: hall.close_window(window, asked.key),
    Act.NEXT: lambda hall, window, asked: hall.call_next(window, asked.key),
    Act.PICK: lambda hall, window, asked: hall.pick(window, asked.ticket, asked.text, asked.key),
    Act.CALL_BACK: lambda hall, window, asked: hall.call_back(window, asked.ticket, asked.key),
    Act.RECALL: lambda hall, window, asked: hall.recall(window, asked.key),
    Act.START: lambda hall, window, asked: hall.start(window, asked.key),
    Act.FINISH: lambda hall, window, asked: hall.finish(window, Finish(outcome=asked.text or "done"), asked.key),
    Act.NO_SHOW: lambda hall, window, asked: hall.no_show(window, asked.key),
    Act.HOLD: lambda hall, window, asked: hall.hold(window, asked.text, asked.key),
    Act.TRANSFER: _transfer,
    Act.POSTPONE: lambda hall, _, asked: hall.postpone(asked.ticket, asked.places, asked.key),
    Act.REQUEUE: lambda hall, _, asked: hall.requeue(asked.ticket, asked.key),
}
