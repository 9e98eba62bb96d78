"""What every `hall` command shares: usage errors in one line, and problems that are a person's to solve."""

from __future__ import annotations

import argparse
from typing import NoReturn


class Problem(Exception):  # noqa: N818 # it is not a defect: the line is meant for the person who typed the command
    """The command cannot do what was asked; the message is the one line for stderr, and the exit code is 1."""


class OneLineParser(argparse.ArgumentParser):
    """argparse that says what is wrong in one line, without the usage above it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")
