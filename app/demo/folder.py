"""The demo's folder: whose it is, the account at the invented carrier, and how its clock runs."""

from __future__ import annotations

import json
import secrets
import shutil
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from app.clock import FastClock, WallClock
from app.errors import Misconfigured


@dataclass(frozen=True)
class Marker:
    """`var/demo.json`: this folder is a demo's, and so its clock runs. Only such a folder is ever cleared."""

    account_sid: str
    auth_token: str
    elks_password: str = field(default_factory=lambda: secrets.token_hex(16))
    speed: float = 1.0
    clock_started: str = ""
    wall_started: str = ""
    practice: bool = False
    """Whether colleagues practise here: no demo is shown in such a folder, and no practice held in a demo's."""


def clock_of(folder: Path) -> FastClock | None:
    """The clock of the demo whose data lie here, for commands given beside it; None where there is no demo."""
    path = folder / "demo.json"
    if not path.exists():
        return None
    marker = _read(path)
    if not marker.clock_started:
        return None
    passed = (WallClock().now() - datetime.fromisoformat(marker.wall_started)) * marker.speed
    return FastClock(speed=marker.speed, start=datetime.fromisoformat(marker.clock_started) + passed)


def claim(folder: Path, *, fresh: bool, practice: bool = False) -> Marker:
    """Make the folder a demo's, or a practice's, or go on with that. Misconfigured when it holds other data."""
    path = folder / "demo.json"
    if not path.exists() and any((folder / name).exists() for name in ("dygnet.db", "keys")):
        raise Misconfigured(
            f"{folder}/ holds data that no demo made. The demo will not touch it: run it in another folder."
        )
    if path.exists() and _read(path).practice != practice:
        raise Misconfigured(f"{folder}/ is a {'demo' if practice else 'practice'}'s: use another folder.")
    if fresh and path.exists():
        _clear(folder)
    if not path.exists():
        made = Marker(f"AC{secrets.token_hex(16)}", secrets.token_hex(16), practice=practice)
        write(folder, made)
    return _read(path)


def write(folder: Path, marker: Marker) -> None:
    """Write the marker down, for this demo's next start and for commands given beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "demo.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(marker), indent=2))


def _read(path: Path) -> Marker:
    try:
        return Marker(**json.loads(path.read_text()))
    except (ValueError, TypeError):
        raise Misconfigured(f"{path} is damaged. Without the demo's clock nothing can be said here.") from None


def _clear(folder: Path) -> None:
    for name in ("dygnet.db", "dygnet.db-wal", "dygnet.db-shm", "demo.json"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "keys", ignore_errors=True)
