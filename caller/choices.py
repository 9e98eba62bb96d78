"""What the choosers offer: queues, windows and services to send a visitor to, and services to add to a visit."""

from __future__ import annotations

from dataclasses import dataclass

from caller.state import State
from contract.bodies import QueueEntry, ServiceEntry, ServiceState, StopState, WindowEntry
from i18n import Translator


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a chooser: a queue, a window or a service; `sought` is what else it may be found by."""

    name: str
    detail: str
    queue: str = ""
    window: str = ""
    service: str = ""
    sought: str = ""


def transfer_choices(state: State, t: Translator) -> tuple[Choice, ...]:
    """Queues first, then windows that work, then the services of other queues."""
    if state.view is None:
        return ()
    queues = tuple(_queue_choice(queue, state, t) for queue in state.view.transfer_queues)
    windows = tuple(_window_choice(window, state, t) for window in state.view.transfer_windows)
    ours = state.current.queue if state.current else ""
    services = tuple(_service_choice(one, t) for one in state.services if one.queue != ours)
    return queues + windows + services


def service_choices(state: State, t: Translator) -> tuple[Choice, ...]:
    """What may be added to the visit: everything that is not part of it already."""
    asked = {stop.service for stop in state.stops if stop.state in (StopState.OPEN, StopState.NOW)}
    return tuple(_service_choice(one, t) for one in state.services if one.id not in asked)


def window_name(window: WindowEntry, state: State, t: Translator) -> str:
    return f"{t('Window {label}', label=window.label)} · {local_name(window.names, state.language)}"


def local_name(names: dict[str, str], language: str) -> str:
    """The name in `language`, else in English, else any."""
    return names.get(language) or names.get("en") or next(iter(names.values()), "")


def _queue_choice(queue: QueueEntry, state: State, t: Translator) -> Choice:
    name = f"{queue.prefix} · {local_name(queue.names, state.language)}"
    return Choice(name, _line(queue.state, queue.waiting, t), queue=queue.id)


def _window_choice(window: WindowEntry, state: State, t: Translator) -> Choice:
    return Choice(window_name(window, state, t), t(window.state.value), window=window.id)


def _service_choice(service: ServiceEntry, t: Translator) -> Choice:
    detail = _line(service.state, service.waiting, t)
    return Choice(service.name, detail, service=service.id, sought=f"{service.initials} {service.pinyin}")


def _line(state: ServiceState, waiting: int, t: Translator) -> str:
    if state is ServiceState.FULL:
        return t("Full today")
    if state is ServiceState.CLOSED:
        return t("Not open now")
    return t.plural("{n} person is waiting", "{n} people are waiting", waiting)
