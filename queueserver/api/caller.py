"""What a clerk asks at a window: sit down, call, serve, set aside, send on."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from contract import bodies
from contract.desk import HandOn
from queueserver.accounts.directory import Who
from queueserver.accounts.roles import PICKERS, STAFF, WINDOW_READERS
from queueserver.answers import Eyes
from queueserver.api.deps import LeanRoute, documented, eyes_of, house, json_response, read_body, submit, ticket_id, who
from queueserver.handlers import commands

router = APIRouter(prefix="/halls/{hall}", route_class=LeanRoute, tags=["caller"])
WINDOW = "/windows/{window}"


async def _at_window(request: Request, hall: str, command: commands.Command) -> Response:
    """A command whose answer is a ticket, a call, or nothing."""
    return await submit(request, hall, command, house(request).renderer.reply(200, Eyes.STAFF))


async def _of_window(request: Request, hall: str, window: str, command: commands.Command) -> Response:
    """A command whose answer is the window as it is now."""
    await submit(request, hall, command, house(request).renderer.reply(200, Eyes.STAFF))
    lang = request.query_params.get("lang", "zh-CN")[:16]
    return json_response(await house(request).queries.window(hall, window, lang, Eyes.STAFF))


async def _staff(request: Request, hall: str) -> Who:
    return await who(request, hall, STAFF)


@router.post(WINDOW + "/call-next", **documented(bodies.Call, bodies.Empty))
async def call_next(hall: str, window: str, request: Request) -> Response:
    """Whoever's turn it is, with the reason; 204 when nobody may be called."""
    asker = await _staff(request, hall)
    await read_body(request, bodies.Empty)
    return await _at_window(request, hall, commands.CallNext(window, by=asker.actor))


@router.get(WINDOW, **documented(bodies.WindowView))
async def view(hall: str, window: str, request: Request, lang: str = "zh-CN") -> Response:
    """All a caller needs to show."""
    asker = await who(request, hall, WINDOW_READERS)
    return json_response(await house(request).queries.window(hall, window, lang[:16], eyes_of(asker)))


@router.post(WINDOW + "/open", **documented(bodies.WindowView, bodies.AtWork))
async def open_window(hall: str, window: str, request: Request) -> Response:
    """The asker sits down here."""
    asker = await _staff(request, hall)
    body = await read_body(request, bodies.AtWork)
    return await _of_window(request, hall, window, commands.OpenWindow(window, asker.actor, body.auto))


@router.post(WINDOW + "/pause", **documented(bodies.WindowView, bodies.Pause))
async def pause(hall: str, window: str, request: Request) -> Response:
    """Nobody new is called here for a while."""
    asker = await _staff(request, hall)
    body = await read_body(request, bodies.Pause)
    return await _of_window(request, hall, window, commands.PauseWindow(window, body.reason, by=asker.actor))


@router.post(WINDOW + "/resume", **documented(bodies.WindowView, bodies.AtWork))
async def resume(hall: str, window: str, request: Request) -> Response:
    """Back at work."""
    asker = await _staff(request, hall)
    body = await read_body(request, bodies.AtWork)
    return await _of_window(request, hall, window, commands.ResumeWindow(window, body.auto, by=asker.actor))


@router.post(WINDOW + "/auto", **documented(bodies.WindowView, bodies.SwitchCalling))
async def switch_calling(hall: str, window: str, request: Request) -> Response:
    """Whether the server calls here from now on."""
    asker = await _staff(request, hall)
    body = await read_body(request, bodies.SwitchCalling)
    return await _of_window(request, hall, window, commands.SwitchCalling(window, body.auto, by=asker.actor))


@router.post(WINDOW + "/close", **documented(bodies.WindowView, bodies.Empty))
async def close(hall: str, window: str, request: Request) -> Response:
    """Staff leave the window."""
    asker = await _staff(request, hall)
    await read_body(request, bodies.Empty)
    return await _of_window(request, hall, window, commands.CloseWindow(window, by=asker.actor))


@router.post(WINDOW + "/pick", **documented(bodies.Call, bodies.Pick))
async def pick(hall: str, window: str, request: Request) -> Response:
    """One ticket out of order, by permission and with a reason."""
    asker = await who(request, hall, PICKERS)
    body = await read_body(request, bodies.Pick)
    return await _at_window(request, hall, commands.Pick(window, ticket_id(body.ticket), body.reason, by=asker.actor))


