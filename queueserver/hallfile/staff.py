"""Checks skills and languages: what a service asks for somebody must have, and the other way about."""

from __future__ import annotations

from collections.abc import Iterator

from contract.config import Service, Staff
from queueserver.domain.eligibility import base_language
from queueserver.hallfile.entries import Entries, nearest
from queueserver.hallfile.findings import Finding, Path


def check_staff(entries: Entries) -> Iterator[Finding]:
    """Whether an account of that name exists is not asked: accounts are kept elsewhere and come and go."""
    there_is = {skill for _, person in entries.sound("staff", Staff) for skill in person.skills}
    wanted = {service.skill for _, service in entries.sound("services", Service) if service.skill}
    for index, service in entries.sound("services", Service):
        if service.skill and service.skill not in there_is:
            near = nearest(service.skill, there_is)
            yield _finding(entries, "skill_nobody_has", ("services", index, "skill"), service.skill, near)
    for index, person in entries.sound("staff", Staff):
        for place, skill in enumerate(person.skills):
            if skill not in wanted:
                path = ("staff", index, "skills", place)
                yield _finding(entries, "skill_unused", path, skill, nearest(skill, wanted))
        for place, tag in enumerate(person.languages):
            if entries.hall and base_language(tag) not in map(base_language, entries.hall.languages):
                yield _finding(entries, "staff_language", ("staff", index, "languages", place), tag, "")


def _finding(entries: Entries, code: str, path: Path, value: str, near: str) -> Finding:
    return Finding(code, path, {"subject": entries.subject(path), "value": value, "near": near})
