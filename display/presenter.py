"""Between the hall and the glass: what is heard moves the board, the board the screen and the loudspeakers. No Qt.

Everything runs on the thread that owns the app; the composition root posts the callbacks of listener and sound there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from contract.bodies import Snapshot
from contract.config import text_for
from contract.events import WireEvent
from display import announcements
from display.announcer import Announcement
from display.board import Announce, Board, Broadcast, Effect, Refetch, Withdraw
from display.calls import CalledTicket
from display.linkwatch import LinkWatch
from display.screen import (
    CallKey,
    Link,
    Screen,
    WindowLine,
    call_lines,
    hall_time,
    queue_lines,
    window_line,
    window_lines,
)
from display.sound import Said
from hallui.scheduler import Alarm, Scheduler
from hallui.work import Jobs

log = logging.getLogger(__name__)

TICK_SECONDS: Final = 1.0
REFETCH_SECONDS: Final = 2.0
SOUND_AFTER_SECONDS: Final = 0.04
MOST_UNPAINTED: Final = 200


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """What this screen is for. `window` names the one window of a window bar, else it is empty."""

    zones: frozenset[str] = frozenset()
    language: str = "zh-CN"
    also_spoken: str = ""
    window: str = ""
    notices: tuple[str, ...] = ()
    page_seconds: float = 8.0


class View(Protocol):
    """The glass."""

    def show_screen(self, screen: Screen) -> None: ...


class Sound(Protocol):
    """The loudspeakers, as far as a presenter needs them."""

    def offer(self, announcement: Announcement, zones: Sequence[str]) -> None: ...
    def withdraw(self, key: str) -> None: ...
    def press(self) -> None: ...
    @property
    def is_mute(self) -> bool: ...


class Bars(Protocol):
    """The LED bars over the windows, as far as a presenter needs them."""

    def tell(self, board: Board, seconds: float) -> None: ...


class DisplayPresenter:
    """One display. `fetch` asks the server for a snapshot and blocks, so it is run by `jobs`.

    `report` gets a line for each call painted and each announcement made: {"event": "shown" | "announced", ...}.
    """

    def __init__(
        self,
        options: DisplayOptions,
        view: View,
        sound: Sound,
        *,
        scheduler: Scheduler,
        jobs: Jobs,
        fetch: Callable[[], Snapshot],
        report: Callable[[Mapping[str, object]], None],
        bars: Bars | None = None,
    ) -> None:
        self._options = options
        self._view = view
        self._sound = sound
        self._bars = bars
        self._scheduler = scheduler
        self._jobs = jobs
        self._fetch = fetch
        self._refetching = False
        self._report = report
        self._started_at = scheduler.now(), scheduler.monotonic()
        self._board = Board(zones=options.zones)
        self._watch = LinkWatch(not_live_since=scheduler.monotonic())
        self._turned = scheduler.monotonic()
        self._turn = 0
        self._unpainted: dict[CallKey, CalledTicket] = {}
        self._alarm: Alarm | None = None
        self._retry: Alarm | None = None
        self._screen: Screen | None = None

    @property
    def board(self) -> Board:
        return self._board

    @property
    def link(self) -> Link:
        return self._watch.link(self._scheduler.monotonic())

    @property
    def hears_live(self) -> bool:
        """True once events arrive as they happen; `link` waits a little before it says that they do not."""
        return self._watch.live

    def start(self) -> None:
        self._show()
        self._alarm = self._scheduler.call_later(TICK_SECONDS, self._tick)

    def stop(self) -> None:
        for alarm in (self._alarm, self._retry):
            if alarm is not None:
                alarm.cancel()

    def hall_now(self) -> datetime:
        """The server's time in the hall's zone; safe from any thread."""
        return hall_time(self._now(), self._board)

    def _now(self) -> datetime:
        """This device's time, had nobody set its clock since the start: steady, and safe from any thread."""
        at, ticks = self._started_at
        return at + timedelta(seconds=self._scheduler.monotonic() - ticks)

    # -- heard from the hall

    def heard_snapshot(self, snapshot: Snapshot) -> None:
        self._watch = self._watch.hearing(self._scheduler.monotonic())
        self._move(self._board.rebuilt(snapshot, self._now()))

    def heard_event(self, event: WireEvent) -> None:
        self._watch = self._watch.hearing(self._scheduler.monotonic())
        self._move(self._board.after(event, self._now()))

    def heard_live(self, live: bool) -> None:
        self._watch = self._watch.turned(live, self._scheduler.monotonic())
        self._show()

    def _refetch(self) -> None:
        if not self._refetching:
            self._refetching = True
            self._jobs.submit(self._fetch, self._refetched, self._refetch_failed)

    def _refetched(self, snapshot: Snapshot) -> None:
        self._refetching = False
        if snapshot.seq < self._board.seq:
            # events have overtaken it on their way here; what it would undo is not asked for again
            self._refetch()
        else:
            self.heard_snapshot(snapshot)

    def _refetch_failed(self, error: Exception) -> None:
        log.info("no snapshot after a change: %s", error)
        self._refetching = False
        self._retry = self._scheduler.call_later(REFETCH_SECONDS, self._refetch)

    # -- heard from the glass and the loudspeakers

    def painted(self, keys: Iterable[CallKey]) -> None:
        """These calls are on the glass now; the first time counts."""
        now = self._scheduler.now()
        for key in keys:
            call = self._unpainted.pop(key, None)
            if call is not None:
                milliseconds = (now - call.called_at) / timedelta(milliseconds=1)
                self._report(
                    {
                        "event": "shown",
                        "number": call.number,
                        "window": call.window,
                        "sequence": call.sequence,
                        "call_to_screen_ms": round(milliseconds, 2),
                    }
                )

    def announced(self, said: Said) -> None:
        """An announcement has ended, or could not be made."""
        self._report(
            {
                "event": "announced" if not said.fault else "not_announced",
                "number": said.announcement.number,
                "sequence": said.announcement.sequence,
                "loudspeaker": said.loudspeaker,
                "spoken": said.spoken,
                "fault": said.fault,
            }
        )
        self._show()

    # -- time

    def _tick(self) -> None:
        self._alarm = self._scheduler.call_later(TICK_SECONDS, self._tick)
        self._sound.press()
        self._board = self._board.aged(self._now())
        if self._scheduler.monotonic() - self._turned >= self._options.page_seconds:
            self._turned = self._scheduler.monotonic()
            self._turn += 1
        self._show()

    # -- effects

    def _move(self, step: tuple[Board, tuple[Effect, ...]]) -> None:
        self._board, effects = step
        for effect in effects:
            if isinstance(effect, Announce):
                self._unpainted[effect.call.ticket, effect.call.sequence] = effect.call
        while len(self._unpainted) > MOST_UNPAINTED:
            del self._unpainted[next(iter(self._unpainted))]
        self._show()
        if effects:
            # the frame first: a voice at work would take the time the eye is waiting for
            self._scheduler.call_later(SOUND_AFTER_SECONDS, lambda: self._perform_all(effects))

    def _perform_all(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            self._perform(effect)

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, Announce):
            self._sound.offer(announcements.of_call(effect, self._options.also_spoken), effect.call.zones)
        elif isinstance(effect, Withdraw):
            self._sound.withdraw(effect.ticket)
        elif isinstance(effect, Broadcast):
            self._sound.offer(announcements.of_broadcast(effect), effect.row.zones)
        elif isinstance(effect, Refetch):
            self._refetch()

    # -- the glass

    def _show(self) -> None:
        if self._bars is not None and self.link is not Link.LOST:
            self._bars.tell(self._board, self._scheduler.monotonic())
        screen = self._drawn()
        if screen != self._screen:
            self._screen = screen
            self._view.show_screen(screen)

    def _drawn(self) -> Screen:
        now, board, options = self._now(), self._board, self._options
        link = self.link
        screen = Screen(
            hall=text_for(dict(board.names), options.language),
            clock=hall_time(now, board).replace(second=0, microsecond=0),
            link=link,
            link_since=hall_time(board.heard_at, board) if link is Link.LOST and board.heard_at else None,
            silent=self._sound.is_mute,
            notices=options.notices,
            broadcasts=tuple(row.text for row in board.broadcasts if not row.urgent),
            urgent=next((row.text for row in board.broadcasts if row.urgent), ""),
            turn=self._turn,
        )
        if options.window:
            return replace(screen, windows=self._own_window(now))
        return replace(
            screen,
            calls=call_lines(board, now),
            windows=window_lines(board, options.language, now),
            queues=queue_lines(board, options.language),
        )

    def _own_window(self, now: datetime) -> tuple[WindowLine, ...]:
        row = self._board.windows.get(self._options.window)
        return () if row is None else (window_line(self._board, row, self._options.language, now),)
