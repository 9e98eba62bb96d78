"""Widgets that render the flow's state and forward touches; they decide nothing."""
