"""Our engine as an operator runs it, `dygnet work`, against the telephone company on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bench.servers import PUBLIC_URL, TOKEN

ACCOUNT = "AC" + "0" * 32


def environment(url: str, folder: Path, carrier: str) -> dict[str, str]:
    """What the engine is told."""
    return {
        "DATABASE_URL": url,
        "KEYS_DIR": str(folder / "keys"),
        "PUBLIC_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": carrier,
        "BUNDLE_PAGES": "no",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "ERROR"),
        "PYTHONPATH": str(Path.cwd()),
    }


Process = subprocess.Popen[bytes]


def start(module: str, *words: str, told: dict[str, str], folder: Path) -> Process:
    """A process of one of the designs; who starts it ends it."""
    return subprocess.Popen([sys.executable, "-m", module, *words], env=told, cwd=folder)
