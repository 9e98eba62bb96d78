"""Colours by role, so that no screen names a colour and contrast is decided (and tested) in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Palette:
    """One set of colours as "#RRGGBB".

    `on_x` is the ink upon `x`, `on_state` upon good, warn and bad; `tint` the ground of what is chosen or pressed.
    """

    name: str
    ground: str
    surface: str
    ink: str
    ink_soft: str
    brand: str
    on_brand: str
    brand_pressed: str
    tint: str
    accent: str
    on_accent: str
    good: str
    warn: str
    bad: str
    on_state: str
    line: str
    disabled: str


LIGHT: Final = Palette(
    name="light",
    ground="#F4F6F9",
    surface="#FFFFFF",
    ink="#14213A",
    ink_soft="#56627A",
    brand="#0B4EA2",
    on_brand="#FFFFFF",
    brand_pressed="#083A7A",
    tint="#E6EEF8",
    accent="#C2410C",
    on_accent="#FFFFFF",
    good="#1B7F4B",
    warn="#8F5B0A",
    bad="#B42318",
    on_state="#FFFFFF",
    line="#D9DFE8",
    disabled="#98A2B3",
)

DARK: Final = Palette(
    name="dark",
    ground="#071A33",
    surface="#0D284B",
    ink="#F5F8FC",
    ink_soft="#B4C3DA",
    brand="#A9CBFF",
    on_brand="#071A33",
    brand_pressed="#7FB2FF",
    tint="#173B68",
    accent="#FFC53D",
    on_accent="#071A33",
    good="#7FE3AE",
    warn="#FFD479",
    bad="#FFB4AB",
    on_state="#071A33",
    line="#2A4A75",
    disabled="#7C8FAE",
)

CONTRAST: Final = Palette(
    name="contrast",
    ground="#000000",
    surface="#000000",
    ink="#FFFFFF",
    ink_soft="#FFFFFF",
    brand="#FFE600",
    on_brand="#000000",
    brand_pressed="#FFFFFF",
    tint="#333300",
    accent="#FFE600",
    on_accent="#000000",
    good="#FFFFFF",
    warn="#FFE600",
    bad="#FFE600",
    on_state="#000000",
    line="#FFFFFF",
    disabled="#9A9A9A",
)

PALETTES: Final = {palette.name: palette for palette in (LIGHT, DARK, CONTRAST)}


def contrast_ratio(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two "#RRGGBB" colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
