"""Accounts, tokens and enrolments as rows; every function is one small step inside the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, update

from queueserver.accounts.secrets import digest, plain_code
from queueserver.domain.errors import DomainError
from queueserver.store.rows import from_ms, to_ms
from queueserver.store.tables import accounts, enrolments, halls, tokens

PERSON, DEVICE = "person", "device"


@dataclass(frozen=True, slots=True)
class Account:
    """One person or device of one hall; `password_hash` for people, `mqtt_hash` for devices, else empty."""

    hall: str
    id: str
    kind: str
    name: str
    roles: frozenset[str]
    password_hash: str = ""
    mqtt_hash: str = ""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an enrolment code is good for; `device` may be empty: any device id."""

    hall: str
    device: str
    roles: frozenset[str]
    used: bool


def hall_exists(connection: Connection, hall: str) -> bool:
    return connection.execute(select(halls.c.hall).where(halls.c.hall == hall)).first() is not None


def the_only_hall(connection: Connection) -> str | None:
    """The hall's id when there is exactly one."""
    found = connection.execute(select(halls.c.hall).limit(2)).scalars().all()
    return found[0] if len(found) == 1 else None


def find(connection: Connection, account_id: str) -> Account | None:
    """The account of that id in whichever hall; an id is used in one hall only."""
    row = connection.execute(select(accounts).where(accounts.c.id == account_id, ~accounts.c.revoked)).first()
    return _account(row) if row else None


def put(connection: Connection, account: Account) -> None:
    """Add or replace; raises DomainError("forbidden") when another hall, or another kind, has the id."""
    row = connection.execute(select(accounts).where(accounts.c.id == account.id)).first()
    if row is not None and (row.hall != account.hall or row.kind != account.kind):
        raise DomainError("forbidden")
    values = {
        "hall": account.hall,
        "id": account.id,
        "kind": account.kind,
        "name": account.name,
        "roles": " ".join(sorted(account.roles)),
        "password_hash": account.password_hash,
        "mqtt_hash": account.mqtt_hash,
        "revoked": False,
    }
    if row is None:
        connection.execute(insert(accounts).values(values))
    else:
        connection.execute(update(accounts).where(*_is(account.hall, account.id)).values(values))


def revoke(connection: Connection, account_id: str) -> bool:
    """The account may do nothing any more and its tokens are gone; False if there is no such account."""
    account = find(connection, account_id)
    if account is None:
        return False
    connection.execute(update(accounts).where(*_is(account.hall, account.id)).values(revoked=True))
    drop_tokens(connection, account)
    return True


def devices(connection: Connection) -> list[Account]:
    """Every device in force, of all halls."""
    wanted = select(accounts).where(accounts.c.kind == DEVICE, ~accounts.c.revoked).order_by(accounts.c.id)
    return [_account(row) for row in connection.execute(wanted)]


def people(connection: Connection) -> list[Account]:
    """Every person in force, of all halls."""
    wanted = select(accounts).where(accounts.c.kind == PERSON, ~accounts.c.revoked).order_by(accounts.c.id)
    return [_account(row) for row in connection.execute(wanted)]


def add_token(connection: Connection, account: Account, bearer: str, expires_at: datetime | None) -> None:
    """Let `bearer` speak for the account."""
    row = {
        "sha256": digest(bearer),
        "hall": account.hall,
        "account": account.id,
        "expires_at": to_ms(expires_at) if expires_at else None,
    }
    connection.execute(insert(tokens).values(row))


def drop_tokens(connection: Connection, account: Account) -> None:
    connection.execute(delete(tokens).where(tokens.c.hall == account.hall, tokens.c.account == account.id))


def drop_token(connection: Connection, bearer: str) -> None:
    connection.execute(delete(tokens).where(tokens.c.sha256 == digest(bearer)))


def drop_expired_tokens(connection: Connection, now: datetime) -> None:
    connection.execute(delete(tokens).where(tokens.c.expires_at < to_ms(now)))


def account_of(connection: Connection, token_digest: str, now: datetime) -> tuple[Account, datetime | None] | None:
    """The account a token speaks for and until when; None for unknown, expired and revoked ones."""
    wanted = (
        select(accounts, tokens.c.expires_at)
        .join(tokens, (tokens.c.hall == accounts.c.hall) & (tokens.c.account == accounts.c.id))
        .where(
            tokens.c.sha256 == token_digest,
            ~accounts.c.revoked,
            or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > to_ms(now)),
        )
    )
    row = connection.execute(wanted).first()
    if row is None:
        return None
    return _account(row), from_ms(row.expires_at) if row.expires_at is not None else None


def add_enrolment(connection: Connection, enrolment: Enrolment, code: str, expires_at: datetime) -> None:
    """Let `code` make one device."""
    row = {
        "sha256": digest(plain_code(code)),
        "hall": enrolment.hall,
        "device": enrolment.device,
        "roles": " ".join(sorted(enrolment.roles)),
        "expires_at": to_ms(expires_at),
        "used": False,
    }
    connection.execute(insert(enrolments).values(row))


def enrolment(connection: Connection, code: str, now: datetime) -> Enrolment | None:
    """What `code` is good for; None when it is unknown or expired."""
    wanted = select(enrolments).where(
        enrolments.c.sha256 == digest(plain_code(code)), enrolments.c.expires_at > to_ms(now)
    )
    row = connection.execute(wanted).first()
    return Enrolment(row.hall, row.device, frozenset(row.roles.split()), row.used) if row else None


def use_enrolment(connection: Connection, code: str) -> None:
    connection.execute(update(enrolments).where(enrolments.c.sha256 == digest(plain_code(code))).values(used=True))


def _is(hall: str, account_id: str) -> tuple[ColumnElement[bool], ...]:
    return accounts.c.hall == hall, accounts.c.id == account_id


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    return Account(row.hall, row.id, row.kind, row.name, frozenset(row.roles.split()), row.password_hash, row.mqtt_hash)
