"""The hall's time, what managers change about the hours of a day, and how each business day ended"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("halls", schema=None) as batch_op:
        batch_op.add_column(sa.Column("at", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("calendar_seq", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE halls SET at = COALESCE("
        "(SELECT MAX(events.at) FROM events WHERE events.hall = halls.hall AND events.seq > halls.seq - 1000), 0)"
    )
    with op.batch_alter_table("halls", schema=None) as batch_op:
        batch_op.alter_column("at", server_default=None)
        batch_op.alter_column("calendar_seq", server_default=None)
    op.create_table(
        "closures",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("queues", sa.Text(), nullable=False),
        sa.Column("opens", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hall", "id", name=op.f("pk_closures")),
    )
    op.create_index("ix_closures_day", "closures", ["hall", "day"])
    op.create_table(
        "closings",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=False),
        sa.Column("reopened_at", sa.BigInteger(), nullable=True),
        sa.Column("reopened_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("hall", "id", name=op.f("pk_closings")),
    )
    op.create_index("ix_closings_day", "closings", ["hall", "business_day"])


def downgrade() -> None:
    op.drop_table("closings")
    op.drop_table("closures")
    with op.batch_alter_table("halls", schema=None) as batch_op:
        batch_op.drop_column("calendar_seq")
        batch_op.drop_column("at")
