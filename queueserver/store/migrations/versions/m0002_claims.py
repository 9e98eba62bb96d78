"""An appointment's claim, and the time before which nobody may call a ticket"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("booked_for", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("not_before", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_column("not_before")
        batch_op.drop_column("booked_for")
