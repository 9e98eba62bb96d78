"""Takes one picture of each screen worth seeing, the first time it is there."""

from __future__ import annotations

from pathlib import Path

from hall.demo.door import Door


class Camera:
    """Leaves screens/NAME.png; a name that was taken already costs nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: set[str] = set()

    async def snap(self, door: Door, name: str, *, again: bool = False) -> None:
        """What the app behind `door` shows now; `again` replaces an earlier picture. Raises DoorError."""
        if name in self._taken and not again:
            return
        self._taken.add(name)
        await door.act("screenshot", path=str(self._folder / f"{name}.png"))
