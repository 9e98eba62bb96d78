"""The citizen number of GB 11643-1999: its check character tells a misread number from a real one."""

from __future__ import annotations

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"


def check_character(first17: str) -> str:
    """The 18th character for 17 digits (ISO 7064 MOD 11-2)."""
    return CHECK[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first17, strict=True)) % 11]


def is_valid(number: str) -> bool:
    """Whether `number` has 18 places, digits but for the last, and the right last one."""
    body = number[:17]
    return len(number) == 18 and body.isascii() and body.isdigit() and number[17] == check_character(body)
