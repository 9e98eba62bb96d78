"""Options of one clerk's machine: the `[caller]` table, HALL_* environment and flags."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, SecretStr, StringConstraints

from contract.client.listener import BrokerAddress
from contract.settings import PartSettings

Size = Annotated[str, StringConstraints(pattern=r"^(\d{3,5}x\d{3,5})?$")]


class CallerSettings(PartSettings):
    """Where the hall is, who this machine is there, and how the panel starts."""

    part: ClassVar[str] = "caller"

    server: str = Field("http://127.0.0.1:8460", description="address of the queue server")
    hall: str = Field("", description="id of the hall")
    device: str = Field("caller-1", description="this machine's device id")
    token: SecretStr = Field(SecretStr(""), description="this machine's credential from `hall enrol`")
    broker_host: str = Field("127.0.0.1", description="host of the MQTT broker")
    broker_port: int = Field(8461, ge=1, le=65535, description="port of the MQTT broker")
    broker_user: str = Field("", description="MQTT user; empty = the device id")
    broker_password: SecretStr = Field(SecretStr(""), description="MQTT password; empty = the token")
    broker_tls: bool = Field(False, description="speak TLS to the broker")
    language: str = Field("zh-CN", description="language of the screen, e.g. zh-CN or en")
    window: str = Field("", description="id of this machine's window; empty = the clerk chooses")
    mini: bool = Field(False, description="start as the bar that stays on top")
    size: Size = Field("", description="size of the panel, e.g. 420x780")
    autopilot: str = Field("", description="rehearsal door: a file of JSON lines, or - for standard input")

    def panel_size(self) -> tuple[int, int] | None:
        """Width and height in pixels, None for the app's own."""
        width, _, height = self.size.partition("x")
        return (int(width), int(height)) if height else None

    def broker(self) -> BrokerAddress:
        """Where and as whom facts are heard."""
        return BrokerAddress(
            host=self.broker_host,
            port=self.broker_port,
            user=self.broker_user or self.device,
            password=self.broker_password.get_secret_value() or self.token.get_secret_value(),
            tls=self.broker_tls,
        )
