"""The one door to python-escpos, whose import leaves a temporary folder behind and takes over the root logger.

Only a USB printer needs it: with all it brings along it takes 5 MB.
"""

from __future__ import annotations

import logging
import shutil

_handlers = list(logging.root.handlers)

from escpos import capabilities  # noqa: E402 - the handlers must be noted before
from escpos.exceptions import Error as EscposError  # noqa: E402 - as above
from escpos.printer import Usb  # noqa: E402 - as above

logging.root.handlers[:] = _handlers
shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)

__all__ = ["EscposError", "Usb"]
