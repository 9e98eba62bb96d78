"""A big touch target with wrapped words that are never cut: picture, title, what it means, what to expect."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from hallui import icons
from hallui.palette import CONTRAST
from hallui.theme import Theme

_WRAP = int(Qt.TextFlag.TextWordWrap)
_TALL = 100_000


@dataclass(frozen=True, slots=True)
class Face:
    """What a tile shows. `notes` are short facts at the foot (waiting, range); `dim` is for what is closed now."""

    title: str
    subtitle: str = ""
    notes: tuple[str, ...] = ()
    picture: str = ""
    dim: bool = False
    chosen: bool = False


class Tile(QAbstractButton):
    """`hero` tiles are filled with the brand colour, `stacked` ones carry their picture above the words.

    `size` is the title's type size at 1080 lines.
    """

    def __init__(
        self,
        theme: Theme,
        *,
        hero: bool = False,
        stacked: bool = False,
        size: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hero = hero
        self._stacked = stacked
        self._size = size if size is not None else theme.type.button
        self._face = Face("")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_face(self, face: Face) -> None:
        """Show something else; the same face again costs nothing."""
        if face == self._face:
            return
        self._face = face
        self.setAccessibleName(face.title)
        self.setAccessibleDescription(" ".join(text for text in (face.subtitle, *face.notes) if text))
        self.updateGeometry()
        self.update()

    def set_size(self, size: float) -> None:
        """Another type size for the title, in pixels at 1080 lines."""
        if size != self._size:
            self._size = size
            self.update()

    def set_stacked(self, stacked: bool) -> None:
        """The picture above the words, or beside them where there is less room."""
        if stacked != self._stacked:
            self._stacked = stacked
            self.updateGeometry()
            self.update()

    @property
    def face(self) -> Face:
        return self._face

    # -- geometry

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """The height at which nothing of the face is cut."""
        inner = self._inner_width(width)
        words = sum(self._height(text, font, inner) for text, font in self._paragraphs())
        words += self._gap() * max(0, len(self._paragraphs()) - 1)
        picture = self._picture_side() if self._face.picture else 0
        content = words + picture + self._gap() * 2 if self._stacked and picture else max(words, picture)
        return max(content + 2 * self._padding(), self._theme.target)

    def sizeHint(self) -> QSize:
        width = self._theme.px(420)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(160), self._theme.target)

    # -- drawing

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter)
        inner = QRect(self.rect()).adjusted(self._padding(), self._padding(), -self._padding(), -self._padding())
        if self._face.picture:
            inner = self._draw_picture(painter, inner)
        self._draw_words(painter, inner)
        painter.end()

    def _draw_ground(self, painter: QPainter) -> None:
        theme, palette = self._theme, self._theme.palette
        width = theme.px(4) if palette is CONTRAST or self._face.chosen else max(1.0, theme.scale * 1.5)
        edge = palette.brand if self._face.chosen or self.isDown() or self.hasFocus() else palette.line
        ground = palette.tint if self.isDown() or self._face.chosen else palette.surface
        if self._hero:
            ground = edge = palette.brand_pressed if self.isDown() else palette.brand
        elif self._face.dim:
            ground = palette.ground
        rect = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(rect, theme.radius, theme.radius)

    def _draw_picture(self, painter: QPainter, inner: QRect) -> QRect:
        palette, side = self._theme.palette, self._picture_side()
        stacked = self._stacked
        left, top = inner.left(), inner.top() if stacked else inner.top() + (inner.height() - side) // 2
        if stacked:
            words = self._words_height(inner.width())
            top = inner.top() + max(0, (inner.height() - side - self._gap() * 2 - words) // 2)
        circle = QRectF(left, top, side, side)
        ink = palette.on_brand if self._hero else (palette.ink_soft if self._face.dim else palette.brand)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.brand_pressed if self._hero else palette.tint))
        painter.drawEllipse(circle)
        space = side * 0.22
        icons.draw(painter, self._face.picture, circle.adjusted(space, space, -space, -space), QColor(ink))
        if stacked:
            return QRect(left, top + side + self._gap() * 2, inner.width(), inner.bottom() - top - side)
        return inner.adjusted(side + self._gap() * 2, 0, 0, 0)

    def _draw_words(self, painter: QPainter, inner: QRect) -> None:
        palette = self._theme.palette
        soft = palette.on_brand if self._hero else palette.ink_soft
        strong = palette.on_brand if self._hero else (palette.ink_soft if self._face.dim else palette.ink)
        note = palette.on_brand if self._hero else (palette.ink_soft if self._face.dim else palette.brand)
        top = inner.top()
        if self._face.picture and not self._stacked:
            top += max(0, (inner.height() - self._words_height(inner.width())) // 2)
        inks = [strong, *([soft] if self._face.subtitle else []), *([note] if self._face.notes else [])]
        for (text, font), ink in zip(self._paragraphs(), inks, strict=True):
            height = self._height(text, font, inner.width())
            painter.setFont(font)
            painter.setPen(QColor(ink))
            painter.drawText(QRect(inner.left(), top, inner.width(), height), _WRAP, text)
            top += height + self._gap()

    # -- measures

    def _paragraphs(self) -> list[tuple[str, QFont]]:
        theme, face = self._theme, self._face
        found = [(face.title, theme.font(self._size, bold=True))]
        if face.subtitle:
            found.append((face.subtitle, theme.font(max(theme.type.small, self._size * 0.68))))
        if face.notes:
            found.append(("  ·  ".join(face.notes), theme.font(max(theme.type.small, self._size * 0.72))))
        return found

    def _words_height(self, width: int) -> int:
        paragraphs = self._paragraphs()
        return sum(self._height(text, font, width) for text, font in paragraphs) + self._gap() * (len(paragraphs) - 1)

    def _height(self, text: str, font: QFont, width: int) -> int:
        return QFontMetrics(font).boundingRect(QRect(0, 0, max(1, width), _TALL), _WRAP, text).height()

    def _inner_width(self, width: int) -> int:
        side = 0 if self._stacked or not self._face.picture else self._picture_side() + self._gap() * 2
        return max(1, width - 2 * self._padding() - side)

    def _picture_side(self) -> int:
        return self._theme.px(self._size * (2.4 if self._stacked else 2.2))

    def _padding(self) -> int:
        return self._theme.space(4 if self._stacked else 2.5)

    def _gap(self) -> int:
        return self._theme.space(1)
