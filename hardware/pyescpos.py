"""The one door to python-escpos, whose import leaves a temporary folder behind and takes over the root logger."""

from __future__ import annotations

import logging
import shutil
from typing import Any

_handlers = list(logging.root.handlers)

from escpos import capabilities  # noqa: E402 - the handlers must be noted before
from escpos.exceptions import Error as EscposError  # noqa: E402 - as above
from escpos.printer import Dummy, Usb  # noqa: E402 - as above

logging.root.handlers[:] = _handlers
shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)

__all__ = ["EscposError", "Usb", "encoder"]


def encoder(width_dots: int) -> Any:
    """A python-escpos printer that only collects bytes in `.output`, for paper `width_dots` wide."""
    profile: Any = capabilities.Profile()
    # Without a width of its own the profile makes image() print a complaint on standard output.
    profile.profile_data = {**profile.profile_data, "media": {"width": {"pixels": width_dots}}}
    return Dummy(profile=profile)
