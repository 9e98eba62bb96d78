"""What a queue server may be told at its start: where it listens, where it keeps facts, which broker carries them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar
from urllib.parse import SplitResult, urlsplit

import platformdirs
from pydantic import Field, SecretStr, field_serializer, field_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from contract.settings import PartSettings

MANAGED_BROKER = "managed"

_MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}


class ServerSettings(PartSettings):
    """Table [server] of the settings file."""

    part: ClassVar[str] = "server"
    command: ClassVar[str] = "serve"

    host: str = Field(default="127.0.0.1", description="address to listen on; 0.0.0.0 for every network")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8460, description="TCP port; 0 = any free one")
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("hallqueue")),
        description="folder of the database, the document key and the managed broker's files",
    )
    database: str = Field(default="", description="SQLAlchemy URL; empty = the SQLite file hall.db in data_dir")
    document_key_file: str = Field(default="", description="secret key of document hashes; empty = in data_dir")
    public_url: str = Field(default="", description="start of visitors' links on slips; empty = this server's address")
    broker: str = Field(default=MANAGED_BROKER, description='"managed" or the URL of a broker, mqtt://HOST:PORT')
    broker_host: str = Field(default="127.0.0.1", description="address the managed broker listens on")
    broker_port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8461, description="its port; 0 = any free one")
    broker_user: str = Field(default="", description="user name at an outside broker")
    broker_password: SecretStr = Field(default=SecretStr(""), description="password at an outside broker")
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = Field(
        default="info", description="debug, info, warning or error"
    )

    @field_validator("broker")
    @classmethod
    def _known_broker(cls, value: str) -> str:
        if value == MANAGED_BROKER:
            return value
        url = urlsplit(value)
        if url.scheme not in _MQTT_PORTS or not url.hostname or not _port_is_good(url):
            raise ValueError('must be "managed" or a URL such as mqtt://broker.example:1883')
        if url.username or url.password:
            raise ValueError("must hold no user or password; they belong into broker_user and broker_password")
        return value

    @field_validator("database")
    @classmethod
    def _readable_database(cls, value: str) -> str:
        try:
            if value:
                make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError("must be empty or a URL such as postgresql+psycopg://user@host/hall") from None
        return value

    @field_serializer("database")
    def _database_without_password(self, value: str) -> str:
        """As --print-config shows it."""
        return make_url(value).render_as_string(hide_password=True) if value else value

    @field_validator("public_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data_dir / 'hall.db'}"

    @property
    def document_key_path(self) -> Path:
        return Path(self.document_key_file) if self.document_key_file else self.data_dir / "document.key"

    @property
    def clock_file(self) -> Path:
        """What is known of this machine's clock."""
        return self.data_dir / "clock.json"

    @property
    def broker_files(self) -> Path:
        """Folder of the managed broker's generated files."""
        return self.data_dir / "broker"

    @property
    def outside_broker(self) -> tuple[str, int, bool] | None:
        """(host, port, TLS) of an outside broker; None when ours is managed."""
        if self.broker == MANAGED_BROKER:
            return None
        url = urlsplit(self.broker)
        return url.hostname or "", url.port or _MQTT_PORTS[url.scheme], url.scheme == "mqtts"


def _port_is_good(url: SplitResult) -> bool:
    try:
        return url.port != 0
    except ValueError:
        return False
