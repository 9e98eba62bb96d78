"""What a card reader saw, in the kiosk's words."""

from __future__ import annotations

from typing import Final

from hardware.ports import Card
from kiosk import inputs as on
from kiosk.state import PersonKind

_KINDS: Final[dict[str, PersonKind]] = {
    "resident": "resident",
    "residence_permit": "residence_permit",
    "foreign_resident": "foreign_resident",
    "passport": "passport",
    "social_security": "social_security",
}


def card_input(card: Card) -> on.Input:
    """The card as an input; one without a document number is as good as unreadable."""
    if not card.document:
        return on.ReaderIs("unreadable")
    return on.CardRead(_KINDS.get(card.kind, "other"), card.document, card.name)
