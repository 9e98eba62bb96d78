"""A slip is drawn so that nothing is cut, nothing is too small and its QR code can be read."""

from __future__ import annotations

import pytest
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from hardware import fonts
from hardware.errors import FontError, SlipError
from hardware.linebreak import NOT_FIRST, NOT_LAST, balanced, pieces, wrap
from hardware.printers.commands import columns_of
from hardware.slip import QrCode, Rule, Slip, Text, draw_block, qr_image, rasterise

WIDTHS = (576, 384)
TEXTS = st.text(st.sampled_from("办理不动产登记（）、，。《》A0 1z-€é\n㐂"), max_size=60)


def ink(image: Image.Image) -> tuple[int, int, int, int] | None:
    return image.convert("L").point([255 - level for level in range(256)]).getbbox()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_picture_is_as_wide_as_the_paper_and_its_qr_code_reads(slip: Slip, width: int) -> None:
    image = rasterise(slip, width, 203)
    assert (image.mode, image.width) == ("1", width)
    codes = zxingcpp.read_barcodes(image.convert("L"))
    assert [code.text for code in codes] == ["https://hall.example.gov.cn/t/9f2b6c1e7a8d4035"]


@pytest.mark.parametrize("width", WIDTHS)
def test_long_text_wraps_and_never_touches_the_paper_edge(width: int) -> None:
    long = "关于" + "建筑工程施工许可证核发（含变更、延期、补办）" * 6
    box = ink(draw_block(Text(long, 4), width, 203))
    assert box is not None
    assert box[0] > 0
    assert box[2] < width
    short = draw_block(Text("关于", 4), width, 203)
    assert draw_block(Text(long, 4), width, 203).height > 4 * short.height


@pytest.mark.parametrize(("width", "height_mm"), [(576, 18), (384, 18), (384, 30)])
def test_a_ticket_number_stays_on_one_line_whatever_its_size(width: int, height_mm: float) -> None:
    box = ink(draw_block(Text("AB0123", height_mm, bold=True), width, 203))
    assert box is not None
    assert box[3] - box[1] < 18 * 8  # one line high, not two
    assert box[2] - box[0] > width * 0.6
    assert box[2] <= width


@pytest.mark.parametrize("asked", [0.1, 1.0, 2.5])
def test_type_is_never_smaller_than_two_and_a_half_millimetres(asked: float) -> None:
    box = ink(draw_block(Text("国", asked), 576, 203))
    assert box is not None
    assert box[3] - box[1] >= 2.5 * 203 / 25.4 - 1  # a dot of rounding


def test_type_has_the_height_asked_for() -> None:
    box = ink(draw_block(Text("国", 10), 576, 203))
    assert box is not None
    assert box[3] - box[1] == pytest.approx(10 * 203 / 25.4, rel=0.08)


def test_lines_follow_the_alignment() -> None:
    left, right, centre = (ink(draw_block(Text("A1", 4, align=a), 576, 203)) for a in ("left", "right", "center"))
    assert left is not None
    assert right is not None
    assert centre is not None
    assert left[0] < 20
    assert right[2] > 556
    assert abs((centre[0] + centre[2]) - 576) < 8


def test_an_empty_slip_is_still_a_picture() -> None:
    assert rasterise(Slip("", ()), 384, 203).width == 384
    assert rasterise(Slip("", (Text(""), Rule())), 384, 203).width == 384


@given(st.text(max_size=60), st.sampled_from([2.5, 4.0, 18.0]))
@example("\n0", 4.0)
@example("第一\u2029第二\u2028\r\n\x1c三\ud800\t四", 4.0)
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_drawn(text: str, height_mm: float) -> None:
    assert draw_block(Text(text, height_mm), 384, 203).width == 384


@pytest.mark.parametrize("data", ["x" * 2400, "字" * 1000])
def test_a_qr_code_that_cannot_be_read_is_refused(data: str) -> None:
    with pytest.raises(SlipError):
        draw_block(QrCode(data), 384, 203)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=80))
@settings(max_examples=25, deadline=None)
def test_qr_modules_are_whole_dots_and_any_text_reads_back(data: str) -> None:
    image = qr_image(data, 208, 576)
    assert image.width <= 576
    read = zxingcpp.read_barcodes(image.convert("L"))
    assert [code.bytes for code in read] == [data.encode()]


@given(TEXTS, st.integers(2, 30))
@settings(max_examples=200, deadline=None)
def test_wrapping_loses_nothing_and_keeps_to_the_width(text: str, width: int) -> None:
    for lines in (wrap(text, width, columns_of), balanced(text, width, columns_of)):
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert all(columns_of(line) <= width for line in lines)


@given(st.text(st.sampled_from("办理登记（、。）A"), min_size=1, max_size=40))
@settings(max_examples=200, deadline=None)
def test_punctuation_stays_with_its_words(text: str) -> None:
    parts = pieces(text)
    assert "".join(parts) == text
    assert all(part[0] not in NOT_FIRST for part in parts[1:])
    assert all(part[-1] not in NOT_LAST for part in parts[:-1])


def test_a_machine_without_a_chinese_font_is_told_which_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_FOLDERS", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    fonts.load.cache_clear()
    fonts._face.cache_clear()
    with pytest.raises(FontError, match="fonts-noto-cjk"):
        fonts.load(24)
