"""Lets the invented visitors come: each walks to a kiosk and takes a ticket by the very inputs touches make."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hall.demo.camera import Camera
from hall.demo.clerks import Pace
from hall.demo.door import Door, DoorError, Line
from hall.demo.evidence import Taken
from hall.demo.ledger import Ledger
from hall.demo.people import Person
from hall.demo.progress import Progress
from hall.demo.visitors import Visitor
from hardware.control import tell

FREE = frozenset({"start", "result", "refused", "duplicate"})
"""Pages on which the next invented visitor may begin; anything else is in somebody's hands."""
STEP_BACK_SECONDS = 2.0
ATTEMPTS = 30
CARD_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class KioskPlace:
    """One kiosk as visitors meet it; `reader_control` is the virtual card reader's port, None without a reader."""

    id: str
    door: Door
    reader_control: int | None


class NotServedError(Exception):
    """The visitor leaves without a ticket; the message says why."""


class Visits:
    """The stream of visitors."""

    def __init__(
        self,
        kiosks: tuple[KioskPlace, ...],
        department_of: Mapping[str, str],
        ledger: Ledger,
        pace: Pace,
        progress: Progress,
        camera: Camera,
    ) -> None:
        self._kiosks = kiosks
        self._department_of = department_of
        self._ledger = ledger
        self._pace = pace
        self._progress = progress
        self._camera = camera
        self._turns = {kiosk.id: asyncio.Lock() for kiosk in kiosks}
        self._arrived = 0
        self._arrival = asyncio.Condition()

    def at(self, kiosk: KioskPlace) -> asyncio.Lock:
        """Whose turn it is at a kiosk: one visitor at a time."""
        return self._turns[kiosk.id]

    async def run(self, people: Iterator[Visitor]) -> None:
        """Until everybody has come. Visitors at one kiosk wait for each other."""
        lines: list[asyncio.Queue[Visitor | None]] = [asyncio.Queue(maxsize=3) for _ in self._kiosks]
        async with asyncio.TaskGroup() as group:
            for kiosk, line in zip(self._kiosks, lines, strict=True):
                group.create_task(self._at(kiosk, line))
            for visitor in people:
                await asyncio.sleep(visitor.gap * self._pace.gap)
                await lines[visitor.kiosk].put(visitor)
            for line in lines:
                await line.put(None)

    async def _at(self, kiosk: KioskPlace, line: asyncio.Queue[Visitor | None]) -> None:
        while (visitor := await line.get()) is not None:
            try:
                if kiosk.door.gone:
                    continue
                async with self.at(kiosk):
                    answer = await self.take(kiosk, visitor)
                self._ledger.release(str(answer["number"]))
            except NotServedError as reason:
                self._progress.say(f"no ticket for visitor {visitor.index} at {kiosk.id}: {reason}")
            except DoorError as trouble:
                self._progress.say(str(trouble))
            finally:
                await self._has_been_here()

    async def until_arrived(self, count: int) -> None:
        """Until so many have been at a kiosk, with or without success."""
        async with self._arrival:
            await self._arrival.wait_for(lambda: self._arrived >= count)

    async def _has_been_here(self) -> None:
        async with self._arrival:
            self._arrived += 1
            self._arrival.notify_all()

    async def take(self, kiosk: KioskPlace, visitor: Visitor) -> Line:
        """One visitor at the kiosk, from the first touch to the number; raises NotServedError and DoorError."""
        await self._until_free(kiosk)
        await self._touch(kiosk, visitor, "start_over")
        if visitor.english:
            await self._touch(kiosk, visitor, "language", "en")
        await self._touch(kiosk, visitor, "take_number")
        await self._touch(kiosk, visitor, "department", self._department_of[visitor.service])
        page = await self._touch(kiosk, visitor, "service", visitor.service)
        page = await self._identify(kiosk, visitor, page)
        if visitor.priority:
            page = await self._touch(kiosk, visitor, "priority", visitor.priority)
        if visitor.also and page == "confirm":
            page = await self._add(kiosk, visitor, visitor.also)
        if page != "confirm":
            await self._leave(kiosk, page)
            raise NotServedError(f"the kiosk shows {page}")
        answer = await kiosk.door.act("agree", hold_ms=self._pace.hold_ms)
        self._note(kiosk, visitor, answer)
        await self._picture(kiosk, visitor, "result" if answer.get("printed") else "unprinted")
        return answer

    async def _add(self, kiosk: KioskPlace, visitor: Visitor, service: str) -> str:
        """A second matter on the same number."""
        await self._touch(kiosk, visitor, "another")
        await self._touch(kiosk, visitor, "department", self._department_of[service])
        return await self._touch(kiosk, visitor, "service", service)

    async def _leave(self, kiosk: KioskPlace, page: str) -> None:
        """Clear the screen for the next visitor, unless a person has gone on from `page` meanwhile."""
        if (await kiosk.door.act("state")).get("page") == page:
            await kiosk.door.act("touch", what="start_over")

    async def _until_free(self, kiosk: KioskPlace) -> None:
        """Whoever stands there is let finish; the next visitor steps back and looks again."""
        for _ in range(ATTEMPTS):
            state = await kiosk.door.act("state")
            if state.get("page") in FREE and state.get("catalogue"):
                return
            await asyncio.sleep(STEP_BACK_SECONDS)
        raise NotServedError(f"it was not free all the time; it shows {state.get('page')}")

    async def _touch(self, kiosk: KioskPlace, visitor: Visitor, what: str, value: str = "") -> str:
        """One touch; the name of the page it leads to."""
        answer = await kiosk.door.act("touch", what=what, value=value)
        page = str(answer.get("page"))
        await self._picture(kiosk, visitor, page)
        await asyncio.sleep(self._pace.touch)
        return page

    async def _identify(self, kiosk: KioskPlace, visitor: Visitor, page: str) -> str:
        """Show a card where there is a reader, type the number where there is none, skip without a document."""
        person = visitor.person
        if person is None:
            return await self._touch(kiosk, visitor, "skip") if page == "identify" else page
        if page == "confirm":
            page = await self._touch(kiosk, visitor, "add_document")
        if page != "identify":
            return page
        if kiosk.reader_control is not None:
            return await self._lay_card(kiosk, kiosk.reader_control, person)
        for character in person.number:
            await kiosk.door.act("touch", what="type", value=character)
        await self._picture(kiosk, visitor, "identify-typed")
        return await self._touch(kiosk, visitor, "enter")

    async def _lay_card(self, kiosk: KioskPlace, control: int, person: Person) -> str:
        card = f"place name={person.name} number={person.number} sex={person.sex}"
        await asyncio.to_thread(tell, control, card)
        try:
            state = await kiosk.door.until(lambda state: state.get("page") != "identify", CARD_SECONDS)
        except TimeoutError:
            await self._leave(kiosk, "identify")
            raise NotServedError("the card was not read") from None
        finally:
            await asyncio.to_thread(tell, control, "remove")
        return str(state.get("page"))

    async def _picture(self, kiosk: KioskPlace, visitor: Visitor, page: str) -> None:
        name = f"{kiosk.id}-{page}" + ("-en" if visitor.english else "")
        await self._camera.snap(kiosk.door, name, self._ledger.still_open())

    def _note(self, kiosk: KioskPlace, visitor: Visitor, answer: Line) -> None:
        if not answer.get("ok"):
            raise NotServedError(str(answer.get("code")))
        number = str(answer["number"])
        self._ledger.visitor_of[number] = visitor
        printed = bool(answer.get("printed"))
        if not printed:
            self._ledger.detain(number)
        measured = answer.get("touch_to_slip_ms")
        time = float(measured) if printed and isinstance(measured, int | float) else None
        self._ledger.taken.append(Taken(kiosk.id, str(answer["ticket_id"]), number, printed, time))
