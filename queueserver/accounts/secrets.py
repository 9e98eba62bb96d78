"""Secrets of devices and sessions: made once, shown once, kept only as hashes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final

_CODE_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_CODE_GROUPS: Final = 3
_MQTT_ROUNDS: Final = 101
"""Enough for 256-bit random secrets, and Mosquitto's own default; passwords of people never go here."""


def new_bearer() -> str:
    """A bearer token with 256 random bits."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """A one-time enrolment code a person can type, e.g. "K7QX-M2PD-9FHT" (about 59 bits)."""
    groups = ("".join(secrets.choice(_CODE_LETTERS) for _ in range(4)) for _ in range(_CODE_GROUPS))
    return "-".join(groups)


def plain_code(typed: str) -> str:
    """The code as it is compared: upper case, without spaces and dashes."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def derived_bearer(server_key: bytes, code: str, intention: str) -> str:
    """The device token of one enrolment: the same code sent again with the same Idempotency-Key gets the same token."""
    message = b"\0".join((b"device token", plain_code(code).encode(), intention.encode()))
    digest = hmac.digest(server_key, message, "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def digest(secret: str) -> str:
    """The stored form of a token or code: SHA-256, hexadecimal. Fit for random secrets only."""
    return hashlib.sha256(secret.encode()).hexdigest()


def mqtt_hash(password: str) -> str:
    """One line's hash for Mosquitto's password file: $7$ is PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(12)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _MQTT_ROUNDS, 64)
    return f"$7${_MQTT_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"
