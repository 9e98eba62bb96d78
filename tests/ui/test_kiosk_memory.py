"""What a kiosk leaves out so that it stays small; docs/adr/0018-what-a-kiosk-weighs.md says what each is worth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import builtins, json, linecache, sys
from kiosk.__main__ import main
from hardware.printers.commands import picture_bytes
from hardware.slip import QrCode, Slip, Text

def fonts():
    return sum("/Noto" in line for line in open("/proc/self/maps"))

code = main(sys.argv[1:])
before = fonts()
picture_bytes(Slip("A1", (Text("字", 4), Text("A1", 20, bold=True), QrCode("x", "字"))), 576, 203)
said = {
    "code": code,
    "loaded": [name for name, module in sys.modules.items() if module is not None],
    "import": repr(builtins.__import__),
    "sources": [name for name in linecache.cache if "/kiosk/" in name],
    "fonts kept": fonts() - before,
}
print(json.dumps(said))
"""
LEFT_OUT = {
    "click": "httpx's command line brings it",
    "rich": "httpx's command line brings it",
    "pypinyin": "the server spells",
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a kiosk tells about itself after its first screen and one slip."""
    folder = tmp_path_factory.mktemp("kiosk")
    acts = [{"act": "screenshot", "path": str(folder / "first.png")}, {"act": "quit"}]
    (folder / "acts").write_text("".join(json.dumps(act) + "\n" for act in acts), encoding="utf-8")
    return _run("--autopilot", str(folder / "acts"))


def _run(*flags: str) -> dict[str, object]:
    common = ["--hall", "sample", "--server", "http://127.0.0.1:9", "--broker-port", "9", "--size", "1366x768"]
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *common, *flags],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "HALL_PRINTER": '{"driver": "escpos-tcp", "port": 9}'},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told: dict[str, object] = json.loads(ended.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("module", LEFT_OUT)
def test_what_it_does_not_need_is_not_loaded(said: dict[str, object], module: str) -> None:
    assert said["code"] == 0
    assert module not in said["loaded"], LEFT_OUT[module]


def test_it_has_pythons_own_import_and_no_sources_in_memory(said: dict[str, object]) -> None:
    assert said["import"] == "<built-in function __import__>"
    assert said["sources"] == []


def test_no_font_stays_open_after_a_slip(said: dict[str, object]) -> None:
    assert said["fonts kept"] == 0
