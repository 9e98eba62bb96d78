"""Makes a hall out of a service directory and a list of windows, so that a real hall need not be typed by hand.

Directory: {"departments": [{"department", "topics": [{"topic", "services": [{"name", "code"}]}]}]}.
Windows:   {"main_hall": [{"office", "windows": ["A1", ...]}],
            "branch_halls": [{"hall", "groups": [{"name", "windows": ["1", ...]}]}]}.
Topics have no place in a hall file; their services are listed under the department.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, ValidationError

from contract.config import Department, Hall, HallConfig, Hours, PriorityClass, Queue, Service, Texts, Window, Zone
from queueserver.hallfile.numbering import prefixes
from queueserver.hallfile.offices import matching
from queueserver.pinyin import spell

M = TypeVar("M", bound=BaseModel)

_LANGUAGE = "zh-CN"
_MAIN_ZONE = "main"
_ID_ROOM = 40
_LABEL_ROOM = 8
_FIELD_LENGTH = 3
_WORKING_DAY = ("09:00-12:00", "13:30-17:00")


class _ServiceRow(BaseModel):
    name: Annotated[str, Field(min_length=1)]


class _Topic(BaseModel):
    services: list[_ServiceRow] = []


class _DepartmentRow(BaseModel):
    department: Annotated[str, Field(min_length=1)]
    topics: list[_Topic] = []


class _Directory(BaseModel):
    departments: Annotated[list[_DepartmentRow], Field(min_length=1)]


class _Office(BaseModel):
    office: str
    windows: list[str] = []


class _Group(BaseModel):
    name: str
    windows: list[str] = []


class _Branch(BaseModel):
    hall: str
    groups: list[_Group] = []


class _WindowList(BaseModel):
    main_hall: list[_Office] = []
    branch_halls: list[_Branch] = []


class DirectoryError(Exception):
    """The directory or the window list does not have the shape above; the message is one line."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The new hall, and `guesses`: sentences on what was decided and deserves a look."""

    config: HallConfig
    guesses: tuple[str, ...]


@dataclass(slots=True)
class _Ids:
    """Ids from pinyin, each once."""

    taken: set[str] = field(default_factory=set)

    def new(self, name: str, fallback: str) -> str:
        spelling = spell(name)
        text = spelling.pinyin if len(spelling.pinyin) <= _ID_ROOM else spelling.initials
        base = re.sub(r"[^a-z0-9]", "", text)[:_ID_ROOM] or fallback
        identifier, number = base, 2
        while identifier in self.taken:
            identifier, number = f"{base}-{number}", number + 1
        self.taken.add(identifier)
        return identifier


def from_directory(
    directory: object, windows: object = None, *, hall_id: str = "hall", hall_name: str = "政务服务大厅"
) -> Imported:
    """A hall with a department and a queue for each department of the parsed JSON, and its windows if given.

    Raises DirectoryError when the JSON has another shape.
    """
    rows = _parsed(_Directory, directory, "the directory").departments
    offices = _WindowList() if windows is None else _window_list(windows)
    ids = _Ids()
    department_ids = {row.department: ids.new(row.department, "department") for row in rows}
    staffed = _Staffing(department_ids, offices, ids)
    services = tuple(
        Service(
            id=f"{department_ids[row.department]}-{number:03}",
            department=department_ids[row.department],
            name=_text(name),
            queue=staffed.queue_for(name, department_ids[row.department]),
        )
        for row in rows
        for number, name in enumerate(_services(row), start=1)
    )
    config = HallConfig(
        hall=Hall(id=hall_id, name=_text(hall_name), languages=(_LANGUAGE,)),
        zones=tuple(staffed.zones),
        priority_classes=(
            PriorityClass(id="ordinary", name=_text("普通")),
            PriorityClass(id="green-channel", name=_text("绿色通道"), privileged=True),
        ),
        hours=(Hours(id="weekdays", **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), _WORKING_DAY)),),
        departments=tuple(
            Department(id=identifier, name=_text(name), zone=staffed.zone_of(identifier))
            for name, identifier in department_ids.items()
        ),
        services=services,
        queues=tuple(
            Queue(id=queue, name=_text(name), prefix=prefix, zone=staffed.zone_of(queue), hours="weekdays")
            for (queue, name), prefix in zip(staffed.queues.items(), prefixes(), strict=False)
        ),
        windows=tuple(staffed.windows),
    )
    return Imported(config, tuple(staffed.guesses))


