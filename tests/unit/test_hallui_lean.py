"""Freed pictures leave the process, whatever was freed before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import ctypes, sys
from hallui import lean

if sys.argv[1] == "lean":
    lean.give_large_blocks_back()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]

def resident():
    pages = open("/proc/self/statm").read().split()[1]
    return int(pages) * 4096 / 1e6

libc.free(libc.malloc(8_000_000))  # the first picture of a screen
before = resident()
pictures = [libc.malloc(512_000) for _ in range(40)]
for picture in pictures:
    ctypes.memset(picture, 1, 512_000)
for picture in pictures[:-1]:
    libc.free(picture)
print(resident() - before)
"""


def kept_megabytes(how: str) -> float:
    arguments = [sys.executable, "-c", PROGRAM, how]
    ended = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    return float(ended.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc")
def test_one_small_picture_does_not_keep_twenty_megabytes() -> None:
    assert kept_megabytes("as it is") > 15, "glibc has learnt to do without us"
    assert kept_megabytes("lean") < 2
