"""Every way a device can fail, with a stable code; words for people are made at the glass, never here."""

from __future__ import annotations

from typing import Literal, get_args

PrinterCode = Literal["paper_out", "cover_open", "printer_offline", "printer_error", "not_confirmed"]
PRINTER_CODES: tuple[str, ...] = get_args(PrinterCode)


class DeviceError(Exception):
    """Root of this package; `code` is stable and may be shown through a catalogue, `detail` is for the log."""

    code: str = "device_error"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code


class LinkError(DeviceError):
    """The connection to a device is gone or was never there (unplugged, switched off, refused)."""

    code = "not_connected"


class FrameError(DeviceError):
    """Bytes from a device do not make a message: wrong checksum, wrong length, not the protocol."""

    code = "bad_frame"


class PrinterError(DeviceError):
    """A slip was not printed, or nobody can say that it was."""

    code = "printer_error"

    def __init__(self, code: PrinterCode, detail: str = "") -> None:
        super().__init__(detail or code, code=code)


class SlipError(DeviceError):
    """A slip cannot be drawn as asked, e.g. its QR code has more data than fits on the paper."""

    code = "slip_error"


class FontError(DeviceError):
    """No font for Chinese is installed."""

    code = "font_missing"


class VoiceError(DeviceError):
    """A sentence could not be turned into sound."""

    code = "voice_error"


class LoudspeakerError(DeviceError):
    """A sound could not be played to its end."""

    code = "loudspeaker_error"


class CardError(DeviceError):
    """A card or its reader did not answer as its document says it must."""

    code = "unreadable"


class BarError(DeviceError):
    """A window bar was asked for what it can never show, e.g. at an address that does not exist."""

    code = "bar_error"


class OptionError(DeviceError):
    """A setting of a device is unknown or wrong; `setting` is its name as written in the settings."""

    code = "bad_setting"

    def __init__(self, setting: str, detail: str) -> None:
        super().__init__(f"{setting}: {detail}")
        self.setting = setting
