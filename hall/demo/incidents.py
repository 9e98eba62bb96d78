"""The things that go wrong, or are out of the ordinary, once in every demo: paper runs out, the service desk speaks."""

from __future__ import annotations

import asyncio

from contract.bodies import Broadcast
from contract.client.http import HallClient
from hall.demo.camera import Camera
from hall.demo.clerks import Pace
from hall.demo.door import DoorError
from hall.demo.progress import Progress
from hall.demo.visitors import Visitor
from hall.demo.visits import KioskPlace, NotServedError, Visits
from hardware.control import tell

REPRINT_SECONDS = 15.0
ANNOUNCEMENT = "各位来访者请注意，二楼东区办税服务窗口今天延长服务到十八点。"


async def paper_runs_out(
    visits: Visits,
    kiosk: KioskPlace,
    printer_control: int,
    visitor: Visitor,
    *,
    pace: Pace,
    progress: Progress,
    camera: Camera,
) -> None:
    """One visitor meets an empty printer, sees the number on the screen; staff put in paper; the slip comes out."""
    try:
        # Whoever stands there already still gets a slip; the next one is the unlucky one.
        async with visits.at(kiosk):
            await asyncio.to_thread(tell, printer_control, "fault paper_out on")
            progress.say(f"the printer of {kiosk.id} runs out of paper")
            try:
                answer = await visits.take(kiosk, visitor)
            finally:
                await asyncio.sleep(pace.patience)
                await asyncio.to_thread(tell, printer_control, "fault paper_out off")
            if not answer.get("printed"):
                await _print_again(kiosk)
                await camera.snap(kiosk.door, f"{kiosk.id}-reprinted")
    except (NotServedError, DoorError, TimeoutError) as trouble:
        progress.say(f"{kiosk.id}: {trouble or 'the slip did not come out again'}")
    else:
        progress.say(f"the printer of {kiosk.id} has paper again")


async def _print_again(kiosk: KioskPlace) -> None:
    await kiosk.door.act("touch", what="reprint")
    await kiosk.door.until(lambda state: state.get("page") != "printing", REPRINT_SECONDS)


async def service_desk_speaks(api: HallClient, progress: Progress) -> None:
    """One announcement to the whole hall; raises HallError."""
    await asyncio.to_thread(api.broadcast, Broadcast(text=ANNOUNCEMENT, lang="zh-CN", expires_in_seconds=60))
    progress.say("the service desk makes an announcement")
