"""The things that go wrong, or are out of the ordinary, once in every demo: paper runs out, the service desk speaks."""

from __future__ import annotations

import asyncio

from contract.bodies import Broadcast
from contract.client.http import HallClient
from hall.demo.camera import Camera
from hall.demo.clerks import Pace
from hall.demo.door import DoorError, Line
from hall.demo.ledger import Ledger
from hall.demo.progress import Progress
from hall.demo.visitors import Visitor
from hall.demo.visits import KioskPlace, NotServedError, Visits
from hardware.control import tell

REPRINT_SECONDS = 15.0
ANNOUNCEMENT = "各位来访者请注意，二楼东区办税服务窗口今天延长服务到十八点。"


class PrinterTrouble:
    """What the incident needs: who is at which kiosk, the printer's control port, and where it is told and seen."""

    def __init__(self, visits: Visits, ledger: Ledger, pace: Pace, progress: Progress, camera: Camera) -> None:
        self._visits = visits
        self._ledger = ledger
        self._pace = pace
        self._progress = progress
        self._camera = camera

    async def happen(self, kiosk: KioskPlace, printer_control: int, visitor: Visitor) -> None:
        """One visitor meets an empty printer, sees the number on the screen; staff put in paper; the slip comes out."""
        try:
            # Whoever stands there already still gets a slip; the next one is the unlucky one.
            async with self._visits.at(kiosk):
                await asyncio.to_thread(tell, printer_control, "fault paper_out on")
                self._progress.say(f"the printer of {kiosk.id} runs out of paper")
                try:
                    answer = await self._visits.take(kiosk, visitor)
                finally:
                    await asyncio.sleep(self._pace.patience)
                    await asyncio.to_thread(tell, printer_control, "fault paper_out off")
                await self._print_again(kiosk, answer)
        except (NotServedError, DoorError, TimeoutError) as trouble:
            self._progress.say(f"{kiosk.id}: {trouble or 'the slip did not come out again'}")
        else:
            self._progress.say(f"the printer of {kiosk.id} has paper again")

    async def _print_again(self, kiosk: KioskPlace, answer: Line) -> None:
        """The visitor touches "print again" and stays until the slip is there; only then can the clerk begin."""
        try:
            if not answer.get("printed"):
                await kiosk.door.act("touch", what="reprint")
                async with asyncio.timeout(REPRINT_SECONDS):
                    await self._ledger.until_printed(str(answer["ticket_id"]))
                await self._camera.snap(kiosk.door, f"{kiosk.id}-reprinted")
        finally:
            self._ledger.release(str(answer["number"]))


async def service_desk_speaks(api: HallClient, progress: Progress) -> None:
    """One announcement to the whole hall; raises HallError."""
    await asyncio.to_thread(api.broadcast, Broadcast(text=ANNOUNCEMENT, lang="zh-CN", expires_in_seconds=60))
    progress.say("the service desk makes an announcement")
