"""Remembers what the running demo observes: tickets given, calls painted, the event feed; nothing here is a wish."""

from __future__ import annotations

import asyncio
from collections import Counter

from contract.bodies import TicketState
from contract.client.api import HallApi
from contract.events import TicketData, WireEvent
from hall.demo.evidence import Shown, Taken
from hall.demo.visitors import Visitor

PAGE = 500
OPEN = frozenset({TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.HELD})


class Ledger:
    """The demo's memory, filled while it runs."""

    def __init__(self) -> None:
        self._reading = asyncio.Lock()
        self._news = asyncio.Condition()
        self._detained: dict[str, asyncio.Event] = {}
        self._printed: set[str] = set()
        self.events: list[WireEvent] = []
        self.taken: list[Taken] = []
        self.shown: list[Shown] = []
        self.said: dict[str, list[str]] = {}
        """The numbers each loudspeaker spoke, in order; "" for what was not about a number."""
        self.visitor_of: dict[str, Visitor] = {}
        self.calls_of: Counter[str] = Counter()
        self.states: dict[str, TicketState] = {}

    def detain(self, number: str) -> None:
        """The visitor cannot go to a window yet: there is still something to do at the kiosk."""
        self._detained[number] = asyncio.Event()

    def release(self, number: str) -> None:
        """The visitor may go."""
        if number in self._detained:
            self._detained.pop(number).set()

    async def until_free(self, number: str) -> None:
        """Wait for a visitor who is detained; at once for everybody else."""
        if number in self._detained:
            await self._detained[number].wait()

    async def until_printed(self, ticket: str) -> None:
        """Wait until the feed says that the slip of `ticket` is on paper; somebody must be following the feed."""
        async with self._news:
            await self._news.wait_for(lambda: ticket in self._printed)

    async def follow(self, api: HallApi) -> None:
        """Read what the feed has that we have not; those who ask at the same time wait for each other."""
        async with self._reading:
            while True:
                after = self.events[-1].sequence if self.events else 0
                page = await asyncio.to_thread(api.events, after, PAGE)
                async with self._news:
                    for event in page.events:
                        self._add(event)
                    self._news.notify_all()
                if not page.events or self.events[-1].sequence >= page.last:
                    return

    def heard(self, display: str, line: dict[str, object]) -> None:
        """One unasked line of a display."""
        if line.get("event") == "announced":
            self.said.setdefault(str(line.get("loudspeaker")), []).append(str(line.get("number") or ""))
        if line.get("event") == "shown":
            number, sequence = str(line.get("number", "")), int(str(line.get("sequence", 0)))
            self.shown.append(Shown(display, sequence, number, float(str(line.get("call_to_screen_ms", 0.0)))))

    @property
    def announced(self) -> int:
        """Announcements that were made, by the displays' own word."""
        return sum(map(len, self.said.values()))

    def slips_of(self, kiosk: str) -> list[str]:
        """Numbers a kiosk gave out, in the order in which its printer was asked for the slips."""
        return [taken.number for taken in self.taken if taken.kiosk == kiosk]

    def still_open(self) -> int:
        """Tickets that somebody must still do something about, as far as the feed was read."""
        return sum(state in OPEN for state in self.states.values())

    def over(self) -> int:
        """Tickets whose visit is over."""
        return len(self.states) - self.still_open()

    def _add(self, event: WireEvent) -> None:
        self.events.append(event)
        data = event.parsed()
        if isinstance(data, TicketData):
            if event.type == "ticket.printed":
                self._printed.add(data.ticket)
            if data.from_ticket:
                self.states.pop(data.from_ticket, None)
            self.states[data.ticket] = data.state
