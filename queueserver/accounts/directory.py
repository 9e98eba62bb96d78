"""Tells who is asking: bearer tokens at no cost per request, people signing in, devices enrolling."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection

from queueserver.accounts import records
from queueserver.accounts.lockout import Lockout
from queueserver.accounts.passwords import is_right
from queueserver.accounts.records import Account
from queueserver.accounts.secrets import derived_bearer, digest, mqtt_hash, new_bearer, plain_code
from queueserver.domain.errors import DomainError
from queueserver.ports import Actor, Clock
from queueserver.reading import Reading

T = TypeVar("T")

SESSION_HOURS: Final = 12
_BELIEVED_SECONDS: Final = 15.0
"""An account revoked by another process is noticed after this long."""
_REMEMBERED: Final = 10_000


class Writes(Protocol):
    """Small writes, each a transaction of its own; the store's writer."""

    async def run(self, work: Callable[[Connection], T]) -> T: ...


@dataclass(frozen=True, slots=True)
class Who:
    """An account as a request meets it."""

    hall: str
    kind: str
    actor: Actor

    def may(self, roles: frozenset[str]) -> bool:
        return not roles.isdisjoint(self.actor.roles)


@dataclass(frozen=True, slots=True)
class Session:
    """A person has signed in."""

    token: str
    who: Who
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    who: Who
    expires_at: datetime | None
    believed_until: float


class Directory:
    """People and devices of all halls. `devices_changed` is awaited after a device got its secret."""

    def __init__(
        self,
        reading: Reading,
        writes: Writes,
        clock: Clock,
        server_key: bytes,
        devices_changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._reading = reading
        self._writes = writes
        self._clock = clock
        self._server_key = server_key
        self._devices_changed = devices_changed
        self._lockout = Lockout(clock)
        self._known: dict[str, _Known] = {}
        self._hashing = asyncio.Semaphore(1)

    def known(self, bearer: str) -> Who | None:
        """Whom `bearer` speaks for if that was asked lately, without a look-up."""
        known = self._known.get(bearer)
        if known is None or known.believed_until < time.monotonic():
            return None
        if known.expires_at is not None and known.expires_at <= self._clock.now():
            return None
        return known.who

    async def who(self, bearer: str) -> Who:
        """Whom `bearer` speaks for; raises DomainError("unauthenticated")."""
        now = self._clock.now()
        found = await self._reading.run(lambda connection: records.account_of(connection, digest(bearer), now))
        if found is None:
            self._known.pop(bearer, None)
            raise DomainError("unauthenticated")
        account, expires_at = found
        who = _who(account)
        self._remember(bearer, who, expires_at)
        return who

    async def sign_in(self, user: str, password: str) -> Session:
        """A person's session; raises DomainError wrong_credentials or too_many_attempts."""
        subject = f"user {user}"
        async with self._hashing:  # one after another, so that a burst of guesses meets the lock-out too
            self._lockout.check(subject)
            account = await self._reading.run(lambda connection: records.find(connection, user))
            stored = account.password_hash if account and account.kind == records.PERSON else None
            if not await asyncio.to_thread(is_right, stored, password) or account is None:
                self._lockout.failed(subject)
                raise DomainError("wrong_credentials")
        self._lockout.succeeded(subject)
        return await self._open_session(account)

    async def _open_session(self, account: Account) -> Session:
        bearer, now = new_bearer(), self._clock.now()
        expires_at = now + timedelta(hours=SESSION_HOURS)

        def store(connection: Connection) -> None:
            records.drop_expired_tokens(connection, now)
            records.add_token(connection, account, bearer, expires_at)

        await self._writes.run(store)
        who = _who(account)
        self._remember(bearer, who, expires_at)
        return Session(bearer, who, expires_at)

    async def sign_out(self, bearer: str) -> None:
        """The token is worth nothing from now on."""
        self._known.pop(bearer, None)
        await self._writes.run(lambda connection: records.drop_token(connection, bearer))

    async def enrol(self, code: str, device: str, intention: str, address: str) -> tuple[str, Who]:
        """A device's own bearer token, which is its MQTT password too; raises DomainError wrong_code.

        `intention` is the Idempotency-Key: the answer of a used code is given again to the same intention only.
        """
        subject = f"enrolment {address}"
        self._lockout.check(subject)
        bearer = derived_bearer(self._server_key, code, intention)
        try:
            account = await self._writes.run(lambda connection: self._redeem(connection, code, device, bearer))
        except DomainError:
            self._lockout.failed(subject)
            raise
        self._lockout.succeeded(subject)
        self.forget_all()
        await self._devices_changed()
        return bearer, _who(account)

    def _redeem(self, connection: Connection, code: str, device: str, bearer: str) -> Account:
        now = self._clock.now()
        enrolment = records.enrolment(connection, plain_code(code), now)
        if enrolment is None or enrolment.device not in ("", device):
            raise DomainError("wrong_code")
        if enrolment.used:
            return self._redeemed_before(connection, device, bearer, now)
        account = Account(enrolment.hall, device, records.DEVICE, device, enrolment.roles, mqtt_hash=mqtt_hash(bearer))
        records.put(connection, account)
        records.drop_tokens(connection, account)
        records.add_token(connection, account, bearer, None)
        records.use_enrolment(connection, code)
        return account

    def _redeemed_before(self, connection: Connection, device: str, bearer: str, now: datetime) -> Account:
        found = records.account_of(connection, digest(bearer), now)
        if found is None or found[0].id != device:
            raise DomainError("wrong_code")
        return found[0]

    def forget_all(self) -> None:
        """Ask the database again about every token: an account was changed."""
        self._known.clear()

    def _remember(self, bearer: str, who: Who, expires_at: datetime | None) -> None:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[bearer] = _Known(who, expires_at, time.monotonic() + _BELIEVED_SECONDS)


def _who(account: Account) -> Who:
    return Who(account.hall, account.kind, Actor(account.id, account.name, account.roles))
