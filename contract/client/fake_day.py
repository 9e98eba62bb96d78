"""The end of the fake hall's day before its time, as the apps meet it: no more tickets, who waits loses the place."""

from __future__ import annotations

from typing import Final

from contract.bodies import StopState, TicketState
from contract.client import fake_way
from contract.client.fake_book import ACTIVE, Entry
from contract.client.fake_door import FakeDoor
from contract.days import CloseDay, HitReport, TicketHit
from contract.errors import HallError
from contract.events import DayData

_OPEN: Final = ACTIVE | {TicketState.WAITING, TicketState.HELD, TicketState.NO_SHOW}


class FakeDay(FakeDoor):
    """Closing and reopening the day, for those who oversee the hall."""

    def close_day(self, body: CloseDay | None = None, key: str = "") -> HitReport:
        dry_run = body is not None and body.dry_run

        def run() -> HitReport:
            self._oversees()
            if self._book.day_closed:
                raise HallError("day_closed")
            there = [entry for entry in self._in_turn() if entry.ticket.state in _OPEN]
            hit = tuple(_hit(entry) for entry in there)
            if not dry_run:
                self._end([entry for entry in there if entry.ticket.state not in ACTIVE])
            return HitReport(dry_run=dry_run, tickets=hit, business_day=self._book.business_day())

        return self._command(f"close_day {dry_run}", key, run)

    def reopen_day(self, key: str = "") -> HitReport:
        def run() -> HitReport:
            self._oversees()
            book = self._book
            if not book.day_closed:
                raise HallError("day_open")
            ended, book.ended, book.day_closed = book.ended, [], False
            hit = tuple(
                TicketHit(
                    ticket=entry.ticket.id,
                    number=entry.ticket.number,
                    queue=entry.ticket.queue,
                    state=entry.ticket.state,
                    becomes=before.state,
                )
                for entry, before in ended
            )
            for entry, before in ended:
                entry.ticket = before
            book.append("day.reopened", DayData(business_day=book.business_day(), returned=len(ended)))
            return HitReport(dry_run=False, tickets=hit, business_day=book.business_day())

        return self._command("reopen_day", key, run)

    def _end(self, entries: list[Entry]) -> None:
        book = self._book
        book.day_closed, book.ended = True, [(entry, entry.ticket) for entry in entries]
        undone = 0
        for entry in entries:
            undone += len(fake_way.places(entry.ticket.stops, StopState.OPEN, StopState.NOW))
            book.change(entry, state=TicketState.EXPIRED, stops=fake_way.ended(entry.ticket, "day_closed"))
        day = DayData(business_day=book.business_day(), expired=len(entries), undone=undone, final=False)
        book.append("day.closed", day)

    def _in_turn(self) -> list[Entry]:
        return sorted(self._book.entries.values(), key=lambda entry: entry.order)

    def _oversees(self) -> None:
        if not {"duty_manager", "manager"}.intersection(self._signed_in().roles):
            raise HallError("forbidden")


def _hit(entry: Entry) -> TicketHit:
    ticket = entry.ticket
    becomes = None if ticket.state in ACTIVE else TicketState.EXPIRED
    return TicketHit(ticket=ticket.id, number=ticket.number, queue=ticket.queue, state=ticket.state, becomes=becomes)
