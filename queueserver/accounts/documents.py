"""What is kept of an identity document: a keyed hash to recognise it again, and masked forms for people's eyes."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Final

_KEY_BYTES: Final = 32
_RESIDENT_NUMBER: Final = re.compile(r"^\d{17}[\dX]$")


class KeyFileError(Exception):
    """The document key cannot be read or made; the message says what is wrong with the file."""


class DocumentKeeper:
    """Hashes document numbers with the server's own key, so that a copied database does not give them away."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def hash(self, kind: str, number: str) -> str:
        """64 hexadecimal digits. One citizen number is one person, on whichever card it was read."""
        plain = "".join(letter for letter in number.upper() if letter.isalnum())
        kept_kind = "citizen" if _RESIDENT_NUMBER.fullmatch(plain) else kind
        return hmac.new(self._key, f"{kept_kind}:{plain}".encode(), "sha256").hexdigest()


def masked_number(number: str) -> str:
    """A document number for the clerk's eyes, e.g. 110***********1234; short ones keep less."""
    plain = number.strip()
    head = 3 if len(plain) >= 12 else min(1, len(plain) // 6)
    tail = 4 if len(plain) >= 15 else 2 if len(plain) >= 8 else 1
    return _masked(plain, head, tail)


def masked_phone(phone: str) -> str:
    """E.g. 138****5678; short numbers keep two digits."""
    plain = "".join(letter for letter in phone if letter.isdigit())
    return _masked(plain, 3, 4) if len(plain) >= 11 else _masked(plain, 0, 2)


def masked_name(name: str) -> str:
    """The first character of each word stays, the rest become stars."""
    return " ".join(_masked(word, 1, 0) if len(word) > 1 else "*" for word in name.split())


def load_or_create_key(path: Path) -> bytes:
    """The server's document key; made on the first start, readable by its owner only. Raises KeyFileError."""
    try:
        return _checked(path.read_bytes(), path)
    except FileNotFoundError:
        return _create(path)
    except OSError as error:
        raise KeyFileError(f"cannot read the document key {path}: {error.strerror}") from error


def _create(path: Path) -> bytes:
    key = secrets.token_bytes(_KEY_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        return load_or_create_key(path)
    except OSError as error:
        raise KeyFileError(f"cannot write the document key {path}: {error.strerror}") from error
    return key


def _checked(content: bytes, path: Path) -> bytes:
    try:
        key = bytes.fromhex(content.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise KeyFileError(f"the document key {path} is damaged: it must hold {_KEY_BYTES * 2} hexadecimal digits")
    return key


def _masked(text: str, head: int, tail: int) -> str:
    tail_text = text[len(text) - tail :] if tail else ""
    return text[:head] + "*" * (len(text) - head - len(tail_text)) + tail_text
