"""Carries out what the flow wants: asks the hall on a background thread, hears it, and tells the screen. No Qt.

Everything public runs on the thread that owns the app; a listener's callbacks come here through `post`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from caller import keys
from caller.asking import ask
from caller.effects import Effect, Explain, LoadOffer, LoadView, LoadWindows, LogIn, LogOut, Send
from caller.flow import step
from caller.inputs import (
    Accepted,
    ChooseWindow,
    Explained,
    Forget,
    Input,
    LinkChanged,
    LookAgain,
    NotAccepted,
    OfferCame,
    OpenSheet,
    Press,
    SignedIn,
    ViewCame,
    ViewFailed,
    WindowsCame,
)
from caller.state import NOTHING_SAID, Act, Details, Done, Link, Refused, Stage, State
from contract.bodies import Catalogue, Ticket, TicketState, WindowView
from contract.client.api import HallApi
from contract.client.listener import Heard
from contract.errors import HallError
from contract.events import TicketData, WireEvent
from contract.ids import new_idempotency_key
from hallui.scheduler import Alarm, Scheduler
from hallui.work import Jobs, Post

log = logging.getLogger(__name__)

QUIET_SECONDS: Final = 0.3
"""News within this time is one look; a busy hall does not make the clerk's lists flicker."""
WORDS_SECONDS: Final = 10.0
"""How long a refusal, or what became of a visitor, stays beside the keys."""
STARTLED_SECONDS: Final = 1.0
"""So long after the server called somebody by itself a key pressed for the visitor before does nothing."""
RETRY_SECONDS: Final = 2.0
"""How often a lost server is asked again."""


