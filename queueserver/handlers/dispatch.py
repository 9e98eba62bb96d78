"""From a command to its handler, and from what the handler returns to the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from queueserver.domain.appointment import Appointment
from queueserver.domain.reason import Reason
from queueserver.domain.ticket import State, Ticket
from queueserver.handlers import (
    appointments,
    assigning,
    bookings,
    calling,
    checkin,
    closures,
    commands,
    day,
    handingon,
    importing,
    tickets,
    visits,
    voiding,
    windowclosures,
    windows,
)
from queueserver.handlers.waits import wait_told
from queueserver.ports import (
    Answer,
    AppointmentAnswer,
    CallAnswer,
    Done,
    Imported,
    Nobody,
    Report,
    TicketAnswer,
    UnitOfWork,
)

Outcome = Ticket | tuple[Ticket, Reason] | Appointment | Imported | Report | None

_HANDLERS: Final[dict[type[Any], Callable[[UnitOfWork, Any], Outcome]]] = {
    commands.TakeTicket: tickets.take_ticket,
    commands.MarkPrinted: tickets.mark_printed,
    commands.Cancel: tickets.cancel,
    commands.Requeue: tickets.requeue,
    commands.Postpone: tickets.postpone,
    commands.Reinstate: tickets.reinstate,
    commands.AddStops: visits.add_stops,
    commands.DropStops: visits.drop_stops,
    commands.OpenWindow: windows.open_window,
    commands.PauseWindow: windows.pause_window,
    commands.ResumeWindow: windows.resume_window,
    commands.SwitchCalling: windows.switch_calling,
    commands.Assign: assigning.assign,
    commands.CloseWindow: windows.close_window,
    commands.Broadcast: windows.broadcast,
    commands.CallNext: calling.call_next,
    commands.Pick: calling.pick,
    commands.CallBack: calling.call_back,
    commands.Recall: calling.recall,
    commands.Start: calling.start,
    commands.Finish: calling.finish,
    commands.NoShow: calling.no_show,
    commands.Hold: calling.hold,
    commands.Transfer: calling.transfer,
    commands.HandOn: handingon.hand_on,
    commands.TurnDay: day.turn_day,
    commands.CloseDay: day.close_day,
    commands.ReopenDay: day.reopen_day,
    commands.MakeClosure: closures.make_closure,
    commands.EndClosure: closures.end_closure,
    commands.CloseWindows: windowclosures.close_windows,
    commands.KeepWindowsClosed: windowclosures.keep_windows_closed,
    commands.VoidTickets: voiding.void_tickets,
    bookings.Book: appointments.book,
    bookings.ConfirmAppointment: appointments.confirm,
    bookings.MoveAppointment: appointments.move,
    bookings.CancelAppointment: appointments.cancel,
    bookings.CheckIn: checkin.check_in,
    bookings.ImportAppointments: importing.import_appointments,
}


def carry_out(uow: UnitOfWork, command: commands.Command) -> Outcome:
    """Run the command's handler; raises DomainError when the rules refuse it."""
    if isinstance(command, commands.AtWindow):
        windows.must_be_theirs(uow, command)
    return _HANDLERS[type(command)](uow, command)


def answer(uow: UnitOfWork, command: commands.Command, outcome: Outcome) -> Answer:
    """What to tell whoever gave the command, after its changes were made."""
    if isinstance(outcome, Ticket):
        return ticket_answer(uow, outcome)
    if isinstance(outcome, tuple):
        ticket, reason = outcome
        return CallAnswer(ticket_answer(uow, ticket), reason)
    if isinstance(outcome, Appointment):
        return AppointmentAnswer(outcome)
    if isinstance(outcome, Imported | Report):
        return outcome
    return Nobody() if isinstance(command, commands.CallNext | commands.Assign) else Done()


def ticket_answer(uow: UnitOfWork, ticket: Ticket) -> TicketAnswer:
    """The ticket with its zone and, while it waits, where it stands."""
    queue = uow.plan.queues.get(ticket.queue)
    zone = queue.zone if queue else ""
    return TicketAnswer(ticket, zone, wait_told(uow, ticket) if ticket.state is State.WAITING else None)
