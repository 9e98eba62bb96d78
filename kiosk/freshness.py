"""Keeps what the kiosk offers true: the catalogue by asking, the counts by listening."""

from __future__ import annotations

import logging
from typing import Protocol

from pydantic import ValidationError

from contract.bodies import Catalogue, Snapshot
from contract.client.api import HallApi
from contract.errors import HallError
from contract.events import CalendarData, ConfigData, DayData, TicketData, WireEvent
from contract.ids import CONTRACT_MAJOR
from hallui.scheduler import Scheduler
from hallui.work import Jobs
from kiosk import inputs as on
from kiosk import offers
from kiosk.state import State

log = logging.getLogger(__name__)

REFRESH_SECONDS = 15.0
OFFLINE_SECONDS = 3.0


class Owner(Protocol):
    """Whoever wants to know."""

    state: State

    def tell(self, happened: on.Input) -> None: ...


class Freshness:
    """One catalogue a language. All methods on the app's own thread."""

    def __init__(
        self, api: HallApi, jobs: Jobs, scheduler: Scheduler, owner: Owner, departments: tuple[str, ...] = ()
    ) -> None:
        self._api = api
        self._jobs = jobs
        self._scheduler = scheduler
        self._owner = owner
        self._departments = departments
        self._asking: set[str] = set()
        self._again: set[str] = set()
        self._wished: set[str] = set()
        self._closed = False

    def start(self) -> None:
        """Ask now, and regularly from now on."""
        if self._closed:
            return
        self._wished.clear()
        self.refresh(self._owner.state.lang)
        pause = REFRESH_SECONDS if self._owner.state.world.online else OFFLINE_SECONDS
        self._scheduler.call_later(pause, self.start)

    def close(self) -> None:
        self._closed = True

    def refresh(self, lang: str) -> None:
        """Ask for the catalogue in `lang`; while one answer is awaited, further wishes make one more question."""
        if self._closed:
            return
        if lang in self._asking:
            self._again.add(lang)
            return
        self._asking.add(lang)
        self._jobs.submit(
            lambda: offers.only(self._api.catalogue(lang), self._departments),
            lambda catalogue: self._arrived(lang, catalogue),
            lambda error: self._failed(lang, error),
        )

    def refresh_all(self) -> None:
        """The hall was changed: every language is old now."""
        for lang in {self._owner.state.lang, *self._owner.state.world.catalogues}:
            self.refresh(lang)

    # -- what the listener hears, brought to the app's own thread

    def snapshot(self, snapshot: Snapshot) -> None:
        """The truth as of now: counts of every queue, and whether the catalogue is of this configuration."""
        self._owner.tell(on.ServerFound())
        for queue in snapshot.queues:
            self._owner.tell(on.QueueCounted(queue.id, queue.waiting, snapshot.seq))
        known = self._owner.state.catalogue
        if known is None or known.config_version != snapshot.config_version:
            self.refresh_all()

    def event(self, event: WireEvent) -> None:
        """One fact; an event that makes no sense is skipped and logged."""
        try:
            data = event.parsed()
        except ValidationError as error:
            log.warning("skipped event %s of type %s: %s", event.id, event.type, error.errors()[0]["msg"])
            return
        if isinstance(data, TicketData):
            self._owner.tell(on.QueueCounted(data.queue, data.waiting, event.sequence))
        elif isinstance(data, ConfigData | DayData | CalendarData):
            self.refresh_all()

    # -- answers

    def _arrived(self, lang: str, catalogue: Catalogue) -> None:
        if catalogue.contract != CONTRACT_MAJOR:
            self._failed(lang, HallError("incompatible_server"))
            return
        self._owner.tell(on.CatalogueArrived(catalogue))
        self._asking.discard(lang)
        if lang in self._again:
            self._again.discard(lang)
            self.refresh(lang)
            return
        missing = set(catalogue.languages) - set(self._owner.state.world.catalogues) - self._wished
        for other in sorted(missing):
            self._wished.add(other)
            self.refresh(other)

    def _failed(self, lang: str, error: Exception) -> None:
        self._asking.discard(lang)
        self._again.discard(lang)
        log.warning("no catalogue in %s: %s", lang, error)
        self._owner.tell(on.ServerLost())
