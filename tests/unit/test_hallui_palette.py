"""Contrast is a rule of the house, so it is counted and not judged by eye."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from hallui.palette import CONTRAST, DARK, LIGHT, PALETTES, Palette, contrast_ratio

_GROUNDS = ("ground", "surface", "tint")
_INKS = ("ink", "ink_soft", "brand", "accent", "good", "warn", "bad")


def test_the_ratio_is_wcags() -> None:
    assert contrast_ratio("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast_ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("palette", "least"), [(LIGHT, 4.5), (DARK, 7.0), (CONTRAST, 7.0)], ids=("light", "dark", "contrast")
)
@pytest.mark.parametrize("ink", _INKS)
@pytest.mark.parametrize("ground", _GROUNDS[:2])
def test_text_can_be_read_on_its_ground(palette: Palette, least: float, ink: str, ground: str) -> None:
    assert contrast_ratio(getattr(palette, ink), getattr(palette, ground)) >= least


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_text_on_filled_keys_can_be_read(palette: Palette) -> None:
    for ink, ground in (("on_brand", "brand"), ("on_brand", "brand_pressed"), ("on_accent", "accent")):
        assert contrast_ratio(getattr(palette, ink), getattr(palette, ground)) >= 4.5
    for state in ("good", "warn", "bad"):
        assert contrast_ratio(palette.on_state, getattr(palette, state)) >= 4.5


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_chosen_tiles_stay_readable(palette: Palette) -> None:
    for ink in ("ink", "ink_soft", "brand"):
        assert contrast_ratio(getattr(palette, ink), palette.tint) >= 4.5


def test_every_alias_of_an_icon_leads_to_a_shape() -> None:
    icons = json.loads(resources.files("hallui").joinpath("icons.json").read_text(encoding="utf-8"))
    assert set(icons["aliases"].values()) <= set(icons["shapes"])
    assert not set(icons["aliases"]) & set(icons["shapes"])
