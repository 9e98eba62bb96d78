"""What the slip says, in both languages and on both papers; it is drawn, so nothing may be missing or cut."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contract.bodies import Catalogue, Document, Estimate, TakeTicket, Ticket
from contract.client.fake import FakeHall
from contract.client.sample import DESK_HALL, SAMPLE_HALL
from contract.config import Step
from hardware.slip import LEAST_TYPE_MM, QrCode, Rule, Slip, Text, rasterise
from i18n.translator import Translator
from kiosk import slips

URL = "http://hall.example/t/abcdefghijkl"


def made(
    lang: str, *, paper: int = 80, service: str = "pension", priority: str | None = None, late: bool = False
) -> Slip:
    hall = FakeHall()
    catalogue = hall.catalogue(lang)
    ticket = hall.take_ticket(TakeTicket(service=service, priority_class=priority)).model_copy(
        update={
            "visitor_url": URL,
            "ahead": 3,
            "estimate": Estimate(low_minutes=10, high_minutes=20, beyond_closing=late),
            "issued_at": datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
        }
    )
    return slips.slip(ticket, catalogue, Translator(lang), paper_width_mm=paper)


def lines(slip: Slip) -> list[str]:
    said = []
    for block in slip.blocks:
        if isinstance(block, Text):
            said.append(block.text)
        elif isinstance(block, QrCode):
            said.append(f"[{block.data}] {block.caption}")
        else:
            assert isinstance(block, Rule)
            said.append("-")
    return said


def test_a_chinese_slip_word_for_word() -> None:
    assert lines(made("zh-CN", priority="elderly")) == [
        "示范政务服务大厅",
        "A001",
        "养老保险",
        "社会保险",
        "老年人",
        "-",
        "前面有 3 人等候",
        "预计等候：约 10～20 分钟",
        "等候区：1楼 东区",
        "1、2号窗口",
        "请备好：身份证、银行卡",
        "退休申领请先预审材料。",
        "-",
        f"[{URL}] 扫码看进度",
        "请留意屏幕和广播。",
        "2026-03-02 09:30",
    ]


def test_an_english_slip_word_for_word() -> None:
    assert lines(made("en", service="tax-return")) == [
        "Sample Government Service Hall",
        "B001",
        "Tax return",
        "Tax",
        "-",
        "3 people ahead of you",
        "Expected wait: about 10 to 20 min",
        "Please wait here: East area, floor 1",
        "Windows 2, 3",
        "-",
        f"[{URL}] Scan to follow your number",
        "Please watch the screens and listen for your number.",
        "2026-03-02 09:30",
    ]


@pytest.mark.parametrize(("lang", "warning"), [("zh-CN", "您今天可能办不上"), ("en", "You may not be served today")])
def test_a_slip_says_when_the_turn_may_come_after_closing(lang: str, warning: str) -> None:
    assert lines(made(lang, late=True))[7].startswith(warning)
    assert not any(warning in line for line in lines(made(lang)))


@pytest.mark.parametrize(("paper", "width_mm", "dots"), [(80, 72.0, 576), (58, 48.0, 384)])
def test_the_number_is_a_quarter_of_the_width_and_nothing_is_too_small(paper: int, width_mm: float, dots: int) -> None:
    slip = made("zh-CN", paper=paper)
    texts = [block for block in slip.blocks if isinstance(block, Text)]
    assert texts[1].height_mm == width_mm / 4
    assert min(text.height_mm for text in texts) >= LEAST_TYPE_MM
    assert rasterise(slip, dots).width == dots


def test_the_slip_is_named_after_its_number() -> None:
    assert made("zh-CN").title == "A001"


def test_an_unknown_service_still_gives_a_slip_with_the_number() -> None:
    hall = FakeHall()
    catalogue: Catalogue = hall.catalogue("zh-CN").model_copy(update={"services": ()})
    ticket: Ticket = hall.take_ticket(TakeTicket(service="pension"))
    assert ticket.number in lines(slips.slip(ticket, catalogue, Translator("zh-CN")))


def test_no_document_or_name_is_on_the_slip() -> None:
    hall = FakeHall()
    document = Document(kind="resident", number="11010519491231002X", name="张三")
    ticket = hall.take_ticket(TakeTicket(service="passport", document=document))
    said = " ".join(lines(slips.slip(ticket, hall.catalogue("zh-CN"), Translator("zh-CN"))))
    assert "张三" not in said
    assert "0105" not in said


def of_several(lang: str, *services: str, party: int = 1, first: str = "pension") -> list[str]:
    hall = FakeHall()
    ticket = hall.take_ticket(TakeTicket(service=first, services=services, party=party))
    return lines(slips.slip(ticket, hall.catalogue(lang), Translator(lang)))


def test_a_slip_lists_what_is_still_to_do_and_how_many_came() -> None:
    assert of_several("en", "id-card", "move", party=4, first="invoices")[2:7] == [
        "Invoices",
        "Tax",
        "Then: Identity card, Move of household",
        "Your other matters follow with the same number.",
        "4 people",
    ]
    assert of_several("zh-CN", "id-card", "invoices")[2:6] == [
        "养老保险",
        "社会保险",
        "之后办理：身份证办理、发票领用",
        "其余事项凭同一号码接着办理，不用再取号。",
    ]
    assert not any("Then" in line or "people" in line or "same number" in line for line in of_several("en"))


def test_a_slip_says_what_to_bring_for_everything_on_it() -> None:
    said = of_several("en", "pension", first="invoices")
    assert "Have ready: Identity card, Bank card" in said
    assert "Pension insurance: For a first pension, have your papers checked beforehand." in said
    own = of_several("en", "invoices")
    assert "For a first pension, have your papers checked beforehand." in own


def test_a_linked_service_lists_its_steps() -> None:
    queues = (Step(queue="tax"), Step(queue="police"))
    services = tuple(
        one.model_copy(update={"steps": queues}) if one.id == "pension" else one for one in SAMPLE_HALL.services
    )
    hall = FakeHall(SAMPLE_HALL.model_copy(update={"services": services}))
    ticket = hall.take_ticket(TakeTicket(service="pension"))
    said = lines(slips.slip(ticket, hall.catalogue("en"), Translator("en")))
    assert "Then: Tax, Household" in said
    assert "The next steps follow with the same number." in said


def test_a_slip_for_the_desk_says_what_to_bring_for_what_the_visitor_came_for() -> None:
    hall = FakeHall(DESK_HALL)
    ticket = hall.take_ticket(TakeTicket(service="pension"))
    said = lines(slips.slip(ticket, hall.catalogue("en"), Translator("en")))
    assert said[1:3] == ["G001", "Service desk"]
    assert {"Then: Pension insurance", "Window 0", "Have ready: Identity card, Bank card"} <= set(said)
