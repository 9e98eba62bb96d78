"""One look for every app: colours by role, a type scale, space in steps of eight, and the style sheet made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont

from hallui.palette import CONTRAST, DARK, LIGHT, Palette

FAMILY = "Noto Sans CJK SC"
FALLBACK_FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "Noto Sans",
    "DejaVu Sans",
    "sans-serif",
)

ELDER_TYPE = 1.4


@dataclass(frozen=True, slots=True)
class Type:
    """The type scale in pixels at 1080 lines; `body` is for reading, `number` the hero."""

    small: float = 18
    body: float = 22
    button: float = 28
    heading: float = 32
    title: float = 40
    hero: float = 64
    number: float = 160


@dataclass(frozen=True, slots=True)
class Theme:
    """A palette at a size. `scale` is 1.0 on a screen 1080 pixels high (or wide, upright); `elder` is large type.

    Lengths given to `px` and `space` are those of a 1080-line screen; answers are pixels of this one.
    """

    palette: Palette = LIGHT
    scale: float = 1.0
    elder: bool = False
    type: Type = Type()

    def px(self, length: float) -> int:
        """`length` at 1080 lines in this screen's pixels, at least 1."""
        return max(1, round(length * self.scale))

    def space(self, steps: float) -> int:
        """`steps` times eight."""
        return self.px(8 * steps)

    def text(self, size: float) -> int:
        """A type size in this screen's pixels; larger in elder mode, never under 12."""
        return max(12, round(size * self.scale * (ELDER_TYPE if self.elder else 1.0)))

    @property
    def target(self) -> int:
        """The least side of a touch target: 13 mm, in elder mode 18 mm, on a 21.5 inch screen of 1080 lines."""
        return self.px(74 if self.elder else 54)

    @property
    def radius(self) -> int:
        return self.px(12)

    def font(self, size: float, *, bold: bool = False) -> QFont:
        """The type at `size` (pixels at 1080 lines) with figures of equal width, so that numbers do not dance."""
        return make_font(self.text(size), bold=bold)

    def colour(self, role: str) -> QColor:
        """The colour of a role, e.g. "ink_soft"."""
        return QColor(getattr(self.palette, role))

    def with_elder(self, elder: bool) -> Theme:
        return replace(self, elder=elder)

    def with_palette(self, palette: Palette) -> Theme:
        return replace(self, palette=palette)

    @property
    def dark(self) -> bool:
        return self.palette in (DARK, CONTRAST)


def make_font(pixels: int, *, bold: bool = False) -> QFont:
    """The house's font at `pixels` with tabular figures."""
    font = QFont()
    font.setFamilies(list(FALLBACK_FAMILIES))
    font.setPixelSize(max(1, pixels))
    font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def scale_for(size: QSize) -> float:
    """The scale for a full-screen app: by the shorter side, so that upright and lying screens read alike."""
    shorter, longer = sorted((size.width(), size.height()))
    return min(shorter / 1080, longer / 1920) if size.width() > size.height() else min(shorter / 1080, longer / 1700)


def stylesheet(theme: Theme) -> str:
    """The style sheet of the plain Qt widgets; `role` properties on labels and buttons choose among them."""
    palette = theme.palette
    edge = theme.px(3) if palette is CONTRAST else max(1, theme.px(1.5))
    return f"""
QWidget {{ color: {palette.ink}; font-size: {theme.text(theme.type.body)}px; }}
QWidget#ground, QMainWindow, QDialog {{ background: {palette.ground}; }}
QFrame[role="card"] {{
  background: {palette.surface}; border: {edge}px solid {palette.line}; border-radius: {theme.radius}px;
}}
QLabel {{ background: transparent; border: none; }}
QLabel[role="soft"] {{ color: {palette.ink_soft}; }}
QLabel[role="small"] {{ color: {palette.ink_soft}; font-size: {theme.text(theme.type.small)}px; }}
QLabel[role="heading"] {{ font-size: {theme.text(theme.type.heading)}px; font-weight: bold; }}
QLabel[role="title"] {{ font-size: {theme.text(theme.type.title)}px; font-weight: bold; }}
QLabel[role="fact"] {{ font-size: {theme.text(theme.type.body * 1.2)}px; }}
QLabel[role="clock"] {{ font-size: {theme.text(theme.type.heading)}px; font-weight: bold; }}
QLabel[role="field"] {{ font-size: {theme.text(theme.type.title)}px; font-weight: bold; }}
QLabel[role="field"]:disabled {{ color: {palette.ink_soft}; font-weight: normal; }}
QLabel[role="hero"] {{ font-size: {theme.text(theme.type.hero)}px; font-weight: bold; color: {palette.brand}; }}
QLabel[role="number"] {{ font-size: {theme.text(theme.type.number)}px; font-weight: bold; color: {palette.brand}; }}
QLabel[role="accent"] {{ color: {palette.accent}; font-weight: bold; }}
QLabel[role="good"] {{ color: {palette.good}; font-weight: bold; }}
QLabel[role="warn"] {{ color: {palette.warn}; font-weight: bold; }}
QLabel[role="bad"] {{ color: {palette.bad}; font-weight: bold; }}
QPushButton {{
  background: {palette.surface}; color: {palette.brand}; border: {edge}px solid {palette.line};
  border-radius: {theme.radius}px; padding: {theme.space(1)}px {theme.space(2)}px;
  font-size: {theme.text(theme.type.button)}px; min-height: {theme.target - 2 * theme.space(1) - 2 * edge}px;
}}
QPushButton:pressed {{ background: {palette.tint}; border-color: {palette.brand}; }}
QPushButton:focus {{ border-color: {palette.brand}; }}
QPushButton:disabled {{ color: {palette.disabled}; background: {palette.ground}; }}
QPushButton[role="primary"] {{
  background: {palette.brand}; color: {palette.on_brand}; border-color: {palette.brand}; font-weight: bold;
}}
QPushButton[role="primary"]:pressed {{ background: {palette.brand_pressed}; border-color: {palette.brand_pressed}; }}
QPushButton[role="primary"]:focus {{ border-color: {palette.accent}; }}
QPushButton[role="primary"]:disabled {{
  background: {palette.disabled}; border-color: {palette.disabled}; color: {palette.surface};
}}
QPushButton[role="key"] {{ font-size: {theme.text(theme.type.heading * 1.1)}px; padding: 0; }}
QPushButton[role="key-word"] {{ font-size: {theme.text(theme.type.body)}px; padding: 0; }}
QPushButton[tall="true"] {{ min-height: {theme.px(88)}px; }}
QPushButton[role="danger"] {{ color: {palette.bad}; border-color: {palette.bad}; }}
QPushButton[role="quiet"] {{ background: transparent; border-color: transparent; }}
QPushButton[role="quiet"]:pressed {{ background: {palette.tint}; }}
QPushButton:checked {{ background: {palette.tint}; border-color: {palette.brand}; font-weight: bold; }}
QLineEdit, QComboBox {{
  background: {palette.surface}; border: {edge}px solid {palette.line}; border-radius: {theme.px(8)}px;
  padding: {theme.space(0.5)}px {theme.space(1.5)}px; selection-background-color: {palette.brand};
}}
QLineEdit:focus, QComboBox:focus {{ border-color: {palette.brand}; }}
QListView, QListWidget, QScrollArea {{ background: transparent; border: none; }}
QToolTip {{ background: {palette.ink}; color: {palette.surface}; border: none; padding: {theme.space(0.5)}px; }}
"""
