"""What each queue has learned, and the range of minutes each ticket was promised"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("promised_low", sa.Integer()),
    ("promised_high", sa.Integer()),
    ("promised_expected", sa.Float(53)),
    ("promised_spread", sa.Float(53)),
    ("promised_waited", sa.Float(53)),
    ("promised_called", sa.Boolean()),
)


def upgrade() -> None:
    op.create_table(
        "learned",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("queue", sa.String(length=48), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "queue", name=op.f("pk_learned")),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        for name, kind in _COLUMNS:
            batch_op.add_column(sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        for name, _ in reversed(_COLUMNS):
            batch_op.drop_column(name)
    op.drop_table("learned")
