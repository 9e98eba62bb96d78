"""The rehearsal door's acts: a visitor's whole walk by the very inputs that touches make, timed and answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from hallui.autopilot import Act, Answer, Arguments
from hallui.scheduler import Scheduler
from kiosk import inputs as on
from kiosk import state as pages
from kiosk.presenter import KioskPresenter
from kiosk.state import BUSY_PAGES, State

TOUCHES: Final[Mapping[str, Callable[[str], on.Input]]] = {
    "take_number": lambda _: on.TakeNumber(),
    "hot": lambda _: on.ShowHot(),
    "desk": lambda _: on.TakeDesk(),
    "search": lambda _: on.ShowSearch(),
    "help": lambda _: on.ShowHelp(),
    "department": on.ChooseDepartment,
    "service": on.ChooseService,
    "type": on.Type,
    "letters": lambda _: on.ToggleLetters(),
    "enter": lambda _: on.Enter(),
    "skip": lambda _: on.Skip(),
    "add_document": lambda _: on.AddDocument(),
    "priority": on.ChoosePriority,
    "more": lambda _: on.ChangeParty(+1),
    "fewer": lambda _: on.ChangeParty(-1),
    "another": lambda _: on.AddAnother(),
    "remove": on.RemoveService,
    "list": lambda _: on.ShowBasket(),
    "without": lambda _: on.GoWithout(),
    "scan": on.CodeScanned,
    "agree": lambda _: on.Agree(),
    "retry": lambda _: on.Retry(),
    "reprint": lambda _: on.Reprint(),
    "claim": lambda _: on.Claim(),
    "back": lambda _: on.Back(),
    "start_over": lambda _: on.StartOver(),
    "language": on.ChooseLanguage,
    "elder": lambda _: on.ToggleElder(),
    "contrast": lambda _: on.ToggleContrast(),
}


class NoWayError(Exception):
    """The walk cannot go on; `code` says why, as on the wire."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Visitor:
    """Walks through one kiosk for a rehearsal."""

    def __init__(self, presenter: KioskPresenter, scheduler: Scheduler) -> None:
        self._presenter = presenter
        self._scheduler = scheduler

    @property
    def acts(self) -> dict[str, Act]:
        return {"take": self.take, "agree": self.agree, "touch": self.touch, "state": self.tell_state}

    def tell_state(self, _: Arguments, answer: Answer) -> None:
        """{"act":"state"}: which page, which language, what is known of the world."""
        state = self._presenter.state
        answer(
            {
                "ok": True,
                "page": type(state.page).__name__.lower(),
                "lang": state.lang,
                "online": state.world.online,
                "printer": state.world.printer,
                "catalogue": state.catalogue is not None,
                "services": len(state.catalogue.services) if state.catalogue else 0,
            }
        )

    def touch(self, arguments: Arguments, answer: Answer) -> None:
        """{"act":"touch","what":"search"} or {"act":"touch","what":"type","value":"s"}: one touch."""
        what = str(arguments.get("what", ""))
        if what not in TOUCHES:
            answer({"ok": False, "code": "unknown_touch"})
            return
        self._presenter.tell(TOUCHES[what](str(arguments.get("value", ""))))
        answer({"ok": True, "page": type(self._presenter.state.page).__name__.lower()})

    def take(self, arguments: Arguments, answer: Answer) -> None:
        """{"act":"take","service":ID,"priority":ID|null,"document":{...}|null,"hold_ms":N}: from start to number."""
        try:
            self._walk(arguments)
        except NoWayError as refusal:
            answer({"ok": False, "code": refusal.code})
            return
        self._answer_number(arguments, answer)

    def agree(self, arguments: Arguments, answer: Answer) -> None:
        """{"act":"agree","hold_ms":N}: from the confirmation, reached by touches, to the number; answers like take."""
        if not isinstance(self._presenter.state.page, pages.Confirm):
            answer({"ok": False, "code": "interrupted"})
            return
        self._presenter.tell(on.Agree())
        self._answer_number(arguments, answer)

    def _answer_number(self, arguments: Arguments, answer: Answer) -> None:
        hold = _number(arguments.get("hold_ms")) / 1000

        def finished(reply: Mapping[str, object]) -> None:
            if hold <= 0:
                answer(reply)
                return
            self._scheduler.call_later(hold, lambda: answer(reply))

        self._when_settled(finished)

    # -- the walk

    def _walk(self, arguments: Arguments) -> None:
        presenter = self._presenter
        self._go_home()
        wanted = str(arguments.get("service", ""))
        service = presenter.state.service(wanted)
        if presenter.state.catalogue is None or not presenter.state.world.online:
            raise NoWayError("server_unreachable")
        if service is None:
            raise NoWayError("unknown_service")
        presenter.tell(on.TakeNumber())
        presenter.tell(on.ChooseDepartment(service.department))
        presenter.tell(on.ChooseService(service.id))
        self._identify(arguments.get("document"))
        self._choose_priority(arguments.get("priority"))
        page = presenter.state.page
        if isinstance(page, pages.Refused):
            raise NoWayError(page.code)
        if not isinstance(page, pages.Confirm):
            raise NoWayError("document_required" if isinstance(page, pages.Identify) else "lost_the_way")
        presenter.tell(on.Agree())

    def _go_home(self) -> None:
        presenter = self._presenter
        if isinstance(presenter.state.page, BUSY_PAGES):
            raise NoWayError("busy")
        presenter.tell(on.Claim() if isinstance(presenter.state.page, pages.Unprinted) else on.StartOver())

    def _identify(self, document: object) -> None:
        presenter = self._presenter
        if not isinstance(document, Mapping):
            if isinstance(presenter.state.page, pages.Identify):
                presenter.tell(on.Skip())
            return
        if isinstance(presenter.state.page, pages.Confirm):
            presenter.tell(on.AddDocument())
        if not isinstance(presenter.state.page, pages.Identify):
            return
        if document.get("kind", "resident") not in ("resident", "residence_permit", "foreign_resident"):
            presenter.tell(on.ToggleLetters())
        for char in str(document.get("number", "")):
            presenter.tell(on.Type(char))
        presenter.tell(on.Enter())
        if isinstance(presenter.state.page, pages.Identify):
            raise NoWayError(presenter.state.page.problem or "invalid_field")

    def _choose_priority(self, priority: object) -> None:
        presenter = self._presenter
        if isinstance(presenter.state.page, pages.Priority):
            presenter.tell(on.ChoosePriority(str(priority or presenter.state.default_priority)))
        elif priority and isinstance(presenter.state.page, pages.Confirm):
            presenter.tell(on.ChoosePriority(str(priority)))

    # -- the end of it

    def _when_settled(self, answer: Answer) -> None:
        done = False

        def look(state: State) -> None:
            nonlocal done
            if not done and not isinstance(state.page, BUSY_PAGES):
                done = True
                self._scheduler.call_later(0, stop)
                answer(self._outcome(state))

        stop = self._presenter.observe(look)
        look(self._presenter.state)

    def _outcome(self, state: State) -> dict[str, object]:
        page = state.page
        if isinstance(page, pages.Result):
            took = self._presenter.touch_to_slip_ms
            return _ticket(page.ticket.number, page.ticket.id, printed=True) | {"touch_to_slip_ms": took}
        if isinstance(page, pages.Unprinted):
            return _ticket(page.ticket.number, page.ticket.id, printed=False) | {"printer": page.code}
        if isinstance(page, pages.Duplicate):
            return {"ok": False, "code": "person_limit", "number": page.number}
        return {"ok": False, "code": page.code if isinstance(page, pages.Refused) else "interrupted"}


def _ticket(number: str, ticket_id: str, *, printed: bool) -> dict[str, object]:
    return {"ok": True, "number": number, "ticket_id": ticket_id, "printed": printed}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
