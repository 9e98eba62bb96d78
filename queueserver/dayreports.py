"""From what a day's commands and records say to what goes over the wire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from contract import days
from contract.bodies import TicketState
from queueserver.domain.closure import Closure
from queueserver.domain.daybook import Closing
from queueserver.outgoing import clock_time
from queueserver.ports import Hit, Report


def report_body(report: Report) -> days.HitReport:
    """Whom a command met, or would meet."""
    subject = report.subject
    return days.HitReport(
        dry_run=report.dry_run,
        tickets=tuple(_hit(one) for one in report.hit),
        appointments=tuple(
            days.AppointmentHit(id=one.id, code=one.code, queue=one.queue, service=one.service, start=one.start)
            for one in report.appointments
        ),
        unserved=tuple(
            days.UnservedQueue(queue=one.queue, waiting=one.waiting, could_serve=one.could_serve)
            for one in report.unserved
        ),
        closure=closure_body(subject) if isinstance(subject, Closure) else None,
        business_day=subject.business_day if isinstance(subject, Closing) else None,
    )


def closure_body(closure: Closure) -> days.Closure:
    return days.Closure(
        id=closure.id,
        date=closure.day,
        start=clock_time(closure.band[0]),
        end=clock_time(closure.band[1]),
        queues=closure.queues,
        windows=closure.windows,
        opens=closure.opens,
        reason=closure.reason,
        made_by=closure.made_by,
        made_at=closure.made_at,
        ended_by=closure.ended_by,
        ended_at=closure.ended_at,
    )


def day_body(day: date, closings: Sequence[Closing]) -> days.DayView:
    """All ends of `day` in order; the counts are of those that hold."""
    holding = [one for one in closings if one.reopened_at is None]
    ended = Counter(one.became.value for closing in holding for one in closing.ended)
    last = holding[-1] if holding else None
    return days.DayView(
        business_day=day,
        closed_at=holding[0].at if holding else None,
        by=holding[0].by if last else "",
        ended={TicketState(state): count for state, count in sorted(ended.items())},
        ends=tuple(_end(one) for one in closings),
    )


def _end(closing: Closing) -> days.DayEnd:
    return days.DayEnd(
        at=closing.at,
        by=closing.by,
        reason=closing.reason,
        final=closing.final,
        tickets=tuple(
            days.TicketHit(
                ticket=one.ticket,
                number=one.number,
                queue=one.queue,
                state=TicketState(one.was),
                becomes=TicketState(one.became),
            )
            for one in closing.ended
        ),
        reopened_at=closing.reopened_at,
        reopened_by=closing.reopened_by,
    )


def _hit(hit: Hit) -> days.TicketHit:
    return days.TicketHit(
        ticket=hit.ticket,
        number=hit.number,
        queue=hit.queue,
        state=TicketState(hit.state),
        becomes=None if hit.becomes is None else TicketState(hit.becomes),
        why=hit.why,
    )
