"""Why a ticket was called, said in one sentence in Chinese and in English: every code, and who was passed over."""

from __future__ import annotations

import pytest

from contract.bodies import PassedOver, Reason
from contract.client.sample import SAMPLE_HALL
from i18n import language_name
from queueserver.published import Published
from queueserver.store.plans import plan_of
from queueserver.why import sentence

PUBLISHED = Published(1, SAMPLE_HALL, plan_of(SAMPLE_HALL, 1))

SAID: list[tuple[str, dict[str, str | int], str, str]] = [
    ("first_in_line", {"waited_minutes": 1}, "已等候 1 分钟，排在最前。", "It was first in line after 1 minute."),
    ("first_in_line", {"waited_minutes": 12}, "已等候 12 分钟，排在最前。", "It was first in line after 12 minutes."),
    (
        "sent_here",
        {"waited_minutes": 3},
        "由其他窗口转至本窗口，已等候 3 分钟。",
        "It was sent to this window and had waited 3 minutes.",
    ),
    (
        "held_due",
        {"waited_minutes": 31},
        "挂起时间已到，按原位次排在最前，已等候 31 分钟。",
        "Its time on hold was over, and at its old place it was first after 31 minutes.",
    ),
    ("privileged", {"priority_class": "elderly"}, "享受优先服务：老年人。", "It has priority: Elderly."),
    (
        "appointment_due",
        {"booked_for": "2026-03-02T01:30:00+00:00", "waited_minutes": 10},
        "预约时间为 09:30，已过 10 分钟，不应让预约人再等。",
        "Its appointment was at 09:30, 10 minutes ago, and no appointment should wait longer.",
    ),
    (
        "ordinary_turn",
        {"after": 2},
        "已连续呼叫 2 位优先对象，轮到普通队列。",
        "After 2 priority calls in a row it was the ordinary line's turn.",
    ),
    (
        "waited_too_long",
        {"waited_minutes": 50, "limit_minutes": 45},
        "已等候 50 分钟，超过 45 分钟的上限。",
        "It had waited 50 minutes, longer than the limit of 45 minutes.",
    ),
    (
        "rule",
        {"rule": 1, "queue": "social", "waited_minutes": 20},
        "按本窗口第 1 条规则优先：社保综合。",
        "Rule 1 of this window comes first: Social insurance.",
    ),
    ("picked", {"reason": "急事"}, "工作人员选呼，原因：急事", "It was picked out of order: 急事"),
    ("called_back", {"state": "held"}, "回呼，此前状态：已挂起。", "It was called back; before, it was held."),
]


@pytest.mark.parametrize(("code", "params", "chinese", "english"), SAID, ids=lambda value: str(value)[:20])
def test_each_reason_in_both_languages(code: str, params: dict[str, str | int], chinese: str, english: str) -> None:
    reason = Reason(code=code, params=params)
    assert sentence(reason, PUBLISHED, "zh-CN") == chinese
    assert sentence(reason, PUBLISHED, "en") == english


def test_who_was_passed_over_and_whom_they_wait_for() -> None:
    reason = Reason(
        code="first_in_line",
        params={"waited_minutes": 5},
        passed_over=(
            PassedOver(number="A001", priority_class="ordinary", waited_minutes=9),
            PassedOver(number="B012", priority_class="ordinary", waited_minutes=8, waits_for="language", what="en-GB"),
            PassedOver(number="A003", priority_class="ordinary", waited_minutes=7, waits_for="skill", what="pension"),
        ),
    )
    assert sentence(reason, PUBLISHED, "zh-CN") == (
        "已等候 5 分钟，排在最前。未先呼叫：A001、B012（等候会说英语的工作人员）、"
        "A003（“养老保险”须由具备资质的人员办理）。"
    )
    assert sentence(reason, PUBLISHED, "en") == (
        "It was first in line after 5 minutes. Passed over: A001, B012 (waits for staff who speak English), "
        "A003 (needs staff qualified for Pension insurance)."
    )


def test_what_a_newer_server_stored_is_shown_as_it_is() -> None:
    assert sentence(Reason(code="brand_new"), PUBLISHED, "zh-CN") == "brand_new"
    odd = Reason(code="appointment_due", params={"booked_for": "soon", "waited_minutes": 1})
    assert "soon" in sentence(odd, PUBLISHED, "en")


@pytest.mark.parametrize(
    ("tag", "reader", "name"),
    [("en", "zh-CN", "英语"), ("yue", "zh-CN", "粤语"), ("zh-CN", "en", "Chinese"), ("qq", "en", "qq")],
)
def test_languages_have_names(tag: str, reader: str, name: str) -> None:
    assert language_name(tag, reader) == name
