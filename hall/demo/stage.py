"""Sets the stage: starts every part as a process with settings of its own, in the order they need each other."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from contract.bodies import DeviceCredentials
from contract.client.http import HallClient
from hall.demo.cast import Cast, Clerk, Display, Kiosk
from hall.demo.children import Child, Children, PartDiedError, environment
from hall.demo.door import Door, Line
from hall.demo.layout import Layout
from hall.demo.ledger import Ledger
from hall.demo.progress import Progress
from hall.demo.screen import has_sound_card
from hall.demo.visits import KioskPlace
from hall.demo.workplace import Workplace

GEOMETRY = "HALLUI_GEOMETRY"
TWINS = "devices"
REHEARSED_PACE = 0.02
"""Nobody listens to a headless demo; a sentence takes a fiftieth of its time, in order, one at a time."""


@dataclass(frozen=True, slots=True)
class Props:
    """Virtual devices that are up: control and data ports by kiosk."""

    printer_port: Mapping[str, int]
    printer_control: Mapping[str, int]
    reader_port: Mapping[str, str]
    reader_control: Mapping[str, int]


class Stage:
    """All parts of the running hall. Use the methods in the order they are written."""

    def __init__(
        self,
        cast: Cast,
        place: Workplace,
        children: Children,
        ledger: Ledger,
        progress: Progress,
        *,
        time_zone: str,
        layout: Layout | None,
    ) -> None:
        self.cast = cast
        self.place = place
        self._children = children
        self._ledger = ledger
        self._progress = progress
        self._layout = layout
        self._audible = layout is not None and has_sound_card()
        self._environment = environment(time_zone, headless=layout is None)
        self.server = ""
        self.kiosks: dict[str, Door] = {}
        self.callers: dict[str, Door] = {}
        self.displays: dict[str, Door] = {}

    async def start_devices(self) -> Props:
        """The virtual printers and card readers; they say which ports they got."""
        printers = await asyncio.gather(*(self._printer(kiosk) for kiosk in self.cast.kiosks))
        readers = await asyncio.gather(*(self._reader(kiosk) for kiosk in self.cast.kiosks if kiosk.reader))
        return Props(
            printer_port={kiosk: port for kiosk, port, _ in printers},
            printer_control={kiosk: control for kiosk, _, control in printers},
            reader_port={kiosk: port for kiosk, port, _ in readers},
            reader_control={kiosk: control for kiosk, _, control in readers},
        )

    async def start_twins(self, props: Props) -> None:
        """With a screen: the window in which a hand plays with the virtual devices; it waits in the task bar."""
        if self._layout is None:
            return
        twins = [f"reader={kiosk}:{port}" for kiosk, port in props.reader_control.items()]
        for kiosk, port in props.printer_control.items():
            twins.append(f"printer={kiosk}:{port}:{self.place.device_folder(kiosk, 'slips')}")
        command = [sys.executable, "-m", "hall.twins", "--minimised", *twins]
        await self._children.start(TWINS, command, self._environment)

    async def start_server(self) -> None:
        """The queue server and its broker; `server` is its address afterwards."""
        settings = self.place.settings(
            "server", "server", {"port": 0, "broker_port": 0, "data_dir": str(self.place.data)}
        )
        child = await self._start("server", "serve", "--config", str(settings), first_line=True)
        said = await child.first_line()
        found = re.search(r"listening on (http\S+?),? ", said)
        if found is None:
            raise PartDiedError(f"the server said {said!r} instead of where it listens")
        self.server = found[1]
        self._progress.say(f"server ready at {self.server}")

    async def enrol(self, hall: str, codes: Mapping[str, str]) -> dict[str, DeviceCredentials]:
        """Turn each device's one-time code into its credentials, as an installer does."""

        def one(client: HallClient, device: str, code: str) -> DeviceCredentials:
            return client.enrol(code, device)

        client = HallClient(self.server, hall)
        try:
            return {device: await asyncio.to_thread(one, client, device, code) for device, code in codes.items()}
        finally:
            client.close()

    async def start_apps(self, credentials: Mapping[str, DeviceCredentials], props: Props) -> None:
        """Kiosks, displays, callers; returns when each has shown itself."""
        await asyncio.gather(*(self._kiosk(kiosk, credentials[kiosk.id], props) for kiosk in self.cast.kiosks))
        self._progress.say("kiosks ready")
        await asyncio.gather(*(self._display(display, credentials[display.id]) for display in self.cast.displays))
        self._progress.say("displays ready")
        await asyncio.gather(*(self._caller(clerk, credentials[clerk.device]) for clerk in self.cast.clerks))
        self._progress.say("callers ready")

    async def shrink_callers(self) -> None:
        """On a small screen the signed-in clerks go on with their bars, which take over the panels' places."""
        if self._layout is not None and self._layout.mini:
            await asyncio.gather(*(door.act("mini", on=True) for door in self.callers.values()))

    def kiosk_places(self, props: Props) -> tuple[KioskPlace, ...]:
        """The kiosks as visitors meet them, in the cast's order."""
        return tuple(
            KioskPlace(kiosk.id, self.kiosks[kiosk.id], props.reader_control.get(kiosk.id))
            for kiosk in self.cast.kiosks
        )

    # -- one part each

    async def _printer(self, kiosk: Kiosk) -> tuple[str, int, int]:
        folder = self.place.device_folder(kiosk.id, "slips")
        child = await self._children.start(
            f"printer-{kiosk.id}",
            [sys.executable, "-m", "hardware.printers.virtual", "--port", "0", "--control", "0", "--out", str(folder)],
            self._environment,
            first_line=True,
        )
        found = re.search(r":(\d+) control (\d+)", await child.first_line())
        if found is None:
            raise PartDiedError(f"{child.name} did not say its ports")
        return kiosk.id, int(found[1]), int(found[2])

    async def _reader(self, kiosk: Kiosk) -> tuple[str, str, int]:
        child = await self._children.start(
            f"reader-{kiosk.id}",
            [sys.executable, "-m", "hardware.cardreaders.virtual", "--control", "0"],
            self._environment,
            first_line=True,
        )
        found = re.search(r"on (\S+) control (\d+)", await child.first_line())
        if found is None:
            raise PartDiedError(f"{child.name} did not say its ports")
        return kiosk.id, found[1], int(found[2])

    async def _kiosk(self, kiosk: Kiosk, secret: DeviceCredentials, props: Props) -> None:
        printer = {"driver": "escpos-tcp", "host": "127.0.0.1", "port": props.printer_port[kiosk.id]}
        values = self._common(secret) | {"printer": printer, "fullscreen": False} | {"size": kiosk.size}
        if kiosk.id in props.reader_port:
            values["card_reader"] = {"driver": "sdt-serial", "port": props.reader_port[kiosk.id], "again_after": 0.2}
        self.kiosks[kiosk.id] = await self._app(kiosk.id, "kiosk", values)

    async def _display(self, display: Display, secret: DeviceCredentials) -> None:
        values = self._common(secret) | {"zones": list(display.zones), "fullscreen": False, "size": display.size}
        self.displays[display.id] = await self._app(display.id, "display", values | self._sound(display))

    def _sound(self, display: Display) -> dict[str, object]:
        """Files, a loudspeaker for each zone; on a desktop that can be heard the hall's display speaks for all."""
        if self._audible:
            return {"loudspeaker": {"driver": "aplay"}} if not display.zones else {"sound": False}
        return {"loudspeaker": {}, "loudspeakers": {zone: self._loudspeaker(zone) for zone in display.speaks_for}}

    def _loudspeaker(self, zone: str) -> dict[str, object]:
        folder = self.place.device_folder(zone, "announcements")
        pace = REHEARSED_PACE if self._layout is None else 1.0
        return {"driver": "virtual", "name": zone, "out": str(folder), "pace": pace}

    async def _caller(self, clerk: Clerk, secret: DeviceCredentials) -> None:
        values = self._common(secret) | {"window": clerk.window}
        self.callers[clerk.device] = await self._app(clerk.device, "caller", values)

    async def _app(self, name: str, part: str, values: Mapping[str, object]) -> Door:
        settings = self.place.settings(name, part, values)

        def heard(line: Line) -> None:
            self._ledger.heard(name, line)

        child = await self._children.start(
            name,
            [sys.executable, "-m", "hall", part, "--config", str(settings)],
            self._surroundings(name),
            on_line=heard,
        )
        if child.door is None:
            raise PartDiedError(f"{name} has no door")
        await child.door.act("state")
        return child.door

    async def _start(self, name: str, *arguments: str, first_line: bool) -> Child:
        command = [sys.executable, "-m", "hall", *arguments]
        return await self._children.start(name, command, self._environment, first_line=first_line)

    def _common(self, secret: DeviceCredentials) -> dict[str, object]:
        return {
            "server": self.server,
            "hall": secret.hall,
            "device": secret.device,
            "token": secret.token,
            "broker_host": secret.mqtt_host,
            "broker_port": secret.mqtt_port,
            "autopilot": "-",
        }

    def _surroundings(self, name: str) -> dict[str, str]:
        """With a screen each app is told where its window goes."""
        if self._layout is None:
            return self._environment
        return self._environment | {GEOMETRY: self._layout.areas[name].geometry}
