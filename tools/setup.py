"""Make this checkout ready on a fresh Debian 12: Debian packages, virtual environment, locked Python packages.

Runs with the system's Python 3.11 alone and does nothing twice: a stamp in the environment tells what it was made
from. Debian packages are installed when we are root or sudo lets us without a password; otherwise one message names
exactly what to install.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "made-from"
LOCK = ROOT / "requirements.lock"
PYTHON = VENV / "bin" / "python"

DEBIAN_PACKAGES = {
    "build of pyscard": ["gcc", "libc6-dev", "libpcsclite-dev"],
    "MQTT broker": ["mosquitto"],
    "speech": ["libespeak-ng1", "espeak-ng-data", "espeak-ng", "alsa-utils"],
    "card readers": ["pcscd", "libccid", "libpcsclite1", "libusb-1.0-0"],
    "windows and screens": [
        "libegl1",
        "libgl1",
        "libglib2.0-0",
        "libdbus-1-3",
        "libfontconfig1",
        "libfreetype6",
        "libxkbcommon0",
        "libbrotli1",
        "libx11-6",
        "libxcb-cursor0",
        "libxcb-icccm4",
        "libxcb-keysyms1",
        "libxcb-shape0",
        "libxcb-xkb1",
        "libxkbcommon-x11-0",
        "libpulse0",
        "libxrandr2",
    ],
    "Chinese type": ["fonts-noto-cjk"],
}
TEST_PACKAGES = ["postgresql-15", "vsmartcard-vpcd"]
"""Real parts that only tests use; a test whose part is missing is skipped and says so."""


def main() -> int:
    """0 when everything is in place, 1 with one clear message when a person must act."""
    if sys.version_info < (3, 11):  # noqa: UP036 # this file is run by whatever Python the machine has
        return _fail("hallqueue needs Python 3.11 or newer; this is " + sys.version.split()[0])
    missing = [name for names in DEBIAN_PACKAGES.values() for name in names if not _installed(name)]
    if missing and not _install(missing):
        return _fail("please install these Debian packages, then try again:\n  apt-get install " + " ".join(missing))
    for_tests = [name for name in TEST_PACKAGES if "--tests" in sys.argv and not _installed(name)]
    if for_tests and not _install(for_tests):
        print("setup: some tests will be skipped without", *for_tests, file=sys.stderr)
    wanted = _fingerprint()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return 0
    return _make_environment(wanted)


def _installed(package: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return True
    query = ["dpkg-query", "-W", "-f=${db:Status-Status}", package]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == "installed"


def _install(packages: list[str]) -> bool:
    prefix = _as_root()
    if prefix is None or shutil.which("apt-get") is None:
        return False
    print("installing Debian packages:", " ".join(packages), flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*prefix, "apt-get", "update", "-qq"], env=environment, check=False)
    command = [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def _fingerprint() -> str:
    parts = [sys.version, *(path.name for path in sorted(ROOT.iterdir()) if (path / "__init__.py").is_file())]
    texts = [LOCK.read_text(encoding="utf-8"), (ROOT / "pyproject.toml").read_text(encoding="utf-8")]
    return hashlib.sha256("\n".join([*parts, *texts]).encode()).hexdigest()


def _make_environment(wanted: str) -> int:
    print("preparing the Python environment (once; a minute or two)", flush=True)
    if not PYTHON.is_file():
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
        if made.returncode != 0:
            return _fail("the virtual environment could not be made; is the Debian package python3-venv installed?")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for arguments in (["--require-hashes", "-r", str(LOCK)], ["--no-deps", "--editable", str(ROOT)]):
        if subprocess.run([*pip, *arguments], cwd=ROOT, check=False).returncode != 0:
            return _fail("the Python packages could not be installed; see the lines above")
    STAMP.write_text(wanted)
    return 0


def _fail(message: str) -> int:
    print(f"setup: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
