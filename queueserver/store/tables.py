"""The schema, keyed by hall first so that halls never share a row. Times are integer milliseconds since 1970 UTC."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

halls = Table(
    "halls",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("relayed_seq", BigInteger, nullable=False),
    Column("business_day", Date, nullable=False),
    Column("config_version", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("calendar_seq", BigInteger, nullable=False),
    Column("chance_at", BigInteger),
)
"""One row a hall; its `seq` is incremented first in every command's transaction and so serialises the hall.

`at` is the hall's time, that of its last fact; `calendar_seq` the last fact that changed the hours of a day;
`chance_at` when time alone lets a window call by itself, so that any server process can make that call.
"""

config_versions = Table(
    "config_versions",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", JSON, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("published_by", String(64), nullable=False),
    Column("note", Text, nullable=False),
)
"""Every published configuration, whole (contract.config.HallConfig); the newest is in force."""

visits = Table(
    "visits",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("id", String(26), primary_key=True),
    Column("business_day", Date, nullable=False),
    Column("number", String(8), nullable=False),
    Column("token", String(32), nullable=False),
    Column("arrived_at", BigInteger, nullable=False),
    Column("lang", String(35), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("holder", String(64), nullable=False),
    Column("document", String(40), nullable=False),
    Column("person", String(200), nullable=False),
    Column("phone", String(24), nullable=False),
    Column("party", Integer, nullable=False, server_default="1"),
    Column("itinerary", Text, nullable=False, server_default=""),
    Column("appointment", String(26), nullable=False, server_default=""),
    UniqueConstraint("hall", "business_day", "number"),
    UniqueConstraint("token"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("id", String(26), primary_key=True),
    Column("visit", String(26), nullable=False),
    Column("leg", Integer, nullable=False),
    Column("business_day", Date, nullable=False),
    Column("queue", String(48), nullable=False),
    Column("service", String(48), nullable=False),
    Column("state", String(16), nullable=False),
    Column("priority_class", String(48), nullable=False),
    Column("place_at", BigInteger, nullable=False),
    Column("place_order", BigInteger, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("called_at", BigInteger),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("window", String(48)),
    Column("sent_to", String(48)),
    Column("staff", String(64)),
    Column("calls", Integer, nullable=False),
    Column("misses", Integer, nullable=False),
    Column("printed", Boolean, nullable=False),
    Column("note", String(200), nullable=False),
    Column("booked_for", BigInteger),
    Column("not_before", BigInteger),
    Column("promised_low", Integer),
    Column("promised_high", Integer),
    Column("promised_expected", Float(53)),
    Column("promised_spread", Float(53)),
    Column("promised_waited", Float(53)),
    Column("promised_called", Boolean),
    Column("origin", String(16), nullable=False, server_default="issued"),
    Column("seq", BigInteger, nullable=False),
    ForeignKeyConstraint(["hall", "visit"], ["visits.hall", "visits.id"]),
    UniqueConstraint("hall", "visit", "leg"),
    Index("ix_tickets_hall_seq", "hall", "seq"),
    Index("ix_tickets_hall_called_at", "hall", "called_at"),
)
"""One row a leg, open while `ended_at` is null; `seq` is the hall's sequence number of the last fact about it."""

Index(
    "ix_tickets_open",
    tickets.c.hall,
    tickets.c.queue,
    tickets.c.state,
    sqlite_where=tickets.c.ended_at.is_(None),
    postgresql_where=tickets.c.ended_at.is_(None),
)

