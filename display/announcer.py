"""What is said when in one waiting zone: one thing at a time, nothing stale, the emergency first. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import IntEnum
from typing import Final

from display.phrases import Utterance

LONGEST_LINE: Final = 12
"""More than this many waiting announcements help nobody: at 10 s each the last would be two minutes late."""


class Rank(IntEnum):
    """Lower goes first; within a rank the earlier one goes first."""

    URGENT = 0
    RECALL = 1
    ORDINARY = 2


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something to be said until `expires_at`.

    `key` is the ticket's id, or the event id of a broadcast: two with the same key are one. `number` is empty for a
    broadcast. `brief` is what is said instead of `full` while others wait.
    """

    key: str
    rank: Rank
    sequence: int
    expires_at: datetime
    full: tuple[Utterance, ...]
    brief: tuple[Utterance, ...]
    number: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begin` to `end`, local time of the hall; may pass midnight."""

    begin: time
    end: time

    def covers(self, moment: time) -> bool:
        if self.begin <= self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end


@dataclass(frozen=True, slots=True)
class Announcer:
    """One zone's announcements: `playing` is being said, `waiting` in the order they will be said.

    Every method returns the new value. `dropped` counts what was never said: stale, pushed out or in quiet hours.
    """

    quiet: tuple[QuietHours, ...] = ()
    brief_from: int = 3
    playing: Announcement | None = None
    waiting: tuple[Announcement, ...] = ()
    dropped: int = 0

    def offered(self, new: Announcement, now: datetime) -> Announcer:
        """Take `new` in: merged with what says the same, in its place by rank, never more than LONGEST_LINE.

        `now` in the hall's time zone (quiet hours are the hall's).
        """
        if new.expires_at <= now or (new.rank is not Rank.URGENT and self._is_quiet(now)):
            return replace(self, dropped=self.dropped + 1)
        if self._says_it_now(new):
            return self
        same = next((old for old in self.waiting if old.key == new.key), None)
        if same is not None:
            if same.sequence > new.sequence:
                return self
            new = replace(new, rank=min(same.rank, new.rank), sequence=_place(same, new))
        others = [old for old in self.waiting if old.key != new.key]
        return replace(self, waiting=tuple(sorted([*others, new], key=_order)))._bounded()

    @property
    def must_cut(self) -> bool:
        """True when what is being said now must be cut off for an emergency that waits."""
        if self.playing is None or self.playing.rank is Rank.URGENT:
            return False
        return bool(self.waiting) and self.waiting[0].rank is Rank.URGENT

    def withdrawn(self, key: str) -> Announcer:
        """The ticket needs no call any more; what is already being said is said to its end."""
        return replace(self, waiting=tuple(old for old in self.waiting if old.key != key))

    def begun(self, now: datetime) -> Announcer:
        """The next one becomes `playing`, unless one is; what has expired meanwhile is dropped."""
        if self.playing is not None:
            return self
        fresh = tuple(
            old for old in self.waiting if old.expires_at > now and (old.rank is Rank.URGENT or not self._is_quiet(now))
        )
        dropped = self.dropped + len(self.waiting) - len(fresh)
        return replace(self, playing=fresh[0] if fresh else None, waiting=fresh[1:], dropped=dropped)

    def ended(self) -> Announcer:
        """What was playing has been said."""
        return replace(self, playing=None)

    def cut(self) -> Announcer:
        """What was playing was cut off: it waits in its place again, unless newer words for it wait already."""
        playing = self.playing
        if playing is None or any(old.key == playing.key for old in self.waiting):
            return self.ended()
        waiting = tuple(sorted((*self.waiting, playing), key=_order))
        return replace(self, playing=None, waiting=waiting)._bounded()

    @property
    def words(self) -> tuple[Utterance, ...]:
        """What to say for `playing`: the brief form while several others wait for their turn."""
        if self.playing is None:
            return ()
        return self.playing.brief if len(self.waiting) >= self.brief_from else self.playing.full

    def _says_it_now(self, new: Announcement) -> bool:
        playing = self.playing
        return playing is not None and playing.key == new.key and playing.label == new.label

    def _is_quiet(self, now: datetime) -> bool:
        return any(hours.covers(now.time()) for hours in self.quiet)

    def _bounded(self) -> Announcer:
        """Too long a line loses its oldest ordinary announcement first, an emergency only to newer emergencies."""
        if len(self.waiting) <= LONGEST_LINE:
            return self
        victim = min(self.waiting, key=lambda old: (-old.rank, old.sequence))
        return replace(self, waiting=tuple(old for old in self.waiting if old is not victim), dropped=self.dropped + 1)


def _order(announcement: Announcement) -> tuple[int, int]:
    return (announcement.rank, announcement.sequence)


def _place(old: Announcement, new: Announcement) -> int:
    """A repeated announcement keeps its earlier place in its rank."""
    return old.sequence if old.rank <= new.rank else new.sequence
