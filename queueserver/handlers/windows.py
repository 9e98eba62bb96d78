"""Opening, pausing and closing windows, and words for the whole hall."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from queueserver.domain import events
from queueserver.domain.closure import out_of_use
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import Assignment
from queueserver.domain.line import window_lane
from queueserver.domain.window import Window, WindowState
from queueserver.handlers import commands
from queueserver.ports import UnitOfWork

OVERSEERS: Final = frozenset({"duty_manager", "manager"})
"""Roles that may act at a window where somebody else sits."""


def must_be_theirs(uow: UnitOfWork, command: commands.AtWindow) -> None:
    """Raise window_taken when somebody else sits at the window and the one who asks does not oversee the hall."""
    window = uow.window(command.window)
    if command.by is None or window.staff in (None, command.by.id) or command.by.roles & OVERSEERS:
        return
    raise DomainError("window_taken", staff=window.staff_name or window.staff or "")


def open_window(uow: UnitOfWork, command: commands.OpenWindow) -> None:
    """Staff sit down; signing in again where one already sits changes nothing."""
    window = uow.window(command.window)
    if window.state is not WindowState.CLOSED and window.staff == command.actor.id:
        return
    if window.state is not WindowState.CLOSED:
        raise DomainError("window_taken", staff=window.staff_name or window.staff or "")
    for other in uow.windows():
        if other.staff == command.actor.id and other.state is not WindowState.CLOSED:
            raise DomainError("staff_elsewhere", window=uow.label(other.id))
    must_be_usable(uow, window.id)
    _must_be_free_to_choose(uow, command.auto)
    auto = uow.plan.windows[window.id].auto if command.auto is None else command.auto
    _keep(uow, *window.open(command.actor.id, command.actor.name, auto=auto))


def pause_window(uow: UnitOfWork, command: commands.PauseWindow) -> None:
    """Nobody new is called here; a visitor already at the window is served on."""
    _keep(uow, *uow.window(command.window).pause(command.reason))


def resume_window(uow: UnitOfWork, command: commands.ResumeWindow) -> None:
    must_be_usable(uow, command.window)
    _must_be_free_to_choose(uow, command.auto)
    _keep(uow, *uow.window(command.window).resume(auto=command.auto))


def switch_calling(uow: UnitOfWork, command: commands.SwitchCalling) -> None:
    """The window is called for, or calls; asking for what is so already changes nothing."""
    _must_be_free_to_choose(uow, command.auto)
    before = uow.window(command.window)
    window, event = before.switch(auto=command.auto)
    if window != before:
        _keep(uow, window, event)


def close_window(uow: UnitOfWork, command: commands.CloseWindow) -> None:
    """Staff leave; refused while a visitor is at the window. Whoever was sent here waits with the queue."""
    window = uow.window(command.window)
    _keep(uow, *window.close(uow.ticket(window.ticket).number if window.ticket else None, command.how))
    let_go(uow, window.id)


def let_go(uow: UnitOfWork, window: str) -> None:
    """Who waits for this window waits with the queue instead, at the same place: nobody knows when it opens again."""
    for ticket in list(uow.line.in_order(window_lane(window))):
        released, event = ticket.release()
        uow.put_ticket(released)
        uow.record(event)


def broadcast(uow: UnitOfWork, command: commands.Broadcast) -> None:
    """Words for screens and loudspeakers; in a zone that is not there nobody would see or hear them."""
    if not uow.plan.zones.issuperset(command.zones):
        raise DomainError("invalid_field", field="zones")
    expires_at = uow.now + command.expires_in
    uow.record(events.AnnouncementBroadcast(command.text, command.lang, command.zones, command.urgent, expires_at))


def must_be_usable(uow: UnitOfWork, window: str) -> None:
    """Raise window_out_of_use while a manager's closure keeps it so."""
    local = uow.now.astimezone(ZoneInfo(uow.plan.time_zone))
    closure = out_of_use(uow.closures.values(), window, local)
    if closure is not None:
        minute = closure.band[1]
        raise DomainError("window_out_of_use", until=f"{minute // 60:02}:{minute % 60:02}")


def _must_be_free_to_choose(uow: UnitOfWork, auto: bool | None) -> None:
    """Raise assignment_fixed when a window asks for what the whole hall does the same way."""
    if auto is not None and uow.plan.policy.assignment is not Assignment.MIXED:
        raise DomainError("assignment_fixed", field="auto")


def _keep(uow: UnitOfWork, window: Window, event: events.WindowEvent) -> None:
    uow.put_window(window)
    uow.record(event)