class CallerPresenter:
    """One clerk's app. `show` is called with every new state."""

    def __init__(
        self,
        hall: HallApi,
        jobs: Jobs,
        scheduler: Scheduler,
        *,
        language: str = "zh-CN",
        window: str = "",
        mini: bool = False,
    ) -> None:
        self.state = State(language=language, fixed_window=window, mini=mini)
        self.show: list[Callable[[State], None]] = []
        self._hall = hall
        self._jobs = jobs
        self._scheduler = scheduler
        self._live = False
        self._looking = False
        self._look_wanted = False
        self._look_alarm: Alarm | None = None
        self._retry_alarm: Alarm | None = None
        self._forget_alarm: Alarm | None = None
        self._due_alarm: Alarm | None = None
        self._shown: Refused | Done | None = None
        self._clock_ahead = timedelta()
        self._startled_until = scheduler.now()

    def handle(self, happened: Input) -> None:
        """Take one input, show what follows, do what it asks for."""
        before = self.state.current
        self.state, effects = step(self.state, happened)
        if isinstance(happened, ViewCame) and self.state.current and self.state.view and self.state.view.auto:
            self._startled(before, self.state.current)
        if self.state.link is Link.POLLED and self._live:
            self.state, _ = step(self.state, LinkChanged(Link.LIVE))
        self._keep_trying()
        self._forget_later(self.state.refused or self.state.done)
        for effect in effects:
            self._perform(effect)
        for tell in self.show:
            tell(self.state)

    def press(self, act: Act, what: Details = NOTHING_SAID, *, ask: bool = False) -> None:
        """What the key of `act` does: at once, or by way of its chooser when there is something to choose, or to `ask`.

        A visitor whom the server just called is not treated as the one before, whose key comes a second time.
        """
        if act in keys.NEED_TICKET and self._scheduler.now() < self._startled_until:
            return
        if ask or self._has_to_choose(act, what):
            self.handle(OpenSheet(act, what.ticket))
        else:
            self.handle(Press(act, new_idempotency_key(), what))

    def _has_to_choose(self, act: Act, what: Details) -> bool:
        if act is Act.FINISH:
            return bool(self.state.tickable) and not self.state.at_desk
        return act in (Act.TRANSFER, Act.PAUSE, Act.HOLD, Act.ADD) or (act is Act.PICK and not what.text)

    def choose(self, what: Details = NOTHING_SAID) -> None:
        """What the open chooser does when something was chosen."""
        if self.state.sheet is not None:
            what = replace(what, ticket=self.state.sheet_ticket)
            self.handle(Press(self.state.sheet, new_idempotency_key(), what))

    def sit_down(self, window: str) -> None:
        """Open `window`, or take it up again."""
        self.handle(ChooseWindow(window, new_idempotency_key()))

    def server_now(self) -> datetime:
        """The server's clock, so that a wrong clock on this computer shows no wrong times."""
        return self._scheduler.now() + self._clock_ahead

    def close(self) -> None:
        """No alarm rings afterwards."""
        for alarm in (self._look_alarm, self._retry_alarm, self._forget_alarm, self._due_alarm):
            if alarm is not None:
                alarm.cancel()

    def _startled(self, before: Ticket | None, here: Ticket) -> None:
        if here.state is TicketState.CALLED and (before is None or before.id != here.id):
            self._startled_until = self._scheduler.now() + timedelta(seconds=STARTLED_SECONDS)

    def _forget_later(self, words: Refused | Done | None) -> None:
        """A sentence that only tells goes by itself; the mini bar needs the room for the number."""
        if words is self._shown:
            return
        self._shown = words
        if self._forget_alarm is not None:
            self._forget_alarm.cancel()
        if words is not None:
            self._forget_alarm = self._scheduler.call_later(WORDS_SECONDS, lambda: self.handle(Forget(words)))

    # -- the hall, heard

    def heard(self, post: Post) -> Heard:
        """Callbacks for a Listener; each crosses to the app's thread by `post`."""
        return Heard(
            snapshot=lambda _: post(self._look_soon),
            event=lambda event: post(lambda: self._event(event)),
            live=lambda live: post(lambda: self._line(live=live)),
            unreachable=lambda error: post(lambda: self._unreachable(error)),
        )

    def _event(self, event: WireEvent) -> None:
        if self._concerns_us(event):
            self._look_soon()

    def _concerns_us(self, event: WireEvent) -> bool:
        view = self.state.view
        if view is None or event.type == "ticket.transferred":
            return True
        try:
            data = event.parsed()
        except ValueError:
            log.warning("event %s has data of another shape", event.id)
            return True
        if not isinstance(data, TicketData):
            return data is not None
        ours = {queue.id for queue in view.queues}
        return self.state.window in (data.window, data.from_window) or data.queue in ours or data.from_queue in ours

    def _line(self, *, live: bool) -> None:
        self._live = live
        if self.state.link is not Link.LOST:
            self.handle(LinkChanged(Link.LIVE if live else Link.POLLED))
        if live:
            self._look_soon()

    def _unreachable(self, error: HallError) -> None:
        if error.code == "server_unreachable":
            self.handle(LinkChanged(Link.LOST))

    def _look_soon(self) -> None:
        """Ask for the view once, soon, however much news there is."""
        self._look_wanted = True
        if self._look_alarm is None and not self._looking:
            self._look_alarm = self._scheduler.call_later(QUIET_SECONDS, self._look)

    def _look(self) -> None:
        self._look_alarm = None
        self._look_wanted = False
        self.handle(LookAgain())

    def _looked(self) -> None:
        self._looking = False
        if self._look_wanted:
            self._look_soon()

    def _keep_trying(self) -> None:
        lost = self.state.link is Link.LOST and self.state.stage is not Stage.SIGN_IN
        if lost and self._retry_alarm is None:
            self._retry_alarm = self._scheduler.call_later(RETRY_SECONDS, self._retry)

    def _retry(self) -> None:
        self._retry_alarm = None
        if self.state.link is Link.LOST:
            self._look_soon()
        self._keep_trying()

    # -- the hall, asked

    def _perform(self, effect: Effect) -> None:
        hall, jobs = self._hall, self._jobs
        match effect:
            case LogIn(user, password):
                jobs.submit(lambda: hall.login(user, password), lambda token: self.handle(SignedIn(token)), self._no)
            case LogOut():
                jobs.submit(hall.logout, lambda _: None, lambda error: log.info("not signed out there: %s", error))
            case Send(command, window):
                jobs.submit(lambda: ask(hall, window, command), lambda answer: self.handle(Accepted(answer)), self._no)
            case LoadView(window, language):
                self._load_view(window, language)
            case LoadWindows():
                jobs.submit(hall.snapshot, lambda snapshot: self.handle(WindowsCame(snapshot)), self._no_view)
            case Explain(ticket, language):
                jobs.submit(
                    lambda: hall.why(ticket, language),
                    lambda why: self.handle(Explained(ticket, why.calls[-1].sentence if why.calls else "")),
                    lambda error: log.info("no reason for %s: %s", ticket, error),
                )
            case LoadOffer(language):
                jobs.submit(
                    lambda: hall.catalogue(language),
                    lambda offer: self.handle(_offered(offer)),
                    lambda error: log.info("no catalogue: %s", error),
                )

    def _load_view(self, window: str, language: str) -> None:
        if self._looking:
            self._look_wanted = True
            return
        self._looking = True
        self._jobs.submit(lambda: self._hall.window(window, language), self._view_came, self._view_failed)

    def _view_came(self, view: WindowView) -> None:
        self._clock_ahead = view.time - self._scheduler.now()
        self.handle(ViewCame(view))
        self._looked()
        self._look_when_due(view)

    def _look_when_due(self, view: WindowView) -> None:
        """Time alone changes something: somebody on hold is due, or the server calls. No fact need tell us."""
        moments = [entry.due_at for entry in view.held if entry.due_at] + ([view.calls_at] if view.calls_at else [])
        to_come = [moment for moment in moments if moment > view.time]
        if self._due_alarm is not None:
            self._due_alarm.cancel()
        if to_come:
            seconds = (min(to_come) - view.time).total_seconds()
            self._due_alarm = self._scheduler.call_later(seconds, self._look_soon)

    def _view_failed(self, error: Exception) -> None:
        self._no_view(error)
        self._looked()

    def _no(self, error: Exception) -> None:
        self.handle(NotAccepted(_as_refusal(error)))

    def _no_view(self, error: Exception) -> None:
        self.handle(ViewFailed(_as_refusal(error)))


def _offered(offer: Catalogue) -> OfferCame:
    return OfferCame(frozenset(one.id for one in offer.priority_classes if one.privileged), offer.services)


def _as_refusal(error: Exception) -> HallError:
    """A defect of ours must not leave the keys waiting for ever: it becomes a refusal too."""
    if isinstance(error, HallError):
        return error
    log.error("a question to the hall failed", exc_info=error)
    return HallError("internal", detail=str(error))
