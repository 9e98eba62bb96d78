"""Lets the clerks work: each plays the key presses of the plan at a real caller app, and copes with refusals."""

from __future__ import annotations

import asyncio
from collections import deque

from hall.demo.cast import Clerk
from hall.demo.clerks import Pace, Press, course
from hall.demo.door import Door, DoorError, Line
from hall.demo.ledger import Ledger
from hall.demo.progress import Progress

PAUSE_AFTER = 2
"""The clerk who takes a break takes it after so many visitors."""


class Desk:
    """One clerk at one window. `closing` ends the work when nobody waits any more."""

    def __init__(self, clerk: Clerk, password: str, door: Door, ledger: Ledger, pace: Pace, progress: Progress) -> None:
        self._clerk = clerk
        self._password = password
        self._door = door
        self._ledger = ledger
        self._pace = pace
        self._progress = progress
        self._held: deque[str] = deque()
        self._served = 0
        self.closing = asyncio.Event()

    async def sit_down(self) -> None:
        """Sign in and open the window; raises DoorError with the refusal's code."""
        signed_in = await self._door.act("sign_in", user=self._clerk.user, password=self._password)
        opened = await self._door.act("open", window=self._clerk.window) if signed_in.get("ok") else signed_in
        for act, answer in (("sign_in", signed_in), ("open", opened)):
            if not answer.get("ok"):
                raise DoorError(f"{self._clerk.device} refused {act!r}: {answer.get('code')}")

    async def work(self) -> None:
        """Call, serve, call again, until closing time and an empty line; then close the window."""
        try:
            while not (self.closing.is_set() and not self._held):
                await self._next()
                await asyncio.sleep(self._pace.rest)
            await self._door.act("close")
        except DoorError as trouble:
            self._progress.say(str(trouble))

    async def _next(self) -> None:
        if self._clerk.pauses and self._served == PAUSE_AFTER:
            self._served += 1
            await self._take_a_break()
        answer = await self._door.act("next")
        if answer.get("ok") and answer.get("ticket_id"):
            await self._serve(str(answer["number"]))
        elif answer.get("ok") and self._held:
            await self._call_back(self._held.popleft())
        elif answer.get("code") == "window_busy":
            await self._clear_the_window()

    async def _serve(self, number: str) -> None:
        visitor = self._ledger.visitor_of.get(number)
        before = self._ledger.calls_of[number]
        self._ledger.calls_of[number] += 1
        self._served += 1
        await self._press(course(visitor, before, self._pace, self._clerk.transfer_to), number)

    async def _press(self, plan: tuple[Press, ...], number: str) -> None:
        """Press the keys in order; a refusal ends the plan, because a person has done something else by hand."""
        for press in plan:
            await asyncio.sleep(press.wait)
            await self._ledger.until_free(number)
            answer = await self._door.act(press.act, **press.arguments)
            if not answer.get("ok"):
                return
            if press.act == "hold":
                self._held.append(number)

    async def _call_back(self, number: str) -> None:
        answer = await self._door.act("call_back", number=number)
        if answer.get("ok") and answer.get("number") == number:
            await self._serve(number)
        elif answer.get("code") == "unknown_ticket":
            # The screen's own list has not caught up with the hold; a moment later it has.
            self._held.append(number)

    async def _clear_the_window(self) -> None:
        """Somebody left a visitor at the window, by hand; bring the visit to its end."""
        await asyncio.sleep(self._pace.way)
        for act in ("start", "finish"):
            await self._door.act(act)

    async def _take_a_break(self) -> None:
        answer: Line = await self._door.act("pause", reason="短暂离开")
        if answer.get("ok"):
            self._progress.say(f"window {self._clerk.window} pauses")
            await asyncio.sleep(self._pace.patience * 2)
            await self._door.act("resume")
            self._progress.say(f"window {self._clerk.window} is back")
