"""HallClient: the hall over HTTP, retrying safely because every retry of a command carries the same key."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from contract.appointments import (
    Appointment,
    Book,
    CancelAppointment,
    CheckIn,
    Confirm,
    ImportAppointments,
    ImportReport,
    Move,
    Slots,
)
from contract.bodies import (
    AtWork,
    Body,
    Broadcast,
    Call,
    CallBack,
    Cancel,
    Catalogue,
    DeviceCredentials,
    Empty,
    Enrol,
    Finish,
    Hold,
    Login,
    Pause,
    Pick,
    Postpone,
    Problem,
    Snapshot,
    Stops,
    SwitchCalling,
    TakeTicket,
    Ticket,
    Token,
    Transfer,
    Why,
    WindowView,
)
from contract.days import (
    AppointmentsHit,
    CloseDay,
    Closures,
    ConfirmClock,
    DayView,
    HallClock,
    HitReport,
    MakeClosure,
    VoidTickets,
)
from contract.desk import HandOn
from contract.errors import HallError
from contract.events import EventPage
from contract.ids import API_PREFIX, CONTRACT_MAJOR, new_idempotency_key
from contract.statistics import Definitions, EstimateGrades, GroupBy, Statistics

M = TypeVar("M", bound=BaseModel)

_RETRY_STATUSES = frozenset({502, 503, 504})
_NOTHING = Empty()


class HallClient:
    """HallApi over HTTP.

    `server` is e.g. "http://127.0.0.1:8460"; `token` a device's or a person's bearer token (login() puts its own in
    place). A request that meets no server, or a server that says "try again", is repeated `attempts` times within
    about `timeout` seconds each, with the same Idempotency-Key; then HallError("server_unreachable") or the refusal.
    """

    def __init__(self, server: str, hall: str, token: str = "", *, timeout: float = 5.0, attempts: int = 3) -> None:
        self.hall = hall
        self._own_token = token
        self._attempts = attempts
        self._http = httpx.Client(
            base_url=server.rstrip("/") + API_PREFIX, timeout=timeout, headers=_bearer(token), trust_env=False
        )

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    # -- people and devices

    def login(self, user: str, password: str) -> Token:
        """Sign a person in; following requests are theirs."""
        token = self._post("/auth/login", Login(user=user, password=password), Token)
        self._http.headers.update(_bearer(token.token))
        return token

    def logout(self) -> None:
        """The person's token is worth nothing from now on; following requests are again those of the client itself."""
        try:
            self._send("POST", "/auth/logout", _NOTHING)
        finally:
            self._http.headers.pop("Authorization", None)
            self._http.headers.update(_bearer(self._own_token))

    def enrol(self, code: str, device: str) -> DeviceCredentials:
        """Turn a one-time code into this device's own credentials."""
        return self._post("/devices/enrol", Enrol(code=code, device=device), DeviceCredentials)

    # -- reading

    def catalogue(self, lang: str) -> Catalogue:
        return self._get("/catalogue", Catalogue, {"lang": lang})

    def snapshot(self) -> Snapshot:
        return self._get("/snapshot", Snapshot)

    def events(self, after: int, limit: int = 500) -> EventPage:
        return self._get("/events", EventPage, {"after": str(after), "limit": str(limit)})

    def window(self, window: str, lang: str = "zh-CN") -> WindowView:
        return self._get(f"/windows/{window}", WindowView, {"lang": lang})

    def ticket(self, ticket_id: str) -> Ticket:
        return self._get(f"/tickets/{ticket_id}", Ticket)

    def find_ticket(self, number: str) -> Ticket:
        return self._get("/tickets", Ticket, {"number": number})

    def why(self, ticket_id: str, lang: str = "zh-CN") -> Why:
        return self._get(f"/tickets/{ticket_id}/why", Why, {"lang": lang})

    def statistics(self, day: date | None = None, by: GroupBy = GroupBy.QUEUE, lang: str = "zh-CN") -> Statistics:
        """One business day's figures; None is the one that runs."""
        query = {"by": by.value, "lang": lang} | ({"day": day.isoformat()} if day else {})
        return self._get("/statistics/day", Statistics, query)

    def statistics_range(self, first: date, last: date, by: GroupBy = GroupBy.DAY, lang: str = "zh-CN") -> Statistics:
        """Those of several business days, both included."""
        query = {"from": first.isoformat(), "to": last.isoformat(), "by": by.value, "lang": lang}
        return self._get("/statistics/range", Statistics, query)

    def definitions(self, lang: str = "zh-CN") -> Definitions:
        """What each measure of the statistics means."""
        return self._get("/statistics/definitions", Definitions, {"lang": lang})

    def estimate_grades(self, day: date | None = None, lang: str = "zh-CN") -> EstimateGrades:
        """How the ranges told on a business day came out; managers only."""
        asked = {"lang": lang} | ({"day": day.isoformat()} if day else {})
        return self._get("/statistics/estimates", EstimateGrades, asked)

    # -- tickets

    def take_ticket(self, body: TakeTicket, key: str = "") -> Ticket:
        return self._command("/tickets", body, Ticket, key)

    def printed(self, ticket_id: str, key: str = "") -> Ticket:
        return self._command(f"/tickets/{ticket_id}/printed", _NOTHING, Ticket, key)

    def cancel(self, ticket_id: str, body: Cancel | None = None, key: str = "") -> Ticket:
        return self._command(f"/tickets/{ticket_id}/cancel", body or Cancel(), Ticket, key)

    def requeue(self, ticket_id: str, key: str = "") -> Ticket:
        return self._command(f"/tickets/{ticket_id}/requeue", _NOTHING, Ticket, key)

    def postpone(self, ticket_id: str, places: int, key: str = "") -> Ticket:
        return self._command(f"/tickets/{ticket_id}/postpone", Postpone(places=places), Ticket, key)

    def reinstate(self, ticket_id: str, places: int = 0, key: str = "") -> Ticket:
        return self._command(f"/tickets/{ticket_id}/reinstate", Postpone(places=places), Ticket, key)

    def add_stops(self, ticket_id: str, services: Sequence[str], key: str = "") -> Ticket:
        """More services for a visit that goes on."""
        return self._command(f"/tickets/{ticket_id}/stops", Stops(services=tuple(services)), Ticket, key)

    def drop_stops(self, ticket_id: str, services: Sequence[str], key: str = "") -> Ticket:
        """Services no longer wanted; the next leg, when the visitor waited for one of them."""
        return self._command(f"/tickets/{ticket_id}/stops/drop", Stops(services=tuple(services)), Ticket, key)

    # -- appointments

    def slots(self, service: str, date: str = "", days: int = 1, channel: str = "api") -> Slots:
        """Bookable times from `date` (ISO, "" = today) on; one day comes with its slots."""
        query = {"service": service, "days": str(days), "channel": channel} | ({"date": date} if date else {})
        return self._get("/slots", Slots, query)

    def book(self, body: Book, key: str = "") -> Appointment:
        return self._command("/appointments", body, Appointment, key)

    def appointment(self, appointment_id: str) -> Appointment:
        return self._get(f"/appointments/{appointment_id}", Appointment)

    def find_appointment(self, code: str) -> Appointment:
        return self._get("/appointments", Appointment, {"code": code})

    def appointments_hit(self) -> AppointmentsHit:
        """Those still to come that cannot be kept as things stand."""
        return self._get("/appointments/hit", AppointmentsHit)

    def confirm_appointment(self, appointment_id: str, body: Confirm | None = None, key: str = "") -> Appointment:
        return self._command(f"/appointments/{appointment_id}/confirm", body or Confirm(), Appointment, key)

    def move_appointment(self, appointment_id: str, body: Move, key: str = "") -> Appointment:
        return self._command(f"/appointments/{appointment_id}/move", body, Appointment, key)

    def cancel_appointment(self, appointment_id: str, reason: str = "", key: str = "") -> Appointment:
        body = CancelAppointment(reason=reason)
        return self._command(f"/appointments/{appointment_id}/cancel", body, Appointment, key)

    def check_in(self, body: CheckIn, key: str = "") -> Ticket:
        return self._command("/check-ins", body, Ticket, key)

    def import_appointments(self, body: ImportAppointments, key: str = "") -> ImportReport:
        return self._command("/appointments/import", body, ImportReport, key)

    # -- windows

    def open_window(self, window: str, key: str = "", *, auto: bool | None = None) -> WindowView:
        """`auto`: whether the server calls here, only in a hall with mixed assignment; None = as configured."""
        return self._command(f"/windows/{window}/open", AtWork(auto=auto), WindowView, key)

    def pause_window(self, window: str, reason: str = "", key: str = "") -> WindowView:
        return self._command(f"/windows/{window}/pause", Pause(reason=reason), WindowView, key)

    def resume_window(self, window: str, key: str = "", *, auto: bool | None = None) -> WindowView:
        """`auto` as in open_window; None = as before."""
        return self._command(f"/windows/{window}/resume", AtWork(auto=auto), WindowView, key)

    def switch_calling(self, window: str, auto: bool, key: str = "") -> WindowView:
        """Whether the server calls here from now on; only in a hall with mixed assignment."""
        return self._command(f"/windows/{window}/auto", SwitchCalling(auto=auto), WindowView, key)

    def close_window(self, window: str, key: str = "") -> WindowView:
        return self._command(f"/windows/{window}/close", _NOTHING, WindowView, key)

    def call_next(self, window: str, key: str = "") -> Call | None:
        """None when nobody may be called."""
        answer = self._send("POST", self._in_hall(f"/windows/{window}/call-next"), _NOTHING, key=key)
        return None if answer.status_code == httpx.codes.NO_CONTENT else _parsed(answer, Call)

    def pick(self, window: str, ticket_id: str, reason: str, key: str = "") -> Call:
        return self._command(f"/windows/{window}/pick", Pick(ticket=ticket_id, reason=reason), Call, key)

    def call_back(self, window: str, ticket_id: str, key: str = "") -> Call:
        return self._command(f"/windows/{window}/call-back", CallBack(ticket=ticket_id), Call, key)

    def recall(self, window: str, key: str = "") -> Ticket:
        return self._command(f"/windows/{window}/recall", _NOTHING, Ticket, key)

    def start(self, window: str, key: str = "") -> Ticket:
        return self._command(f"/windows/{window}/start", _NOTHING, Ticket, key)

    def finish(self, window: str, body: Finish | None = None, key: str = "") -> Ticket:
        return self._command(f"/windows/{window}/finish", body or Finish(), Ticket, key)

    def no_show(self, window: str, key: str = "") -> Ticket:
        return self._command(f"/windows/{window}/no-show", _NOTHING, Ticket, key)

    def hold(self, window: str, reason: str = "", key: str = "", *, minutes: int | None = None) -> Ticket:
        """Set aside; after `minutes` the ticket may be called again by itself, without them only by call_back."""
        return self._command(f"/windows/{window}/hold", Hold(reason=reason, minutes=minutes), Ticket, key)

    def transfer(self, window: str, body: Transfer, key: str = "") -> Ticket:
        return self._command(f"/windows/{window}/transfer", body, Ticket, key)

    def hand_on(self, window: str, body: HandOn, key: str = "") -> Ticket:
        """On to the services the visitor needs; the next leg, with its stops."""
        return self._command(f"/windows/{window}/hand-on", body, Ticket, key)

    def broadcast(self, body: Broadcast, key: str = "") -> None:
        self._send("POST", self._in_hall("/announcements"), body, key=key)

    # -- the day, for those who oversee the hall

    def make_closure(self, body: MakeClosure, key: str = "") -> HitReport:
        return self._command("/closures", body, HitReport, key)

    def closures(self) -> Closures:
        return self._get("/closures", Closures)

    def end_closure(self, closure: str, key: str = "") -> HitReport:
        return self._command(f"/closures/{closure}/end", _NOTHING, HitReport, key)

    def close_day(self, body: CloseDay | None = None, key: str = "") -> HitReport:
        return self._command("/day/close", body or CloseDay(), HitReport, key)

    def reopen_day(self, key: str = "") -> HitReport:
        return self._command("/day/reopen", _NOTHING, HitReport, key)

    def day(self, day: date) -> DayView:
        return self._get(f"/days/{day.isoformat()}", DayView)

    def clock(self) -> HallClock:
        """The hall's time and the machine's."""
        return self._get("/clock", HallClock)

    def confirm_clock(self, time: datetime, key: str = "") -> HallClock:
        """The machine is right, although it jumped ahead; `time` is what a right clock shows."""
        return self._command("/clock/confirm", ConfirmClock(time=time), HallClock, key)

    def void_tickets(self, body: VoidTickets, key: str = "") -> HitReport:
        return self._command("/tickets/void", body, HitReport, key)

    # -- the wire

    def _in_hall(self, path: str) -> str:
        return f"/halls/{self.hall}{path}"

    def _get(self, path: str, model: type[M], query: Mapping[str, str] | None = None) -> M:
        return _parsed(self._send("GET", self._in_hall(path), query=query), model)

    def _command(self, path: str, body: Body, model: type[M], key: str) -> M:
        return self._post(self._in_hall(path), body, model, key)

    def _post(self, path: str, body: Body, model: type[M], key: str = "") -> M:
        return _parsed(self._send("POST", path, body, key=key), model)

    def _send(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        *,
        query: Mapping[str, str] | None = None,
        key: str = "",
    ) -> httpx.Response:
        headers: dict[str, str] = {}
        content: bytes | None = None
        if body is not None:
            headers = {"Content-Type": "application/json", "Idempotency-Key": key or new_idempotency_key()}
            content = body.model_dump_json(exclude_none=True).encode()
        for attempt in range(self._attempts):
            last = attempt == self._attempts - 1
            try:
                answer = self._http.request(method, path, params=query, content=content, headers=headers)
            except httpx.TransportError as error:
                if last:
                    raise HallError("server_unreachable", detail=str(error)) from error
            else:
                if answer.is_success:
                    return answer
                if last or answer.status_code not in _RETRY_STATUSES:
                    raise _refusal(answer)
            time.sleep(0.1 * 3**attempt)
        raise HallError("server_unreachable")


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _parsed(answer: httpx.Response, model: type[M]) -> M:
    """The answer's body; what a newer server adds is skipped, another major version is refused."""
    try:
        body = model.model_validate_json(answer.content, extra="ignore")
    except ValidationError as error:
        raise HallError("incompatible_server", detail=f"{answer.request.url.path}: {error}") from error
    if getattr(body, "contract", CONTRACT_MAJOR) != CONTRACT_MAJOR:
        raise HallError("incompatible_server", detail=f"{answer.request.url.path}: another major version")
    return body


def _refusal(answer: httpx.Response) -> HallError:
    try:
        problem = Problem.model_validate_json(answer.content)
    except ValidationError:
        return HallError("server_unreachable", detail=f"HTTP {answer.status_code} without a problem document")
    return HallError(problem.code, problem.params, field=problem.field or "", detail=problem.detail)
