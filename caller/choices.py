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
    """Queues first, then windows that work, then other services; at the desk services first, those asked for on top."""
    if state.view is None:
        return ()
    queues = tuple(_queue_choice(queue, state, t) for queue in state.view.transfer_queues)
    windows = tuple(_window_choice(window, state, t) for window in state.view.transfer_windows)
    services = _handed_on_to(state, t)
    return services + queues + windows if state.at_desk else queues + windows + services


def _handed_on_to(state: State, t: Translator) -> tuple[Choice, ...]:
    """Every service but the one that is being done; how many wait counts only where it is not the desk's own line."""
    here = state.current
    if here is None:
        return ()
    asked = [stop.service for stop in state.stops if stop.state is StopState.OPEN]
    others = [one for one in state.services if one.id != here.service]
    others.sort(key=lambda one: asked.index(one.id) if one.id in asked else len(asked))
    return tuple(_service_choice(one, t, asked=one.id in asked, here=one.queue == here.queue) for one in others)


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


def _service_choice(service: ServiceEntry, t: Translator, *, asked: bool = False, here: bool = False) -> Choice:
    is_open = service.state is ServiceState.OPEN
    detail = "" if here and is_open else _line(service.state, service.waiting, t)
    if asked and is_open:
        detail = t("asked for")
    return Choice(service.name, detail, service=service.id, sought=f"{service.initials} {service.pinyin}")


def _line(state: ServiceState, waiting: int, t: Translator) -> str:
    if state is ServiceState.FULL:
        return t("Full today")
    if state is ServiceState.CLOSED:
        return t("Not open now")
    return t.plural("{n} person is waiting", "{n} people are waiting", waiting)
