"""Appointments, and which appointment a visit was booked with"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appointments",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("service", sa.String(length=48), nullable=False),
        sa.Column("queue", sa.String(length=48), nullable=False),
        sa.Column("slot", sa.String(length=48), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=48), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=True),
        sa.Column("free_at", sa.BigInteger(), nullable=True),
        sa.Column("left_slot", sa.String(length=48), nullable=True),
        sa.Column("left_start", sa.BigInteger(), nullable=True),
        sa.Column("left_until", sa.BigInteger(), nullable=True),
        sa.Column("ticket", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("over_quota", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "id", name=op.f("pk_appointments")),
    )
    op.create_index("ix_appointments_start", "appointments", ["hall", "start_at"])
    op.create_index("ix_appointments_code", "appointments", ["hall", "code"])
    _partial("ix_appointments_left", ["hall", "left_until"], "left_until IS NOT NULL")
    _partial("ix_appointments_holder", ["hall", "holder", "start_at"], "holder != ''")
    _partial("uq_appointments_reference", ["hall", "source", "reference"], "reference != ''", unique=True)
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("appointment", sa.String(length=26), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.drop_column("appointment")
    op.drop_table("appointments")


def _partial(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, "appointments", columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
