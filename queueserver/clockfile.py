"""What the clock knew, kept in a small file: a server that is killed and started again judges the clock as before."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from pathlib import Path

from queueserver.steadyclock import Kept

log = logging.getLogger(__name__)


def read(path: Path) -> Kept | None:
    """None when there is none yet, or it cannot be understood: then the clock is judged as after a reboot."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        told = datetime.fromisoformat(found["told"])
        if told.tzinfo is None:
            raise ValueError("no offset")
        return Kept(str(found["boot"]), float(found["seconds"]), told, found["held"] is True)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s cannot be used: %s", path, error)
        return None


def write(path: Path, kept: Kept) -> None:
    """Never half: whoever is killed meanwhile leaves the file before it. A full disk is only told, nothing stops."""
    fresh = path.with_suffix(".new")
    values = {"boot": kept.boot, "seconds": kept.seconds, "told": kept.told.isoformat(), "held": kept.held}
    try:
        fresh.write_text(json.dumps(values), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        log.warning("%s cannot be written: %s", path, error)
