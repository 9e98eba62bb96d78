"""From what a command answers to what goes over the wire, and who may see how much of a ticket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from enum import Enum

from contract import appointments, bodies
from queueserver.domain.appointment import Appointment
from queueserver.domain.reason import Reason
from queueserver.domain.ticket import Ticket
from queueserver.ports import (
    Answer,
    AppointmentAnswer,
    CallAnswer,
    Imported,
    ImportLine,
    Nobody,
    TicketAnswer,
    Wait,
)
from queueserver.store.batch import Reply


class Eyes(Enum):
    """Who looks at a ticket."""

    GIVER = "kiosk"
    """sees the visitor's link, nothing of the person"""
    STAFF = "clerk"
    """sees the masked name and document too"""
    SCREEN = "screen"
    """sees neither"""


class Renderer:
    """Makes wire bodies of tickets; `public_url` is the start of visitors' links."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def ticket(self, ticket: Ticket, zone: str, wait: Wait | None, eyes: Eyes) -> bodies.Ticket:
        """The ticket as `eyes` may see it."""
        visit = ticket.visit
        staff, screen = eyes is Eyes.STAFF, eyes is Eyes.SCREEN
        return bodies.Ticket(
            id=ticket.id,
            number=visit.number,
            visit=visit.id,
            leg=ticket.leg,
            queue=ticket.queue,
            service=ticket.service,
            state=bodies.TicketState(ticket.state),
            priority_class=ticket.priority_class,
            channel=bodies.Channel(visit.channel),
            lang=visit.lang,
            zone=zone,
            issued_at=ticket.issued_at,
            position=wait.position if wait else 0,
            ahead=wait.ahead if wait else 0,
            estimate=_estimate(wait),
            token="" if screen else visit.token,
            visitor_url="" if screen else f"{self._public_url}/t/{visit.token}",
            printed=ticket.printed,
            window=ticket.window,
            called_at=ticket.called_at,
            started_at=ticket.started_at,
            finished_at=ticket.ended_at,
            calls=ticket.calls,
            misses=ticket.misses,
            person=visit.person if staff else "",
            document=visit.document if staff else "",
            note=ticket.note,
            party=visit.party,
            stops=tuple(
                bodies.Stop(
                    service=stop.service, queue=stop.queue, state=bodies.StopState(stop.state), reason=stop.reason
                )
                for stop in visit.itinerary.stops
            ),
            returns_to=tuple(one.window for one in reversed(visit.itinerary.returns)),
            booked_for=ticket.booked_for,
            not_before=ticket.not_before,
        )

    def appointment(self, appointment: Appointment, eyes: Eyes, obstacle: str = "") -> appointments.Appointment:
        """The appointment as `eyes` may see it."""
        staff = eyes is Eyes.STAFF
        return appointments.Appointment(
            id=appointment.id,
            code="" if eyes is Eyes.SCREEN else appointment.code,
            service=appointment.service,
            queue=appointment.queue,
            start=appointment.start,
            end=appointment.end,
            channel=bodies.Channel(appointment.channel),
            state=appointments.AppointmentState(appointment.state.value),
            lang=appointment.lang,
            held_until=appointment.held_until,
            ticket=appointment.ticket,
            number=appointment.number,
            reference=appointment.reference,
            person=appointment.person if staff else "",
            document=appointment.document if staff else "",
            phone=appointment.phone if staff else "",
            obstacle=obstacle,
        )

    def reply(self, status: int, eyes: Eyes) -> Callable[[Answer], Reply]:
        """What turns a command's answer into the stored and sent reply."""

        def render(answer: Answer) -> Reply:
            if isinstance(answer, TicketAnswer):
                return Reply(status, self._ticket(answer, eyes).model_dump_json().encode())
            if isinstance(answer, CallAnswer):
                call = bodies.Call(ticket=self._ticket(answer.called, eyes), reason=reason_body(answer.reason))
                return Reply(status, call.model_dump_json().encode())
            if isinstance(answer, AppointmentAnswer):
                return Reply(status, self.appointment(answer.appointment, eyes).model_dump_json().encode())
            if isinstance(answer, Imported):
                return Reply(status, import_report(answer).model_dump_json().encode())
            return Reply(204 if isinstance(answer, Nobody) else status, b"")

        return render

    def _ticket(self, answer: TicketAnswer, eyes: Eyes) -> bodies.Ticket:
        return self.ticket(answer.ticket, answer.zone, answer.wait, eyes)


def import_report(imported: Imported) -> appointments.ImportReport:
    """Counts, and a line for each booking; no code and no id of what a dry run only tried."""
    results = Counter(line.result for line in imported.lines)
    lines = tuple(_import_line(line, imported.dry_run) for line in imported.lines)
    return appointments.ImportReport(
        dry_run=imported.dry_run,
        booked=results["booked"],
        moved=results["moved"],
        cancelled=results["cancelled"],
        known=results["known"],
        refused=results["refused"],
        over_quota=sum(line.over_quota for line in lines),
        lines=lines,
    )


def _import_line(line: ImportLine, dry_run: bool) -> appointments.ImportLine:
    made = line.appointment
    there = made is not None and not (dry_run and line.result == "booked")
    return appointments.ImportLine.model_validate(
        {
            "reference": line.reference,
            "result": line.result,
            "appointment": made.id if made and there else "",
            "code": made.code if made and there else "",
            "over_quota": made is not None and line.result in ("booked", "moved") and made.over_quota,
            "problem": line.code,
            "field": line.field,
            "params": dict(line.params),
        }
    )


def reason_body(reason: Reason) -> bodies.Reason:
    return bodies.Reason(
        code=reason.code,
        params=reason.params,
        passed_over=tuple(bodies.PassedOver(**asdict(one)) for one in reason.passed_over),
    )


def _estimate(wait: Wait | None) -> bodies.Estimate | None:
    if wait is None or wait.promise is None:
        return None
    promise = wait.promise
    return bodies.Estimate(low_minutes=promise.low, high_minutes=promise.high, beyond_closing=wait.beyond_closing)
