"""Slips look as they did when a person last looked at them; HALL_GOLDEN=write draws them anew for review."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from hardware.numbered import NumberedFiles
from hardware.printers.commands import picture_bytes, text_bytes
from hardware.printers.machine import Machine
from hardware.slip import QrCode, Rule, Slip, Text, rasterise

GOLDEN = Path(__file__).parent
MOST_DIFFERENT = 0.004  # of all dots: another FreeType moves a few edges, a real change moves far more


@pytest.fixture
def slip() -> Slip:
    return Slip(
        "A012",
        (
            Text("滨江市政务服务中心", 4.5, bold=True),
            Rule(),
            Text("A012", 18, bold=True),
            Text("不动产转移登记（含二手房交易、继承、赠与、析产及其他情形）", 4, bold=True),
            Text("前面还有 7 人，约等候 15–25 分钟", 3.5),
            Text("请到二楼B区等候，窗口 11–18", 3.5),
            Rule(),
            QrCode("https://hall.example.gov.cn/t/9f2b6c1e7a8d4035", "扫码看进度"),
            Text("2026-11-23 09:41", 2.5),
        ),
    )


def compare(image: Image.Image, name: str) -> None:
    path = GOLDEN / name
    if os.environ.get("HALL_GOLDEN") == "write":
        image.save(path)
    with Image.open(path) as golden:
        assert image.size == golden.size
        different = ImageChops.logical_xor(image, golden.convert("1"))
    share = different.convert("L").histogram()[255] / (image.width * image.height)
    assert share <= MOST_DIFFERENT, f"{name}: {share:.2%} of the dots changed"


@pytest.mark.parametrize(("paper", "width"), [("80", 576), ("58", 384)])
def test_the_drawn_slip(slip: Slip, paper: str, width: int) -> None:
    compare(rasterise(slip, width, 203), f"slip-{paper}mm.png")


@pytest.mark.parametrize(("paper", "width"), [("80", 576), ("58", 384)])
def test_the_slip_in_the_printers_own_type(slip: Slip, paper: str, width: int, tmp_path: Path) -> None:
    compare(printed(text_bytes(slip, width, 203), width, tmp_path), f"slip-{paper}mm-text.png")


@pytest.mark.parametrize("width", [576, 384])
def test_what_a_printer_makes_of_a_picture_is_the_picture(slip: Slip, width: int, tmp_path: Path) -> None:
    drawn = rasterise(slip, width, 203)
    assert ImageChops.logical_xor(printed(picture_bytes(slip, width, 203), width, tmp_path), drawn).getbbox() is None


def printed(data: bytes, width: int, folder: Path) -> Image.Image:
    machine = Machine(NumberedFiles(folder, ".png"), width)
    try:
        machine.cable(lambda answer: None)(data)
        assert machine.wait_for_slips(1, 10)
        assert machine.unknown == []
    finally:
        machine.close()
    with Image.open(folder / "0001.png") as image:
        return image.convert("1")
