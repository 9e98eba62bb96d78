"""A list that is turned like pages with big keys, because nothing on a kiosk may need a swipe; nothing is ever cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from hallui.widgets import Key
from kiosk.ui.look import Look
from kiosk.ui.tile import Face, Tile


@dataclass(frozen=True, slots=True)
class Item:
    """One tile: `id` is what is chosen."""

    id: str
    face: Face


@dataclass(frozen=True, slots=True)
class _Row:
    first: int
    height: int


class PagedTiles(QWidget):
    """Tiles in columns at least `column` pixels (at 1080 lines) wide.

    `chosen` gives the id of the tile that was touched, `turned` says that a page key was,
    `arranged` that the items were dealt to pages anew.
    """

    chosen = Signal(str)
    turned = Signal()
    arranged = Signal()

    def __init__(self, look: Look, *, column: float, sizes: Sequence[float], most_columns: int = 4) -> None:
        super().__init__()
        self._look = look
        self._column = look.theme.px(column * (1.25 if look.theme.elder else 1.0))
        self._sizes = tuple(sizes)
        self._most_columns = most_columns
        self._items: tuple[Item, ...] = ()
        self._name = ""
        self._page = 0
        self._pages: list[list[_Row]] = []
        self._tiles: list[Tile] = []
        self._measures = [Tile(look.theme, size=size, parent=self) for size in self._sizes]
        for tile in self._measures:
            tile.hide()
        self._size = self._sizes[-1]
        self._words = (look.t("Previous page"), look.t("Next page"))
        self._before = self._turn_key(self._words[0], "page-before", "up", -1)
        self._after = self._turn_key(self._words[1], "page-after", "down", +1)
        self._place = QLabel(self)
        self._place.setObjectName("page-place")
        self._place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._place.setProperty("role", "heading")

    def show_items(self, name: str, items: Sequence[Item]) -> None:
        """Show these; a new `name` begins at the first page, the same one stays where it is."""
        items = tuple(items)
        if name != self._name:
            self._name, self._page = name, 0
        elif items == self._items:
            return
        self._items = items
        self._arrange()

    @property
    def page_count(self) -> int:
        return len(self._pages)

    def turn_to(self, at: int) -> None:
        """Show the page that holds item number `at`."""
        columns = self._columns()
        for number, rows in enumerate(self._pages):
            if rows and rows[0].first <= at < rows[-1].first + columns:
                self._page = number
        self._show_page()
        self.turned.emit()

    def resizeEvent(self, _: QResizeEvent) -> None:
        self._arrange()

    # -- keys

    def _turn_key(self, text: str, name: str, picture: str, by: int) -> Key:
        key = self._look.key_without_touch(text, name, picture)
        key.setParent(self)
        key.clicked.connect(lambda: self._turn(by))
        return key

    def _turn(self, by: int) -> None:
        self._page = max(0, min(len(self._pages) - 1, self._page + by))
        self._show_page()
        self.turned.emit()

    # -- arranging

    @property
    def _gap(self) -> int:
        return self._look.theme.space(2)

    def _columns(self) -> int:
        fit = (self.width() + self._gap) // (self._column + self._gap)
        return max(1, min(self._most_columns, fit))

    def _tile_width(self) -> int:
        columns = self._columns()
        return (self.width() - self._gap * (columns - 1)) // columns

    def _bar_height(self) -> int:
        return self._look.theme.target + self._look.theme.space(1)

    def _arrange(self) -> None:
        if self.width() < 50 or self.height() < 50:
            return
        for size, measure in zip(self._sizes, self._measures, strict=True):
            rows = self._rows(measure)
            self._size = size
            self._pages = _filled(rows, self.height(), self._gap)
            if len(self._pages) <= 1:
                break
        else:
            self._pages = _filled(rows, self.height() - self._bar_height() - self._gap, self._gap)
        self._page = max(0, min(self._page, len(self._pages) - 1))
        self._show_page()
        self.arranged.emit()

    def _rows(self, measure: Tile) -> list[_Row]:
        columns, width = self._columns(), self._tile_width()
        heights = []
        for item in self._items:
            measure.show_face(item.face)
            heights.append(measure.heightForWidth(width))
        return [_Row(at, max(heights[at : at + columns])) for at in range(0, len(heights), columns)]

    def _show_page(self) -> None:
        rows = self._pages[self._page] if self._pages else []
        columns, width = self._columns(), self._tile_width()
        several = len(self._pages) > 1
        room = self.height() - (self._bar_height() + self._gap if several else 0)
        spare = self._spare(rows, room)
        shown = 0
        top = 0
        for row in rows:
            height = row.height + spare
            for column, item in enumerate(self._items[row.first : row.first + columns]):
                tile = self._tile(shown)
                tile.setGeometry(QRect(column * (width + self._gap), top, width, height))
                tile.setObjectName(f"tile-{item.id}")
                tile.set_size(self._size)
                tile.show_face(item.face)
                tile.show()
                shown += 1
            top += height + self._gap
        for tile in self._tiles[shown:]:
            tile.hide()
        self._show_bar(several)

    def _spare(self, rows: list[_Row], room: int) -> int:
        """How much higher each row may be: pages stretch towards the foot, a nearly empty one by half at most."""
        if not rows:
            return 0
        used = sum(row.height for row in rows) + self._gap * (len(rows) - 1)
        return max(0, min((room - used) // len(rows), rows[0].height // 2))

    def _show_bar(self, several: bool) -> None:
        for widget in (self._before, self._place, self._after):
            widget.setVisible(several)
        if not several:
            return
        height = self._look.theme.target
        top, third = self.height() - height, self.width() // 3
        self._before.setGeometry(QRect(0, top, third, height))
        self._place.setGeometry(QRect(third, top, self.width() - 2 * third, height))
        self._after.setGeometry(QRect(self.width() - third, top, third, height))
        self._before.setEnabled(self._page > 0)
        self._after.setEnabled(self._page < len(self._pages) - 1)
        for key, words in ((self._before, self._words[0]), (self._after, self._words[1])):
            fits = key.fontMetrics().horizontalAdvance(words) + 2 * key.iconSize().width() + self._gap < third
            key.setText(f" {words}" if fits else "")
        self._place.setText(f"{self._page + 1} / {len(self._pages)}")

    def _tile(self, at: int) -> Tile:
        while len(self._tiles) <= at:
            self._tiles.append(self._new_tile())
        return self._tiles[at]

    def _new_tile(self) -> Tile:
        tile = Tile(self._look.theme, size=self._size, parent=self)
        tile.clicked.connect(_choose(self, tile))
        return tile


def _choose(tiles: PagedTiles, tile: Tile) -> Callable[[], None]:
    return lambda: tiles.chosen.emit(tile.objectName().removeprefix("tile-"))


def _filled(rows: list[_Row], room: int, gap: int) -> list[list[_Row]]:
    """Rows dealt to pages no higher than `room`; a row higher than a page has a page of its own."""
    pages: list[list[_Row]] = []
    used = 0
    for row in rows:
        if pages and used + gap + row.height <= room:
            pages[-1].append(row)
            used += gap + row.height
        else:
            pages.append([row])
            used = row.height
    return pages
