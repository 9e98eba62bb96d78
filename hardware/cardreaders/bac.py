"""Basic Access Control and secure messaging with two-key triple DES (ICAO Doc 9303-11, sections 4.3 and 9.8).

Pure: random numbers are given. Both ends are here, because the virtual document speaks the same protocol.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from hardware.cardreaders.apdu import header, parts, tagged
from hardware.errors import CardError

BLOCK = 8
_ENCRYPT, _AUTHENTICATE = 1, 2


@dataclass(frozen=True, slots=True)
class Keys:
    """Sixteen bytes each: one to encrypt, one to authenticate."""

    encrypt: bytes
    authenticate: bytes


def keys_from(seed: bytes) -> Keys:
    """Both keys of a seed of 16 bytes (9303-11, 9.7.1.1)."""
    return Keys(_derived(seed, _ENCRYPT), _derived(seed, _AUTHENTICATE))


def document_keys(mrz_seed: str) -> Keys:
    """The document's own keys; `mrz_seed` is `AccessKey.seed`."""
    return keys_from(hashlib.sha1(mrz_seed.encode(), usedforsecurity=False).digest()[:16])


def sealed(keys: Keys, text: bytes) -> bytes:
    """Encrypted and authenticated, as the two ends prove themselves to each other."""
    encrypted = _cbc(keys.encrypt, text, encrypting=True)
    return encrypted + mac(keys.authenticate, encrypted)


def unsealed(keys: Keys, data: bytes) -> bytes:
    """The other way; raises CardError wrong_key when the seal is broken."""
    encrypted, seal = data[:-BLOCK], data[-BLOCK:]
    if len(encrypted) % BLOCK or not encrypted or mac(keys.authenticate, encrypted) != seal:
        raise CardError("the document and the reader hold different keys", code="wrong_key")
    return _cbc(keys.encrypt, encrypted, encrypting=False)


def mac(key: bytes, text: bytes) -> bytes:
    """ISO/IEC 9797-1 MAC algorithm 3 over DES, padding method 2: 8 bytes."""
    left, right = key[:8], key[8:]
    chained = _cbc(left, padded(text), encrypting=True)[-BLOCK:]
    return _ecb(left, _ecb(right, chained, encrypting=False), encrypting=True)


def padded(text: bytes) -> bytes:
    """A byte 80, then zeros up to a whole block."""
    return text + b"\x80" + bytes(-(len(text) + 1) % BLOCK)


def unpadded(text: bytes) -> bytes:
    """Raises CardError when there is no padding."""
    plain, mark, rest = text.rpartition(b"\x80")
    if not mark or any(rest):
        raise CardError("the document's answer is not padded")
    return plain


class SecureSession:
    """Secure messaging after both ends have proved themselves; `counter` is the send sequence counter, 8 bytes."""

    def __init__(self, keys: Keys, counter: bytes) -> None:
        self._keys = keys
        self._counter = int.from_bytes(counter)

    def protect(self, command: bytes) -> bytes:
        """A command of class 00 as it goes over the air (9303-11, 9.8.4)."""
        head = bytes([command[0] | 0x0C]) + command[1:4]
        data, expected = _body(command)
        objects = b""
        if data:
            objects += tagged(0x87, b"\x01" + _cbc(self._keys.encrypt, padded(data), encrypting=True))
        if expected is not None:
            objects += tagged(0x97, bytes([expected & 0xFF]))
        objects += tagged(0x8E, self._seal(padded(head) + objects))
        return head + bytes([len(objects)]) + objects + b"\x00"

    def answer(self, protected: bytes) -> bytes:
        """Data and status of a protected answer; raises CardError when it was tampered with."""
        if len(protected) <= 2:
            return protected  # the card reports an error outside the session
        data, status = self._opened(protected[:-2], b"")
        return data + (status or protected[-2:])

    def command(self, protected: bytes) -> bytes:
        """The document's side of protect(); raises CardError."""
        data, expected = self._opened(protected[5 : 5 + protected[4]], padded(protected[:4]))
        head = bytes([protected[0] & ~0x0C & 0xFF]) + protected[1:4]
        return head + (bytes([len(data)]) + data if data else b"") + expected

    def protect_answer(self, plain: bytes) -> bytes:
        """The document's side of answer()."""
        data, status = plain[:-2], plain[-2:]
        objects = b""
        if data:
            objects += tagged(0x87, b"\x01" + _cbc(self._keys.encrypt, padded(data), encrypting=True))
        objects += tagged(0x99, status)
        return objects + tagged(0x8E, self._seal(objects)) + status

    def _opened(self, objects: bytes, before: bytes) -> tuple[bytes, bytes]:
        """(decrypted data, value of the last plain object) once the seal over all of them holds."""
        data = plain = b""
        seal = None
        covered = b""
        at = 0
        for tag, value in parts(objects):
            _, start, length = header(objects[at:])
            if tag == 0x8E:
                seal = value
            else:
                covered += objects[at : at + start + length]
            at += start + length
            if tag == 0x87:
                data = value[1:]
            elif tag in {0x97, 0x99}:
                plain = value
        if seal is None or self._seal(before + covered) != seal:
            raise CardError("the document's answer does not carry its seal")
        if len(data) % BLOCK:
            raise CardError("the document's answer is not whole blocks")
        return (unpadded(_cbc(self._keys.encrypt, data, encrypting=False)) if data else b""), plain

    def _seal(self, text: bytes) -> bytes:
        self._counter = (self._counter + 1) % (1 << 64)
        return mac(self._keys.authenticate, self._counter.to_bytes(BLOCK) + text)


def session(ours: bytes, theirs: bytes, our_key: bytes, their_key: bytes) -> SecureSession:
    """The session of two random numbers (8 bytes: reader's, chip's) and two key halves (16 bytes)."""
    seed = bytes(a ^ b for a, b in zip(our_key, their_key, strict=True))
    return SecureSession(keys_from(seed), theirs[4:] + ours[4:])


def _body(command: bytes) -> tuple[bytes, int | None]:
    """(data, expected length) of a short command."""
    if len(command) == 4:
        return b"", None
    if len(command) == 5:
        return b"", command[4]
    data = command[5 : 5 + command[4]]
    return data, command[5 + command[4]] if len(command) > 5 + command[4] else None


def _derived(seed: bytes, purpose: int) -> bytes:
    digest = hashlib.sha1(seed + purpose.to_bytes(4), usedforsecurity=False).digest()[:16]
    return bytes(byte & 0xFE | (bin(byte & 0xFE).count("1") + 1) % 2 for byte in digest)


def _cbc(key: bytes, text: bytes, *, encrypting: bool) -> bytes:
    return _run(Cipher(_des(key), modes.CBC(bytes(BLOCK))), text, encrypting)


def _ecb(key: bytes, text: bytes, *, encrypting: bool) -> bytes:
    return _run(Cipher(_des(key), modes.ECB()), text, encrypting)  # noqa: S305 # one block, as the standard says


def _des(key: bytes) -> TripleDES:
    """Two keys of eight bytes are the first again as the third; one thrice is single DES."""
    return TripleDES((key * 3)[:24])


def _run(cipher: Cipher[modes.CBC] | Cipher[modes.ECB], text: bytes, encrypting: bool) -> bytes:
    turn = cipher.encryptor() if encrypting else cipher.decryptor()
    return turn.update(text) + turn.finalize()
