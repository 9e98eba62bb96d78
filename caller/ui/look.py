"""The caller's own measures on top of the house's theme: a small panel needs small type, and keys with two lines."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from hallui.palette import LIGHT
from hallui.theme import Theme, stylesheet

PANEL_WIDTH: Final = 420
PANEL_HEIGHT: Final = 780
PANEL_LEAST_HEIGHT: Final = 520
PANEL_TIGHT_HEIGHT: Final = 680
"""Under this height card and keys become lower, so that the list keeps some lines."""
BAR_WIDTH: Final = 420
BAR_HEIGHT: Final = 56

THEME: Final = Theme(palette=LIGHT, scale=0.66)
"""Body type of about 15 px: the panel is read from half a metre with a mouse in the hand."""


def mixed(colour: str, ground: str, share: float) -> QColor:
    """`colour` laid thinly (0..1) on `ground`."""
    over, under = QColor(colour), QColor(ground)
    return QColor(
        round(over.red() * share + under.red() * (1 - share)),
        round(over.green() * share + under.green() * (1 - share)),
        round(over.blue() * share + under.blue() * (1 - share)),
    )


def sheet() -> str:
    """The style sheet of panel and bar."""
    p = THEME.palette
    return (
        stylesheet(THEME)
        + f"""
QWidget#panel, QWidget#bar {{ background: {p.ground}; }}
QWidget#bar {{ border: 1px solid {p.line}; }}
QLabel {{ font-size: 15px; }}
QLabel[role="small"] {{ font-size: 13px; }}
QLabel[role="number"] {{ font-size: 58px; }}
QLabel[role="bar-number"] {{ font-size: 28px; font-weight: bold; color: {p.brand}; }}
QLabel#said {{ font-size: 13px; }}
QLabel[role="service"] {{ font-size: 17px; font-weight: bold; }}
QLabel[role="service-long"] {{ font-size: 14px; font-weight: bold; }}
QLabel[role="timer"] {{ font-size: 30px; font-weight: bold; }}
QLabel[role="title"] {{ font-size: 24px; }}
QLabel[role="heading"] {{ font-size: 17px; }}
QLineEdit {{ font-size: 16px; min-height: 30px; }}
QPushButton {{ font-size: 15px; min-height: 26px; padding: 4px 10px; }}
QPushButton#act {{ padding: 0; }}
QPushButton#act:disabled {{ background: {p.ground}; }}
QPushButton#act:hover:enabled {{ border-color: {p.brand}; }}
QPushButton#act[role="primary"]:disabled {{ background: {p.line}; border-color: {p.line}; }}
QPushButton#act[role="primary"]:focus {{ border-color: {p.ink}; }}
QPushButton#act[role="next"] {{ background: {p.tint}; border-color: {p.brand}; }}
QPushButton#act[refused="true"], QPushButton#act[refused="true"]:disabled {{ border: 2px solid {p.bad}; }}
QPushButton[role="tab"] {{
  font-size: 14px; padding: 4px 2px;
  border: none; border-bottom: 3px solid transparent; border-radius: 0; background: transparent; color: {p.ink_soft};
}}
QPushButton[role="tab"]:checked {{
  border-bottom-color: {p.brand}; color: {p.brand}; background: transparent; font-weight: bold;
}}
QPushButton[role="tab"]:focus {{ color: {p.brand}; }}
QPushButton[role="quiet"] {{ color: {p.ink_soft}; font-size: 13px; padding: 2px 8px; min-height: 22px; }}
QPushButton[role="quiet"]:hover, QPushButton[role="quiet"]:focus {{ color: {p.brand}; border-color: {p.line}; }}
QListView {{
  background: {p.surface}; border: 1px solid {p.line}; border-radius: 8px; outline: none; font-size: 15px;
}}
QListView:focus {{ border-color: {p.brand}; }}
QLabel[role="state"] {{ font-size: 34px; font-weight: bold; color: {p.ink_soft}; }}
QLabel#badge {{ border-radius: 9px; padding: 1px 9px; font-size: 13px; font-weight: bold; }}
QFrame#auto-strip {{ background: {p.ground}; border: 1px solid {p.line}; border-radius: 8px; }}
QFrame#auto-strip[auto="true"] {{ background: {p.tint}; border-color: {p.brand}; }}
QLabel#auto-word {{ font-size: 13px; font-weight: bold; color: {p.ink_soft}; }}
QFrame#auto-strip[auto="true"] QLabel#auto-word {{ color: {p.brand}; }}
QLabel#who-calls {{ font-size: 11px; font-weight: bold; color: {p.ink_soft}; }}
QLabel#who-calls[auto="true"] {{ color: {p.brand}; }}
QListWidget#finish-items {{ font-size: 15px; }}
QListWidget#finish-items::item {{ height: 30px; padding-left: 6px; color: {p.ink}; }}
QListWidget#finish-items::item:selected {{ background: {p.tint}; color: {p.ink}; }}
QCheckBox {{ font-size: 15px; spacing: 8px; }}
QCheckBox:disabled {{ color: {p.disabled}; }}
QScrollBar:vertical {{ background: transparent; width: 8px; margin: 2px; }}
QScrollBar::handle:vertical {{ background: {p.line}; border-radius: 3px; min-height: 28px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
"""
    )


def badge_style(role: str) -> str:
    """A word on a thin ground of its own colour."""
    colour = {"accent": THEME.palette.accent, "good": THEME.palette.good, "warn": THEME.palette.warn}.get(
        role, THEME.palette.ink_soft
    )
    return f"color: {colour}; background: {mixed(colour, THEME.palette.surface, 0.12).name()};"


def icon(name: str, ratio: float) -> QIcon:
    """ "shrink" or "expand", drawn for a screen of this pixel ratio."""
    side = 20
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(THEME.palette.ink_soft), 1.8))
    painter.drawRoundedRect(QRectF(3, 3, 14, 14), 2.5, 2.5)
    if name == "shrink":
        painter.setBrush(QColor(THEME.palette.ink_soft))
        painter.drawRect(QRectF(3.9, 4.2, 12.2, 2.2))
    else:
        painter.drawLine(QPointF(3.5, 8), QPointF(16.5, 8))
        painter.drawLine(QPointF(6.5, 12), QPointF(13.5, 12))
    painter.end()
    return QIcon(picture)