@router.post(WINDOW + "/call-back", **documented(bodies.Call, bodies.CallBack))
async def call_back(hall: str, window: str, request: Request) -> Response:
    """A held or missed ticket once more."""
    asker = await _staff(request, hall)
    body = await read_body(request, bodies.CallBack)
    return await _at_window(request, hall, commands.CallBack(window, ticket_id(body.ticket), by=asker.actor))


@router.post(WINDOW + "/recall", **documented(bodies.Ticket, bodies.Empty))
async def recall(hall: str, window: str, request: Request) -> Response:
    """The same call said again."""
    asker = await _staff(request, hall)
    await read_body(request, bodies.Empty)
    return await _at_window(request, hall, commands.Recall(window, by=asker.actor))


@router.post(WINDOW + "/start", **documented(bodies.Ticket, bodies.Empty))
async def start(hall: str, window: str, request: Request) -> Response:
    """The visitor has come."""
    asker = await _staff(request, hall)
    await read_body(request, bodies.Empty)
    return await _at_window(request, hall, commands.Start(window, by=asker.actor))


@router.post(WINDOW + "/finish", **documented(bodies.Ticket, bodies.Finish))
async def finish(hall: str, window: str, request: Request) -> Response:
    """Done, with its outcome."""
    asker = await _staff(request, hall)
    body = await read_body(request, bodies.Finish)
    return await _at_window(
        request, hall, commands.Finish(window, body.outcome, body.items, body.leaves, by=asker.actor)
    )


@router.post(WINDOW + "/no-show", **documented(bodies.Ticket, bodies.Empty))
async def no_show(hall: str, window: str, request: Request) -> Response:
    """Called and not come."""
    asker = await _staff(request, hall)
    await read_body(request, bodies.Empty)
    return await _at_window(request, hall, commands.NoShow(window, by=asker.actor))


@router.post(WINDOW + "/hold", **documented(bodies.Ticket, bodies.Hold))
async def hold(hall: str, window: str, request: Request) -> Response:
    """Set aside until called back, or until the minutes are over."""
    asker = await _staff(request, hall)
    body = await read_body(request, bodies.Hold)
    return await _at_window(request, hall, commands.Hold(window, body.reason, body.minutes, by=asker.actor))


@router.post(WINDOW + "/transfer", **documented(bodies.Ticket, bodies.Transfer))
async def transfer(hall: str, window: str, request: Request) -> Response:
    """On to another queue or window, keeping number and arrival."""
    asker = await _staff(request, hall)
    body = await read_body(request, bodies.Transfer)
    return await _at_window(
        request,
        hall,
        commands.Transfer(window, body.queue, body.window, body.note, body.come_back, by=asker.actor),
    )


@router.post(WINDOW + "/hand-on", **documented(bodies.Ticket, HandOn))
async def hand_on(hall: str, window: str, request: Request) -> Response:
    """On to the services the visitor needs, keeping number and arrival; the answer is the next leg of the visit."""
    asker = await _staff(request, hall)
    body = await read_body(request, HandOn)
    return await _at_window(request, hall, commands.HandOn(window, body.services, body.note, by=asker.actor))


@router.post("/tickets/{ticket}/requeue", **documented(bodies.Ticket, bodies.Empty))
async def requeue(hall: str, ticket: str, request: Request) -> Response:
    """To the end of its queue."""
    await _staff(request, hall)
    await read_body(request, bodies.Empty)
    return await _at_window(request, hall, commands.Requeue(ticket_id(ticket)))


@router.post("/tickets/{ticket}/reinstate", **documented(bodies.Ticket, bodies.Postpone))
async def reinstate(hall: str, ticket: str, request: Request) -> Response:
    """A missed or held ticket back into the line, behind the first so many."""
    await _staff(request, hall)
    body = await read_body(request, bodies.Postpone)
    return await _at_window(request, hall, commands.Reinstate(ticket_id(ticket), body.places))


@router.get("/tickets/{ticket}/why", **documented(bodies.Why))
async def why(hall: str, ticket: str, request: Request, lang: str = "zh-CN") -> Response:
    """Why this ticket was called when it was."""
    await _staff(request, hall)
    return json_response(await house(request).queries.why(hall, ticket_id(ticket), lang[:16]))
