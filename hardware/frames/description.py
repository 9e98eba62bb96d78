"""Everything a description says about one vendor's devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hardware.frames.layout import Layout
from hardware.frames.words import Hearing, Saying
from hardware.ports import Colour, Effect, PadAct

SAID: Mapping[str, frozenset[str]] = {
    "show": frozenset({"text", "count", "line", "colour", "effect", "seconds", "number"}),
    "clear": frozenset(),
    "brightness": frozenset({"percent"}),
    "ping": frozenset(),
    "poll": frozenset(),
    "confirm": frozenset({"key"}),
    "display": frozenset({"text", "count"}),
    "beep": frozenset(),
    "ask": frozenset({"seconds"}),
    "idle": frozenset({"text", "count"}),
}
"""What is said to devices: table of the description -> names its data may have."""
HEARD: Mapping[str, frozenset[str]] = {
    "answer": frozenset({"any", "rest"}),
    "refusal": frozenset({"any", "rest"}),
    "nothing": frozenset({"any", "rest"}),
    "pressed": frozenset({"key", "digits", "any", "rest"}),
    "rated": frozenset({"key", "any", "rest"}),
}
"""What devices say: that they did it, that they will not, that no key was pressed, a key, a rating."""
MARKS = frozenset({"enter", "clear", *"0123456789"})
"""Keys of a pad that are no act by themselves."""


@dataclass(frozen=True, slots=True)
class Description:
    """One vendor. `keys`: the code of a key -> an act, a digit, "enter" or "clear"; `ratings`: code -> 1..5."""

    name: str
    layout: Layout
    charset: str = "gb2312"
    addresses: range = range(1, 256)
    lines: int = 1
    columns: int = 8
    said: Mapping[str, Saying] = field(default_factory=dict)
    heard: Mapping[str, Hearing] = field(default_factory=dict)
    colours: Mapping[Colour, bytes] = field(default_factory=dict)
    effects: Mapping[Effect, bytes] = field(default_factory=dict)
    keys: Mapping[bytes, PadAct | str] = field(default_factory=dict)
    ratings: Mapping[bytes, int] = field(default_factory=dict)

    def frame(self, saying: str, address: int, **values: int | bytes) -> bytes | None:
        """The frame of one saying, None when this vendor has none. Raises DeviceError when a value does not fit."""
        said = self.said.get(saying)
        return None if said is None else self.layout.build(said.message(address, values))

    def text(self, text: str) -> bytes:
        """`text` in the vendor's charset; what it lacks becomes a question mark."""
        return text.encode(self.charset, "replace")
