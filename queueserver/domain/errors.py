"""Refusals of the domain: a stable code and what fills its sentence; words are made at the glass."""

from __future__ import annotations


class DomainError(Exception):
    """A command that the rules refuse; nothing was changed. `code` is a key of contract.errors.REFUSALS."""

    def __init__(self, code: str, /, *, field: str = "", **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params
