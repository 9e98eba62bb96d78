"""Whatever is touched in whatever order: nothing crashes, no visitor gets two tickets, no ticket is forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.bodies import TakeTicket, Ticket
from contract.client.fake import FakeHall
from kiosk import basket
from kiosk import effects as do
from kiosk import inputs as on
from kiosk import state as pages
from kiosk.flow import step
from kiosk.state import State

_CATALOGUE = FakeHall().catalogue("zh-CN")
_SERVICES = [service.id for service in _CATALOGUE.services] + ["nonsense"]
_DEPARTMENTS = [entry.id for entry in _CATALOGUE.departments] + ["nonsense"]
_TICKET = FakeHall().take_ticket(TakeTicket(service="pension"))

_touches = st.one_of(
    st.sampled_from(
        [
            on.TakeNumber(),
            on.ShowHot(),
            on.ShowSearch(),
            on.ShowCheckIn(),
            on.ShowHelp(),
            on.ToggleLetters(),
            on.Enter(),
            on.Skip(),
            on.AddDocument(),
            on.AddAnother(),
            on.ShowBasket(),
            on.GoWithout(),
            on.ChangeParty(+1),
            on.ChangeParty(-1),
            on.CodeScanned("K7M4PXT"),
            on.CodeScanned("https://hall.example/t/abcdefghijkl"),
            on.Agree(),
            on.Agree(),
            on.Retry(),
            on.Reprint(),
            on.Claim(),
            on.Back(),
            on.StartOver(),
            on.ToggleElder(),
            on.ToggleContrast(),
            on.Touched(),
            on.CardRead("resident", "11010519491231002X"),
        ]
    ),
    st.sampled_from(_DEPARTMENTS).map(on.ChooseDepartment),
    st.sampled_from(_SERVICES).map(on.ChooseService),
    st.sampled_from(_SERVICES).map(on.RemoveService),
    st.sampled_from(["zh-CN", "en", "xx"]).map(on.ChooseLanguage),
    st.sampled_from(["ordinary", "elderly", "nonsense"]).map(on.ChoosePriority),
    st.text(min_size=1, max_size=1).map(on.Type),
)
_WORLD = ["answer", "refuse", "unreachable", "limit", "print", "jam", "time", "time", "old time", "lost", "found"]
_world = st.sampled_from(_WORLD)
_WALK: list[on.Input | str] = [
    on.StartOver(),
    on.TakeNumber(),
    on.ChooseDepartment("social"),
    on.ChooseService("pension"),
    on.ChoosePriority("ordinary"),
    on.Agree(),
]
_SEVERAL: list[on.Input | str] = [
    *_WALK[:-1],
    on.AddAnother(),
    on.ChooseDepartment("police"),
    on.ChooseService("id-card"),
]
_LISTING = [
    on.AddAnother(), on.ChooseDepartment("tax"), on.ChooseService("invoices"), on.ChooseService("pension"), on.Back(),
    on.ShowBasket(), on.RemoveService("pension"), on.RemoveService("id-card"), on.GoWithout(), on.ShowHelp(),
    on.Agree(), on.ChangeParty(+1), "about pension", "about id-card", "full", "answer", "unreachable",
]  # fmt: skip
_list = st.lists(st.sampled_from(_LISTING), max_size=12)
_late = st.sampled_from([on.Retry(), on.Back(), on.ShowHelp(), on.StartOver(), on.Reprint(), on.Claim()])
_slow = st.sampled_from(["time", "answer", "answer", on.Retry(), on.ShowHelp(), on.Back()])
_part = st.one_of(
    st.lists(_slow, max_size=7).map(lambda tail: [*_WALK, *tail]),
    st.lists(_touches, max_size=6),
    _list.map(lambda tail: [*_SEVERAL, *tail]),
    st.lists(st.one_of(_world, _late), max_size=6),
)
_happenings = st.lists(_part, max_size=25).map(lambda parts: [happening for part in parts for happening in part])
"""Walks as far as the ticket, wild touching, and answers that come early, late, twice or never."""


@dataclass
class World:
    """Server and printer as far as the flow can tell, and a book of what became of each ticket."""

    asked: list[do.Take] = field(default_factory=list)
    printing: list[do.Print] = field(default_factory=list)
    finding: list[do.Find] = field(default_factory=list)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    timer: int = 0

    def perform(self, effects: tuple[do.Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case do.Take():
                    self.asked.append(effect)
                case do.Print():
                    self.printing.append(effect)
                case do.Find():
                    self.finding.append(effect)
                case do.ReportPrinted(ticket_id):
                    assert ticket_id in self.seen
                case do.Withdraw(ticket_id):
                    self.withdrawn.add(ticket_id)
                case do.StartTimer(_, timer):
                    self.timer = timer
                case _:
                    pass

    def news(self, what: str) -> on.Input | None:
        if what in ("time", "old time"):
            return on.TimeUp(self.timer - (what == "old time"))
        if what in ("lost", "found"):
            return on.ServerLost() if what == "lost" else on.ServerFound()
        if what in ("print", "jam"):
            return self._printer(jam=what == "jam")
        return self._server(what)

    def _printer(self, *, jam: bool) -> on.Input | None:
        if not self.printing:
            return None
        job = self.printing.pop(0)
        made: on.Input = on.SlipPrinted(job.ticket.id, job.attempt)
        return on.SlipFailed(job.ticket.id, job.attempt, "paper_out") if jam else made

    def _server(self, what: str) -> on.Input | None:
        if self.finding:
            return on.TicketFound(_TICKET.model_copy(update={"number": self.finding.pop(0).number}))
        if not self.asked:
            return None
        intention = self.asked.pop(0).order.intention
        if what == "answer":
            again = self.tickets.get(intention)
            ticket = again or _TICKET.model_copy(update={"id": f"t{intention}", "number": f"A{intention:03}"})
            self.tickets[intention] = ticket
            return on.TicketTaken(intention, ticket)
        if what.startswith("about"):
            return on.TicketRefused(intention, "queue_closed", {"service": what.split()[1]})
        if what == "limit":
            return on.TicketRefused(intention, "person_limit", {"number": "A001"})
        return on.TicketRefused(intention, "server_unreachable" if what == "unreachable" else "queue_full")


@settings(max_examples=200, deadline=None)
@given(_happenings)
def test_no_order_of_touches_and_answers_makes_two_tickets_or_a_ghost(happenings: list[on.Input | str]) -> None:
    world = World()
    state, effects = step(State(), on.CatalogueArrived(_CATALOGUE))
    world.perform(effects)
    for happening in happenings:
        happened = world.news(happening) if isinstance(happening, str) else happening
        if happened is None:
            continue
        touched_while_busy = isinstance(happened, on.Touch) and isinstance(state.page, pages.BUSY_PAGES)
        after, effects = step(state, happened)
        if touched_while_busy:
            assert (after, effects) == (state, ())
        assert sum(isinstance(effect, do.Take) for effect in effects) <= 1
        _nothing_chosen_is_lost(state, happened, after)
        state = after
        world.perform(effects)
        _nothing_is_forgotten(state, world)


_TAKES_OFF = (on.RemoveService, on.GoWithout, on.Back, on.StartOver, on.CodeScanned, on.TimeUp, on.Claim)


def _nothing_chosen_is_lost(before: State, happened: on.Input, after: State) -> None:
    """Services leave the list when the visitor takes them off, goes back or away, and stand on it once."""
    chosen = after.basket.services + (
        (after.page.service,) if isinstance(after.page, pages.Confirm | pages.Identify | pages.Priority) else ()
    )
    assert len(chosen) == len(set(chosen)) <= basket.MOST
    if isinstance(after.page, pages.Start):
        assert chosen == ()
    if not isinstance(happened, _TAKES_OFF):
        assert set(before.basket.services) <= set(chosen)
    if isinstance(after.page, pages.Refused) and len(before.basket.services) > 1:
        assert set(before.basket.services) <= set(chosen)


def _nothing_is_forgotten(state: State, world: World) -> None:
    """Every ticket was shown to somebody or taken back, and never both: no ghosts, no void slip in a hand."""
    shown = getattr(state.page, "ticket", None)
    if shown is not None:
        world.seen.add(shown.id)
    for ticket in world.tickets.values():
        assert ticket.id in world.seen | world.withdrawn
    assert not world.seen & world.withdrawn
    assert len(state.trail) <= 12
