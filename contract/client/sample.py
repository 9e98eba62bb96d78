"""A small hall to try things on: FakeHall is made of it, and the real server is loaded with it for the shared suite.

Every queue that matters to a rule is here once: one queue for each missed-ticket policy, one that never opens
("notary"), one that gives out two tickets a day ("trial"), one that admits a person once ("passport"). Up to six may
come together to "police".
Times around the clock can be booked for the services of "social" and for "id-card".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contract.bodies import Channel
from contract.config import (
    Department,
    Hall,
    HallConfig,
    Hours,
    MissedPolicy,
    PriorityClass,
    Queue,
    Service,
    SlotTemplate,
    Texts,
    Weekday,
    Window,
    Zone,
)


@dataclass(frozen=True, slots=True)
class Staff:
    """A person who may sign in. Roles: "clerk" works at a window, "duty_manager" may also pick out of order."""

    user: str
    password: str
    name: str
    roles: tuple[str, ...]


CLERK: Final = Staff("wang", "wang-and-1", "王丽", ("clerk",))
OTHER_CLERK: Final = Staff("li", "li-and-22", "李强", ("clerk",))
CHIEF: Final = Staff("zhao", "zhao-and-333", "赵敏", ("clerk", "duty_manager"))
STAFF: Final = (CLERK, OTHER_CLERK, CHIEF)

_DAY: Final = ("00:00-24:00",)


def _t(chinese: str, english: str) -> Texts:
    return {"zh-CN": chinese, "en": english}


def _service(id_: str, department: str, queue: str, name: Texts, **more: object) -> Service:
    return Service.model_validate({"id": id_, "department": department, "queue": queue, "name": name, **more})


def _queue(id_: str, prefix: str, zone: str, name: Texts, **more: object) -> Queue:
    return Queue.model_validate({"id": id_, "prefix": prefix, "zone": zone, "name": name, "hours": "always", **more})


SAMPLE_HALL: Final = HallConfig(
    hall=Hall(
        id="sample",
        name=_t("示范政务服务大厅", "Sample Government Service Hall"),
        slip_advice=_t("请留意屏幕和广播。", "Please watch the screens and listen for your number."),
    ),
    zones=(
        Zone(id="east", name=_t("东区", "East area"), floor="1"),
        Zone(id="west", name=_t("西区", "West area"), floor="2"),
    ),
    priority_classes=(
        PriorityClass(id="ordinary", name=_t("普通", "Ordinary")),
        PriorityClass(
            id="elderly",
            name=_t("老年人", "Elderly"),
            privileged=True,
            hint=_t("65 周岁及以上", "Aged 65 or over"),
        ),
        PriorityClass(
            id="military",
            name=_t("军人优先", "Military"),
            privileged=True,
            hint=_t("现役军人、退役军人", "Serving or retired"),
        ),
    ),
    hours=(
        Hours(id="always", mon=_DAY, tue=_DAY, wed=_DAY, thu=_DAY, fri=_DAY, sat=_DAY, sun=_DAY),
        Hours(id="never"),
    ),
    departments=(
        Department(id="social", name=_t("社会保险", "Social insurance"), icon="shield", zone="east"),
        Department(id="tax", name=_t("税务", "Tax"), icon="receipt", zone="east"),
        Department(id="police", name=_t("公安户政", "Household and identity"), icon="badge", zone="west"),
    ),
    services=(
        _service(
            "pension",
            "social",
            "social",
            _t("养老保险", "Pension insurance"),
            hot=True,
            needs=(_t("身份证", "Identity card"), _t("银行卡", "Bank card")),
            hint=_t("退休申领请先预审材料。", "For a first pension, have your papers checked beforehand."),
        ),
        _service("medical", "social", "social", _t("医疗保险", "Medical insurance"), hot=True),
        _service("social-card", "social", "social", _t("社保卡补换", "Replace a social security card")),
        _service("invoices", "tax", "tax", _t("发票领用", "Invoices"), hot=True),
        _service("tax-return", "tax", "tax", _t("纳税申报", "Tax return")),
        _service("id-card", "police", "police", _t("身份证办理", "Identity card"), hot=True),
        _service("move", "police", "police", _t("户口迁移", "Move of household")),
        _service("passport", "police", "passport", _t("出入境证件", "Passports and permits"), requires_document=True),
        _service("notary", "police", "notary", _t("公证", "Notary")),
        _service("trial", "tax", "trial", _t("税收试点", "Tax pilot scheme")),
    ),
    queues=(
        _queue("social", "A", "east", _t("社保综合", "Social insurance"), missed=MissedPolicy.CLERK),
        _queue("tax", "B", "east", _t("税务综合", "Tax"), missed=MissedPolicy.REQUEUE),
        _queue(
            "police",
            "C",
            "west",
            _t("户政", "Household"),
            missed=MissedPolicy.POSTPONE,
            postpone_places=2,
            party_limit=6,
        ),
        _queue("passport", "D", "west", _t("出入境", "Passports"), missed=MissedPolicy.EXPIRE, person_limit=1),
        _queue("notary", "E", "west", _t("公证", "Notary"), hours="never"),
        _queue("trial", "F", "east", _t("税收试点", "Tax pilot"), daily_limit=2),
    ),
    slots=(
        SlotTemplate(
            id="social-times",
            queue="social",
            weekdays=tuple(Weekday),
            times=_DAY,
            minutes=30,
            capacity=4,
            shares={Channel.PHONE: 50, Channel.API: 25, Channel.DESK: 25},
            release_at="00:00",
            lead_minutes=0,
        ),
        SlotTemplate(
            id="id-card-times",
            services=("id-card",),
            weekdays=tuple(Weekday),
            times=_DAY,
            minutes=60,
            capacity=1,
            release_at="00:00",
            lead_minutes=0,
        ),
    ),
    windows=(
        Window(id="w1", label="1", name=_t("社保窗口", "Social insurance"), zone="east", serves=("social",)),
        Window(id="w2", label="2", name=_t("综合窗口", "All services"), zone="east", serves=("social", "tax", "trial")),
        Window(id="w3", label="3", name=_t("税务户政窗口", "Tax and household"), zone="west", serves=("tax", "police")),
        Window(
            id="w4",
            label="4",
            name=_t("户政出入境窗口", "Household and passports"),
            zone="west",
            serves=("police", "passport", "notary"),
        ),
    ),
)

DESK_HALL: Final = SAMPLE_HALL.model_copy(
    update={
        "hall": SAMPLE_HALL.hall.model_copy(
            update={"policy": SAMPLE_HALL.hall.policy.model_copy(update={"desk": "guide"})}
        ),
        "services": (
            *(one.model_copy(update={"direct": one.id == "social-card"}) for one in SAMPLE_HALL.services),
            _service("guide", "social", "desk", _t("咨询导办", "Service desk"), hot=True),
        ),
        "queues": (*SAMPLE_HALL.queues, _queue("desk", "G", "west", _t("导办台", "Service desk"))),
        "windows": (
            *SAMPLE_HALL.windows,
            Window(id="w5", label="0", name=_t("导办台", "Service desk"), zone="west", serves=("desk",)),
        ),
    }
)
"""The sample hall with two levels: visitors go to the service desk at window 0 first, but not for "social-card"."""
