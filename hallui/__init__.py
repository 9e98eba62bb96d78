"""What the three apps' screens share: look, time, threads, touch keys; nothing here knows a hall's rules.

Without Qt, for presenters: `scheduler`, `work`, `autopilot`. With Qt: everything else.
"""
