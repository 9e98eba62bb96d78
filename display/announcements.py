"""What a board's effect is as an announcement: its words, its rank, until when it is worth saying. Pure."""

from __future__ import annotations

from display import phrases
from display.announcer import Announcement, Rank
from display.board import Announce, Broadcast


def of_call(effect: Announce, also_spoken: str) -> Announcement:
    """A call in the visitor's language, and once more in `also_spoken` if that is another one."""
    call = effect.call
    return Announcement(
        key=call.ticket,
        rank=Rank.RECALL if effect.recall else Rank.ORDINARY,
        sequence=call.sequence,
        expires_at=effect.expires_at,
        full=phrases.call_announcement(call.number, call.label, call.lang, recall=effect.recall, also=also_spoken),
        brief=phrases.call_announcement(call.number, call.label, call.lang, recall=effect.recall, brief=True),
        number=call.number,
        label=call.label,
    )


def of_broadcast(effect: Broadcast) -> Announcement:
    """The service desk's words."""
    row = effect.row
    words = phrases.broadcast_announcement(row.text, row.lang, urgent=row.urgent)
    return Announcement(
        key=row.id,
        rank=Rank.URGENT if row.urgent else Rank.ORDINARY,
        sequence=row.sequence,
        expires_at=row.expires_at,
        full=words,
        brief=words,
    )
