"""What every `hall` command shares: usage errors in one line, and problems that are a person's to solve."""

from __future__ import annotations

from contract.commandline import OneLineParser

__all__ = ["OneLineParser", "Problem"]


class Problem(Exception):  # noqa: N818 # it is not a defect: the line is meant for the person who typed the command
    """The command cannot do what was asked; the message is the one line for stderr, and the exit code is 1."""
