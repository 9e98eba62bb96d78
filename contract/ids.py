"""Names of things on the wire, and how a client makes the key that lets a command be repeated safely."""

from __future__ import annotations

import re
import secrets
from typing import Annotated

from pydantic import StringConstraints

API_PREFIX = "/api/v1"
"""Every path of the HTTP face but /health, /metrics, the API documents and the visitor's page starts with this."""

CONTRACT_MAJOR = 1
"""A client refuses a server whose catalogue or events state another major version."""

ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,47}$"
"""Ids chosen by people (hall, zone, queue, window, service ...): safe in a URL and in an MQTT topic."""

ConfiguredId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]

_KEY = re.compile(r"^[!-~]{8,128}$")


def new_idempotency_key() -> str:
    """A key for one intention of one person; every retry of that intention carries the same key."""
    return secrets.token_urlsafe(18)


def is_idempotency_key(text: str) -> bool:
    """Whether `text` may be used as an Idempotency-Key: 8 to 128 visible ASCII characters."""
    return _KEY.fullmatch(text) is not None
