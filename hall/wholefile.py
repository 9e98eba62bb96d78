"""Writes a file as a whole: whoever interrupts it, or fills the disk, leaves the old one or none."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def written_whole(path: Path, content: bytes) -> None:
    """Put `content` in the place of `path`; raises OSError and leaves nothing half. Pipes are simply written to."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The process's own; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
