"""What a visit still has to do, how many people it is, and how each of its legs came about"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("party", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("itinerary", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=16), nullable=False, server_default="issued"))
    op.execute("UPDATE tickets SET origin = 'transferred' WHERE leg > 1")


def downgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_column("origin")
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.drop_column("itinerary")
        batch_op.drop_column("party")