windows = Table(
    "windows",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("id", String(48), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("staff", String(64)),
    Column("staff_name", String(64), nullable=False),
    Column("ticket", String(26)),
    Column("pause_reason", String(200), nullable=False),
    Column("streak", Integer, nullable=False),
    Column("auto", Boolean, nullable=False),
    Column("busy_ms", BigInteger, nullable=False),
    Column("since", BigInteger),
    Column("state_since", BigInteger),
    Column("idle_ms", BigInteger, nullable=False),
)

queue_days = Table(
    "queue_days",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("business_day", Date, primary_key=True),
    Column("queue", String(48), primary_key=True),
    Column("next_number", Integer, nullable=False),
    Column("issued", Integer, nullable=False),
    Column("last_called", String(8), nullable=False),
)
"""A queue's counters for one business day; configuration changes never touch them."""

appointments = Table(
    "appointments",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("id", String(26), primary_key=True),
    Column("code", String(8), nullable=False),
    Column("service", String(48), nullable=False),
    Column("queue", String(48), nullable=False),
    Column("slot", String(48), nullable=False),
    Column("start_at", BigInteger, nullable=False),
    Column("end_at", BigInteger, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("lang", String(35), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("holder", String(64), nullable=False),
    Column("document", String(40), nullable=False),
    Column("person", String(200), nullable=False),
    Column("phone", String(24), nullable=False),
    Column("source", String(48), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("held_until", BigInteger),
    Column("free_at", BigInteger),
    Column("left_slot", String(48)),
    Column("left_start", BigInteger),
    Column("left_until", BigInteger),
    Column("ticket", String(26), nullable=False),
    Column("number", String(8), nullable=False),
    Column("over_quota", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("ix_appointments_start", "hall", "start_at"),
    Index("ix_appointments_code", "hall", "code"),
)
"""One row a booking. `slot` is the template it came from; `seq` the hall's sequence number of the last fact about it.

A draft holds its place until `held_until`, a cancelled one until `free_at`, a moved one its former until `left_until`.
"""

Index(
    "ix_appointments_left",
    appointments.c.hall,
    appointments.c.left_until,
    sqlite_where=appointments.c.left_until.is_not(None),
    postgresql_where=appointments.c.left_until.is_not(None),
)
Index(
    "ix_appointments_holder",
    appointments.c.hall,
    appointments.c.holder,
    appointments.c.start_at,
    sqlite_where=appointments.c.holder != "",
    postgresql_where=appointments.c.holder != "",
)
Index(
    "uq_appointments_reference",
    appointments.c.hall,
    appointments.c.source,
    appointments.c.reference,
    unique=True,
    sqlite_where=appointments.c.reference != "",
    postgresql_where=appointments.c.reference != "",
)

events = Table(
    "events",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(26), nullable=False),
    Column("type", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("business_day", Date, nullable=False),
    Column("ticket", String(26)),
    Column("data", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_events_ticket", "hall", "ticket"),
)
"""The hall's line of facts, and the outbox: the relay has published all up to halls.relayed_seq.

`data` is the wire event's data as JSON text, passed by the privacy gate; `detail` (JSON text) stays in the house:
reason of a call, staff, outcome.
"""

learned = Table(
    "learned",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("queue", String(48), primary_key=True),
    Column("document", Text, nullable=False),
)
"""What each queue has learned of its service times and waits (store.lessons), written with the fact that taught it."""

statistics = Table(
    "statistics",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("business_day", Date, primary_key=True),
    Column("measure", String(24), primary_key=True),
    Column("bin", Integer, primary_key=True, autoincrement=False),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("queue", String(48), primary_key=True),
    Column("service", String(48), primary_key=True),
    Column("priority_class", String(48), primary_key=True),
    Column("window", String(48), primary_key=True),
    Column("staff", String(64), primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""domain.statistics.Cell by business day: how many facts, and their milliseconds. Only ever added to, with the fact."""

answers = Table(
    "answers",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_answers_at", "hall", "at"),
)
"""The first answer to each Idempotency-Key, kept for two days."""

closures = Table(
    "closures",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("id", String(26), primary_key=True),
    Column("day", Date, nullable=False),
    Column("start_minute", Integer, nullable=False),
    Column("end_minute", Integer, nullable=False),
    Column("queues", Text, nullable=False),
    Column("windows", Text, nullable=False, server_default=""),
    Column("opens", Boolean, nullable=False),
    Column("reason", String(200), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("ended_by", String(64), nullable=False),
    Column("ended_at", BigInteger),
    Index("ix_closures_day", "hall", "day"),
)
"""What managers changed about one day; queues are ids separated by spaces, none = the whole hall, unless `windows`."""

closings = Table(
    "closings",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("id", String(26), primary_key=True),
    Column("business_day", Date, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String(64), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("final", Boolean, nullable=False),
    Column("ended", Text, nullable=False),
    Column("reopened_at", BigInteger),
    Column("reopened_by", String(64), nullable=False),
    Index("ix_closings_day", "hall", "business_day"),
)
"""Each end of a business day; `ended` is JSON: id, number, queue, state before and after, itinerary of each ticket."""

accounts = Table(
    "accounts",
    metadata,
    Column("hall", String(48), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("roles", String(200), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("mqtt_hash", Text, nullable=False),
    Column("revoked", Boolean, nullable=False),
)
"""People (`kind` person: argon2 hash) and devices (`kind` device: Mosquitto hash); roles separated by spaces."""

tokens = Table(
    "tokens",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("hall", String(48), nullable=False),
    Column("account", String(64), nullable=False),
    Column("expires_at", BigInteger),
    Index("ix_tokens_account", "hall", "account"),
)
"""Bearer tokens, hashed; no expiry for devices."""

enrolments = Table(
    "enrolments",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("hall", String(48), nullable=False),
    Column("device", String(48), nullable=False),
    Column("roles", String(200), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used", Boolean, nullable=False),
)
"""One-time codes from `hall enrol`, hashed."""
