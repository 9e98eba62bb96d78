"""The first schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("mqtt_hash", sa.Text(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "answers",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "key", name=op.f("pk_answers")),
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index("ix_answers_at", ["hall", "at"], unique=False)

    op.create_table(
        "config_versions",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("published_by", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "version", name=op.f("pk_config_versions")),
    )
    op.create_table(
        "enrolments",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("device", sa.String(length=48), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_enrolments")),
    )
    op.create_table(
        "events",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("ticket", sa.String(length=26), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "seq", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("ix_events_ticket", ["hall", "ticket"], unique=False)

    op.create_table(
        "halls",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("relayed_seq", sa.BigInteger(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("config_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hall", name=op.f("pk_halls")),
    )
    op.create_table(
        "queue_days",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("queue", sa.String(length=48), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("last_called", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("hall", "business_day", "queue", name=op.f("pk_queue_days")),
    )
    op.create_table(
        "tokens",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_tokens")),
    )
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.create_index("ix_tokens_account", ["hall", "account"], unique=False)

    op.create_table(
        "visits",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("hall", "id", name=op.f("pk_visits")),
        sa.UniqueConstraint("hall", "business_day", "number", name=op.f("uq_visits_hall_business_day_number")),
        sa.UniqueConstraint("token", name=op.f("uq_visits_token")),
    )
    op.create_table(
        "windows",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("id", sa.String(length=48), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=True),
        sa.Column("staff_name", sa.String(length=64), nullable=False),
        sa.Column("ticket", sa.String(length=26), nullable=True),
        sa.Column("pause_reason", sa.String(length=200), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "id", name=op.f("pk_windows")),
    )
    op.create_table(
        "tickets",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("visit", sa.String(length=26), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("queue", sa.String(length=48), nullable=False),
        sa.Column("service", sa.String(length=48), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("priority_class", sa.String(length=48), nullable=False),
        sa.Column("place_at", sa.BigInteger(), nullable=False),
        sa.Column("place_order", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("called_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("window", sa.String(length=48), nullable=True),
        sa.Column("sent_to", sa.String(length=48), nullable=True),
        sa.Column("staff", sa.String(length=64), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("printed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["hall", "visit"], ["visits.hall", "visits.id"], name=op.f("fk_tickets_hall_visit")),
        sa.PrimaryKeyConstraint("hall", "id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("hall", "visit", "leg", name=op.f("uq_tickets_hall_visit_leg")),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index("ix_tickets_hall_called_at", ["hall", "called_at"], unique=False)
        batch_op.create_index("ix_tickets_hall_seq", ["hall", "seq"], unique=False)
        batch_op.create_index(
            "ix_tickets_open",
            ["hall", "queue", "state"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_tickets_open", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index("ix_tickets_hall_seq")
        batch_op.drop_index("ix_tickets_hall_called_at")

    op.drop_table("tickets")
    op.drop_table("windows")
    op.drop_table("visits")
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.drop_index("ix_tokens_account")

    op.drop_table("tokens")
    op.drop_table("queue_days")
    op.drop_table("halls")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_ticket")

    op.drop_table("events")
    op.drop_table("enrolments")
    op.drop_table("config_versions")
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_index("ix_answers_at")

    op.drop_table("answers")
    op.drop_table("accounts")
