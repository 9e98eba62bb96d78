"""What is kept of a person who gives a document, a name or a phone number: the numbers themselves end here."""

from __future__ import annotations

from fastapi import Request

from contract.bodies import Document
from queueserver.accounts.documents import masked_name, masked_number, masked_phone
from queueserver.api.deps import house
from queueserver.handlers.commands import Holder

_NAME_ROOM = 64
_PHONE_DIGITS = 11
"""A number is the same with and without its country's code."""


def holder_of(request: Request, document: Document | None, phone: str | None, name: str = "") -> Holder:
    """Known again by the document alone."""
    masked = masked_phone(phone) if phone else ""
    if document is None:
        return Holder(person=masked_name(name)[:_NAME_ROOM], phone=masked)
    return Holder(
        hash=house(request).documents.hash(document.kind, document.number),
        document=masked_number(document.number),
        person=masked_name(document.name or name)[:_NAME_ROOM],
        phone=masked,
    )


def booker_of(request: Request, document: Document | None, phone: str | None, name: str = "") -> Holder:
    """Known again by the document, or by the phone number when there is none: the rules against hoarding need one."""
    holder = holder_of(request, document, phone, name)
    if document is not None or not phone:
        return holder
    digits = "".join(letter for letter in phone if letter.isdigit())[-_PHONE_DIGITS:]
    known = house(request).documents.hash("phone", digits)
    return Holder(known, holder.document, holder.person, holder.phone)
