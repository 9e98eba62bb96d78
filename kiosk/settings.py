"""What this one kiosk must be told: where the hall is, who it is there, which devices hang on it, what it offers."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, SecretStr, StringConstraints

from contract.client.listener import BrokerAddress
from contract.settings import PartSettings
from kiosk.state import Defaults

Size = Annotated[str, StringConstraints(pattern=r"^(\d{3,5}x\d{3,5})?$")]


class KioskSettings(PartSettings):
    """Settings of one kiosk; table [kiosk] of the settings file."""

    part: ClassVar[str] = "kiosk"

    server: str = Field("http://127.0.0.1:8460", description="the queue server's address")
    hall: str = Field("", description="id of the hall")
    token: SecretStr = Field(SecretStr(""), description="this device's token")
    device: str = Field("kiosk-1", description="id of this device")
    broker_host: str = Field("127.0.0.1", description="the broker's host")
    broker_port: int = Field(8461, description="the broker's port", ge=1, le=65535)
    broker_user: str = Field("", description="user at the broker; empty = the device's id")
    broker_password: SecretStr = Field(SecretStr(""), description="password at the broker; empty = the token")
    broker_tls: bool = Field(False, description="speak TLS to the broker")
    language: str = Field("zh-CN", description="the language the screen returns to")
    departments: tuple[str, ...] = Field((), description="offer only these departments; empty = all")
    elder_default: bool = Field(False, description="begin in elder mode")
    idle_seconds: float = Field(60.0, description="back to start after so long without a touch", ge=15, le=600)
    result_seconds: float = Field(15.0, description="how long the number stays on the screen", ge=3, le=120)
    void_unclaimed_minutes: float = Field(
        5.0, description="cancel a number that was neither printed nor claimed after so long; 0 = never", ge=0, le=240
    )
    fullscreen: bool = Field(True, description="cover the whole screen")
    size: Size = Field("", description="a window of this size instead, e.g. 1366x768")
    printer: dict[str, Any] = Field(
        default={"driver": "escpos-usb"}, description="the slip printer: driver and its options"
    )
    card_reader: dict[str, Any] = Field(default={}, description="the card reader: driver and its options; empty = none")
    scanner: dict[str, Any] = Field(default={}, description="the code scanner: driver and its options; empty = none")
    autopilot: str = Field("", description="read acts as JSON lines from this file, - = standard input")

    @property
    def broker(self) -> BrokerAddress:
        """The broker as this device signs in there."""
        password = self.broker_password.get_secret_value() or self.token.get_secret_value()
        return BrokerAddress(
            self.broker_host, self.broker_port, self.broker_user or self.device, password, self.broker_tls
        )

    @property
    def paper_width_mm(self) -> int:
        """The printer's paper, 80 or 58: the slip is composed for it."""
        return 58 if str(self.printer.get("paper", "80")) == "58" else 80

    @property
    def defaults(self) -> Defaults:
        """What the screen returns to when a visitor leaves."""
        return Defaults(self.language, self.elder_default, self.idle_seconds, self.result_seconds)
