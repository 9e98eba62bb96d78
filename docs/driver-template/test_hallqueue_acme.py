"""What a driver's own package should test: that it conforms, and that its codec takes anything in any pieces."""

from __future__ import annotations

from hallqueue_acme import Codec
from hypothesis import given
from hypothesis import strategies as st

from hardware.conformance import failures


def test_it_does_what_every_driver_must() -> None:
    assert not failures("scanner", {"driver": "acme", "port": "/dev/no-such-port"})


@given(st.lists(st.binary(max_size=20), max_size=10))
def test_pieces_do_not_matter(pieces: list[bytes]) -> None:
    at_once, bit_by_bit = Codec(), Codec()
    assert at_once.feed(b"".join(pieces)) == [code for piece in pieces for code in bit_by_bit.feed(piece)]