class _Staffing:
    """Which queues and windows there are, in which zone, and which window serves which queue."""

    def __init__(self, department_ids: dict[str, str], offices: _WindowList, ids: _Ids) -> None:
        self._id_of = department_ids
        self._queue_ids = ids
        self._window_ids = _Ids()
        self._fields: dict[str, str] = {}
        self._general: list[tuple[str, str]] = []
        self.queues = {identifier: name for name, identifier in department_ids.items()}
        self.zones = [Zone(id=_MAIN_ZONE, name=_text("主大厅"))]
        self.windows: list[Window] = []
        self.guesses: list[str] = []
        for office in offices.main_hall:
            self._office(office)
        for branch in offices.branch_halls:
            self._branch(branch)
        self._everybody_else()

    def zone_of(self, queue: str) -> str:
        """Where a queue's visitors wait: where most of its windows are."""
        zones = Counter(window.zone for window in self.windows if queue in window.serves)
        return zones.most_common(1)[0][0] if zones else _MAIN_ZONE

    def queue_for(self, service: str, department: str) -> str:
        """The department's queue, or that of the branch hall whose field the service names: 不动产..., 不动产中心."""
        return next((queue for field, queue in self._fields.items() if field in service), department)

    def _office(self, office: _Office) -> None:
        queue = self._guess(office.office)
        for label in office.windows:
            if queue:
                self._window(label, office.office, _MAIN_ZONE, (queue,))
            else:
                self._general.append((label, office.office))

    def _branch(self, branch: _Branch) -> None:
        queue, zone = self._guess(branch.hall), self._queue_ids.new(branch.hall, "branch")
        self.zones.append(Zone(id=zone, name=_text(branch.hall)))
        if not queue:
            queue = zone
            self.queues[queue] = branch.hall
            self._fields[branch.hall[:_FIELD_LENGTH]] = queue
            self.guesses.append(f"{branch.hall} has a queue for every service with {branch.hall[:_FIELD_LENGTH]}")
        for group in branch.groups:
            for label in group.windows:
                self._window(label, group.name, zone, (queue,))

    def _everybody_else(self) -> None:
        """Departments without a window of their own are served by the windows of offices that are no department."""
        served = {queue for window in self.windows for queue in window.serves}
        rest = tuple(queue for queue in self.queues if queue not in served)
        if not rest and not self._general:
            return
        windows = self._general or [("综合", "综合窗口")]
        for label, office in windows:
            self._window(label, office, _MAIN_ZONE, rest or tuple(self.queues))
        labels = ", ".join(label for label, _ in windows)
        self.guesses.append(f"departments without a window of their own ({len(rest)}) are served at {labels}")

    def _window(self, label: str, name: str, zone: str, serves: tuple[str, ...]) -> None:
        identifier = self._window_ids.new(
            label if zone == _MAIN_ZONE else f"{spell(zone).pinyin[:20]} {label}", "window"
        )
        self.windows.append(
            Window(id=identifier, label=label[:_LABEL_ROOM], name=_text(name), zone=zone, serves=serves)
        )

    def _guess(self, office: str) -> str:
        department = matching(office, self._id_of)
        if not department:
            self.guesses.append(f"{office}: no department found")
        elif department != office:
            self.guesses.append(f"{office} is taken for {department}")
        return self._id_of.get(department, "")


def _text(words: str) -> Texts:
    return {_LANGUAGE: words}


def _services(row: _DepartmentRow) -> Iterator[str]:
    return (service.name for topic in row.topics for service in topic.services)


def _window_list(windows: object) -> _WindowList:
    """Every key is optional, so another file altogether would pass for a list of nothing."""
    offices = _parsed(_WindowList, windows, "the window list")
    if not offices.main_hall and not offices.branch_halls:
        raise DirectoryError("the window list names no windows; it needs main_hall or branch_halls")
    return offices


def _parsed(model: type[M], value: object, what: str) -> M:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "its top"
        raise DirectoryError(f"{what} does not have the expected shape at {place}: {first['msg']}") from error
