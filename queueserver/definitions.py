"""What each measure of the statistics means, in a manager's words; shown wherever its figures are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from queueserver.domain.statistics import Measure

DEFINITIONS: Final[Mapping[Measure, tuple[str, str]]] = {
    Measure.ARRIVED: ("Arrivals", "Tickets given out, each visit once."),
    Measure.COMPANIONS: ("Companions", "Further people who came on the same ticket as a group."),
    Measure.JOINED: ("Sent here", "Further steps of a visit that began here: transferred, or the next stop."),
    Measure.WAITING: (
        "Waiting",
        "From the ticket, or the booked time if that is later, to the first call. A transferred visitor waits anew "
        "from the transfer. Waiting after a missed call is not counted again.",
    ),
    Measure.WAY: (
        "Way",
        "From the last call to the start of service at the window. Repeated announcements do not end it.",
    ),
    Measure.SERVICE: ("Service", "From the start to the finish at the window, without time set aside."),
    Measure.SERVICE_PART: (
        "Service interrupted",
        "From the start until the visitor was set aside or sent on, without a finish.",
    ),
    Measure.CALLED: ("Calls", "Every call, those out of order and called back among them; repeated announcements not."),
    Measure.PICKED: ("Picked", "Calls out of order."),
    Measure.CALLED_BACK: ("Calls back", "Calls of visitors who had been set aside or missed."),
    Measure.RECALLED: ("Repeated announcements", "The same call said again."),
    Measure.MISSED: ("No-shows", "Calls that nobody answered; one ticket may miss several."),
    Measure.NEVER_CAME: ("Never came", "Tickets that ended after a missed call, at once or at the end of the day."),
    Measure.HELD: ("Set aside", "Tickets set aside at a window."),
    Measure.TRANSFERRED: ("Sent on", "Tickets sent on to another queue or window."),
    Measure.REQUEUED: ("Requeued", "Tickets put back to the end of the line."),
    Measure.POSTPONED: ("Postponed", "Tickets that let others go first."),
    Measure.REINSTATED: ("Reinstated", "Missed or set-aside tickets put back into the line."),
    Measure.CANCELLED: (
        "Cancelled",
        "Tickets given back or cancelled by the hall, and how long they had waited until then.",
    ),
    Measure.WALKED_OUT: ("Walkouts", "Visitors who left without a call, and how long they had waited until then."),
    Measure.LEFT_WAITING: ("Left waiting", "Tickets still waiting at the end of the day."),
    Measure.LEFT_CALLED: ("Left called", "Tickets called but not started at the end of the day."),
    Measure.LEFT_HELD: ("Left set aside", "Tickets still set aside at the end of the day."),
    Measure.CUT_OFF: ("Cut off", "Still being served at the end of the day: done, but nobody knows how long it took."),
    Measure.CAME_BACK: ("Came back", "Tickets given back their place because the day was reopened."),
    Measure.WINDOW_OPEN: (
        "Windows open",
        "How long windows were open without being paused, counted when a stretch of it ends: window.opened or "
        "window.resumed to window.paused or window.closed.",
    ),
    Measure.WINDOW_PAUSED: (
        "Windows paused",
        "How long windows were paused, counted when it ends: window.paused to window.resumed or window.closed.",
    ),
    Measure.WINDOW_IDLE: (
        "Windows idle",
        "How long windows were open with nobody called or served there, out of the time they were open.",
    ),
    Measure.WINDOW_LEFT_OPEN: (
        "Windows left open",
        "Windows nobody had closed when the day turned; their time ends with what last happened there.",
    ),
    Measure.BOOKED: ("Booked", "Appointments booked or confirmed."),
    Measure.BOOKING_CANCELLED: ("Bookings cancelled", "Appointments and drafts given back."),
    Measure.BOOKING_KEPT: ("Appointments kept", "Appointments whose holder checked in."),
    Measure.BOOKING_MISSED: ("Appointments missed", "Appointments of the day whose holder did not check in."),
    Measure.PROMISE_KEPT: ("Estimate right", "First calls within the range of minutes the ticket was given."),
    Measure.PROMISE_EARLIER: ("Called earlier", "First calls before the range of minutes the ticket was given."),
    Measure.PROMISE_LATER: ("Called later", "Tickets called, or left, after the range of minutes they were given."),
    Measure.PROMISE_ERROR: ("Estimate error", "How far the first call was from the middle of the range, in all."),
}
