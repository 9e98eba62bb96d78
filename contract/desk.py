"""The desk of a hall with two levels: visitors go there first, and it hands them on to what they came for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contract.bodies import Body, ShortText
from contract.ids import ConfiguredId


class HandOn(Body):
    """POST /halls/{hall}/windows/{window}/hand-on: the visitor goes on to `services`, in the order that suits.

    The ticket must be "serving", as for finish. At the desk they are all that is left to do: what the visitor had asked
    for otherwise is dropped. At any other window they replace the service served there, and the visitor's further ones
    stay. Linked services walk all their steps. Number, original arrival and the place by it are kept; the answer is the
    next leg, with its stops. `note` is for whoever serves it.
    """

    services: Annotated[tuple[ConfiguredId, ...], Field(min_length=1, max_length=8)]
    note: ShortText = ""
