"""Plays one demo from the first visitor to closing time, and hands back the evidence."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from itertools import islice

from contract.client.http import HallClient
from contract.config import HallConfig
from contract.errors import HallError
from hall.demo.camera import Camera
from hall.demo.clerks import Script
from hall.demo.desks import Desk
from hall.demo.door import DoorError
from hall.demo.evidence import Evidence
from hall.demo.incidents import PrinterTrouble, service_desk_speaks
from hall.demo.ledger import Ledger
from hall.demo.progress import Progress
from hall.demo.stage import Props, Stage
from hall.demo.visitors import Visitor, visitors
from hall.demo.visits import Visits

LOOK_SECONDS = 0.5
STANDSTILL_SECONDS = 25.0
"""Without any new event for so long after the last visitor, what is still open stays open."""
TELL_EVERY = 5
QUIET_SECONDS = 2.0
"""The loudspeakers are done when nothing was announced for so long."""
LONGEST_TALK_SECONDS = 30.0
PAPER_OUT_AFTER = 0.4
"""The share of the visitors that have come when the printer runs out of paper."""
BROADCAST_AFTER = 0.6
BUSY_DESK = 100
"""A picture of a desk with a visitor is worth more than any without."""
USUAL_COUNT = 10
"""Where visitors keep coming, shares are of this many."""


class Play:
    """One performance. `run` plays it, `evidence` says what happened; both once."""

    def __init__(
        self,
        stage: Stage,
        props: Props,
        config: HallConfig,
        passwords: Mapping[str, str],
        ledger: Ledger,
        *,
        progress: Progress,
        script: Script,
    ) -> None:
        self._stage = stage
        self._props = props
        self._ledger = ledger
        self._progress = progress
        self._pace = pace = script.pace
        self._count = script.count
        self._stays = script.stays
        self._api = HallClient(stage.server, config.hall.id)
        self._manager = (stage.cast.manager, passwords[stage.cast.manager])
        self._camera = Camera(stage.place.screens)
        self._kiosks = stage.kiosk_places(props)
        departments = {service.id: service.department for service in config.services}
        self._visits = Visits(self._kiosks, departments, ledger, pace, progress, self._camera)
        self._people = visitors(config, stage.cast.queues, len(self._kiosks), script.seed)
        self._desks = [
            Desk(clerk, passwords[clerk.user], stage.callers[clerk.device], ledger, pace, progress)
            for clerk in stage.cast.clerks
        ]

    async def run(self) -> None:
        """From opening to closing time; when it `stays`, the clerks go on for ever. Raises HallError and DoorError."""
        await asyncio.to_thread(self._api.login, *self._manager)
        await self._pictures_before()
        await asyncio.gather(*(desk.sit_down() for desk in self._desks))
        await self._stage.shrink_callers()
        self._progress.say(f"{len(self._desks)} windows open")
        async with asyncio.TaskGroup() as group:
            following = group.create_task(self._follow())
            photographing = group.create_task(self._photograph())
            desks = [group.create_task(desk.work()) for desk in self._desks]
            incidents = group.create_task(self._incidents())
            await self._visits.run(self._visitors())
            await incidents
            if self._stays:
                return
            await self._until_served()
            for desk in self._desks:
                desk.closing.set()
            await asyncio.wait(desks)
            photographing.cancel()
            following.cancel()
        await self._until_quiet()

    async def evidence(self, *, rehearsed: bool) -> Evidence:
        """What happened, after a last look at the feed; the parts still run. Raises HallError."""
        await self._ledger.follow(self._api)
        snapshot = await asyncio.to_thread(self._api.snapshot)
        ledger, place = self._ledger, self._stage.place
        return Evidence(
            events=tuple(ledger.events),
            taken=tuple(ledger.taken),
            shown=tuple(ledger.shown),
            announced=ledger.announced,
            slips=place.gather("slips", ".png", {kiosk.id: ledger.slips_of(kiosk.id) for kiosk in self._kiosks}),
            sounds=place.gather("announcements", ".wav", ledger.said),
            screens=tuple(display.id for display in self._stage.cast.displays if not display.zones),
            waiting_now=sum(queue.waiting for queue in snapshot.queues),
            rehearsed=rehearsed,
            visitors=self._count,
        )

    def close(self) -> None:
        self._api.close()

    # -- who comes

    def _visitors(self) -> Iterator[Visitor]:
        """All but the one who will find the printer empty."""
        return self._people if self._count is None else islice(self._people, max(0, self._count - 1))

    # -- beside the visitors

    async def _incidents(self) -> None:
        await self._visits.until_arrived(self._share(PAPER_OUT_AFTER))
        unlucky = next(visitors_at(self._people, len(self._kiosks) - 1))
        kiosk = self._kiosks[-1]
        control = self._props.printer_control[kiosk.id]
        trouble = PrinterTrouble(self._visits, self._ledger, self._pace, self._progress, self._camera)
        await trouble.happen(kiosk, control, unlucky)
        await self._visits.until_arrived(self._share(BROADCAST_AFTER))
        await service_desk_speaks(self._api, self._progress)

    def _share(self, share: float) -> int:
        """So many of the visitors who come by themselves, which is all but the unlucky one."""
        expected = USUAL_COUNT if self._count is None else self._count
        return min(round(expected * share), max(0, expected - 1))

    async def _follow(self) -> None:
        told = 0
        while True:
            with contextlib.suppress(HallError):
                await self._ledger.follow(self._api)
            over = self._ledger.over()
            if over >= told + TELL_EVERY:
                told = over
                of = f" of {self._count}" if self._count else ""
                self._progress.say(f"{over}{of} visitors served or gone")
            await asyncio.sleep(LOOK_SECONDS)

    # -- the end

    async def _until_served(self) -> None:
        """Until no visit is open, or nothing has happened for a long time."""
        still = 0.0
        seen = -1
        while still < STANDSTILL_SECONDS:
            await self._ledger.follow(self._api)
            if self._ledger.still_open() == 0:
                return
            still = still + LOOK_SECONDS if len(self._ledger.events) == seen else 0.0
            seen = len(self._ledger.events)
            await asyncio.sleep(LOOK_SECONDS)
        self._progress.say(f"{self._ledger.still_open()} visitors are left waiting")

    async def _until_quiet(self) -> None:
        """Let the loudspeakers finish what they have in line."""
        quiet = 0.0
        said = -1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_TALK_SECONDS):
                while quiet < QUIET_SECONDS:
                    total = self._ledger.announced
                    quiet = quiet + LOOK_SECONDS if total == said else 0.0
                    said = total
                    await asyncio.sleep(LOOK_SECONDS)

    # -- pictures

    async def _pictures_before(self) -> None:
        """The staff's first page; the empty hall screens."""
        for name, door in self._stage.displays.items():
            await self._camera.snap(door, f"{name}-empty")
        clerk = self._stage.cast.clerks[0]
        await self._camera.snap(self._stage.callers[clerk.device], "caller-sign-in")

    async def _photograph(self) -> None:
        """The staff's and the hall's screens in full swing: the pictures with the most to see are those that stay."""
        while True:
            await asyncio.sleep(LOOK_SECONDS * 4)
            busy = self._ledger.still_open()
            with contextlib.suppress(DoorError):
                for name, door in self._stage.displays.items():
                    await self._camera.snap(door, name, busy)
                await self._photograph_caller()

    async def _photograph_caller(self) -> None:
        clerk = self._stage.cast.clerks[0]
        door = self._stage.callers[clerk.device]
        state = await door.act("state")
        waiting = state.get("waiting")
        worth = (waiting if isinstance(waiting, int) else 0) + (BUSY_DESK if state.get("number") else 0)
        if not self._camera.wants("caller-panel", worth):
            return
        await self._camera.snap(door, "caller-panel", worth)
        if self._stays:
            return
        await door.act("mini", on=True)
        try:
            await self._camera.snap(door, "caller-bar", worth)
        finally:
            await door.act("mini", on=False)


def visitors_at(people: Iterator[Visitor], kiosk: int) -> Iterator[Visitor]:
    """Those of `people` who would go to `kiosk`."""
    return (visitor for visitor in people if visitor.kiosk == kiosk)
