"""Takes one picture of each screen worth seeing, the first time it is there."""

from __future__ import annotations

from pathlib import Path

from hall.demo.door import Door


class Camera:
    """Leaves screens/NAME.png: the first picture of each name, then only better ones."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._worth: dict[str, int] = {}

    def wants(self, name: str, worth: int) -> bool:
        """Whether a picture of `name` with so much to see on it would be the best so far."""
        return worth > self._worth.get(name, -1)

    async def snap(self, door: Door, name: str, worth: int = 0) -> None:
        """What the app behind `door` shows now, if it is `worth` more than the picture there is. Raises DoorError."""
        if not self.wants(name, worth):
            return
        self._worth[name] = worth
        await door.act("screenshot", path=str(self._folder / f"{name}.png"))
