"""What this one display must be told: where the hall is, which zones it stands in, what it shows and speaks through."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, SecretStr, StringConstraints
from pydantic_settings import NoDecode

from contract.client.listener import BrokerAddress
from contract.settings import PartSettings
from display.announcer import QuietHours
from display.bars import Overhead
from display.presenter import DisplayOptions

Size = Annotated[str, StringConstraints(pattern=r"^(\d{3,5}x\d{2,5})?$")]
_BAND = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def _listed(value: object) -> object:
    """Environment and flags give "a,b"; the file gives a list."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _hours(value: object) -> object:
    """ "12:00-14:00,22:00-06:00", or a list of such bands; raises ValueError."""
    bands = _listed(value)
    if not isinstance(bands, tuple | list) or all(isinstance(band, QuietHours) for band in bands):
        return bands
    return tuple(_quiet_hours(str(band)) for band in bands)


def _quiet_hours(band: str) -> QuietHours:
    found = _BAND.fullmatch(band)
    if found is None:
        raise ValueError(f"{band!r} is not of the form HH:MM-HH:MM")
    begin, end = (time(int(found[at]), int(found[at + 1])) for at in (1, 3))
    return QuietHours(begin, end)


BarAddress = Annotated[int, Field(ge=0, le=65535)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Quiet = Annotated[tuple[QuietHours, ...], NoDecode, BeforeValidator(_hours)]


class DisplaySettings(PartSettings):
    """Settings of one display; table [display] of the settings file."""

    part: ClassVar[str] = "display"

    server: str = Field("http://127.0.0.1:8460", description="the queue server's address")
    hall: str = Field("", description="id of the hall")
    token: SecretStr = Field(SecretStr(""), description="this device's token")
    device: str = Field("display-1", description="id of this device")
    broker_host: str = Field("127.0.0.1", description="the broker's host")
    broker_port: int = Field(8461, description="the broker's port", ge=1, le=65535)
    broker_user: str = Field("", description="user at the broker; empty = the device's id")
    broker_password: SecretStr = Field(SecretStr(""), description="password at the broker; empty = the token")
    broker_tls: bool = Field(False, description="speak TLS to the broker")
    language: str = Field("zh-CN", description="the screen's language")
    also_spoken: str = Field("", description="say each call once more in this language, e.g. en; empty = not")
    layout: str = Field(
        "calls", description="calls, windows, or bar (the bar over one window)", pattern="^(calls|windows|bar)$"
    )
    window: str = Field("", description="id of the window a bar hangs over")
    zones: Names = Field((), description="show and say only these zones; empty = the whole hall")
    notices: tuple[str, ...] = Field((), description="the hall's own notices; empty = three that suit every hall")
    page_seconds: float = Field(8.0, description="seconds until lists turn their page", ge=2, le=120)
    fullscreen: bool = Field(True, description="cover the whole screen")
    size: Size = Field("", description="a window of this size instead, e.g. 1280x720")
    sound: bool = Field(True, description="chime and speak")
    voice: dict[str, Any] = Field(default={"driver": "pyttsx3"}, description="the voice: driver and its options")
    loudspeaker: dict[str, Any] = Field(
        default={"driver": "aplay"}, description="the loudspeaker: driver and its options; empty = none"
    )
    loudspeakers: dict[str, dict[str, Any]] = Field(
        default={}, description="a loudspeaker of its own for a zone: zone id -> driver and its options"
    )
    bars: dict[str, Any] = Field(default={}, description="LED bars over windows: driver and its options; empty = none")
    bar_windows: dict[str, BarAddress] = Field(default={}, description="window id -> the address of its bar")
    bar_welcome: str = Field(
        "", description="what a bar shows while nobody is at its window; empty = the window's name"
    )
    quiet_hours: Quiet = Field((), description='bands without calls by voice, e.g. "12:00-13:30"; emergencies are said')
    autopilot: str = Field("", description="read acts as JSON lines from this file, - = standard input")

    @property
    def broker(self) -> BrokerAddress:
        """The broker as this device signs in there."""
        password = self.broker_password.get_secret_value() or self.token.get_secret_value()
        return BrokerAddress(
            self.broker_host, self.broker_port, self.broker_user or self.device, password, self.broker_tls
        )

    @property
    def overhead(self) -> Overhead:
        """Which bar hangs over which window."""
        return Overhead(self.bar_windows, self.bar_welcome)

    @property
    def options(self) -> DisplayOptions:
        """What the presenter needs of all this."""
        return DisplayOptions(
            zones=frozenset(self.zones),
            language=self.language,
            also_spoken=self.also_spoken,
            window=self.window if self.layout == "bar" else "",
            notices=self.notices,
            page_seconds=self.page_seconds,
        )
