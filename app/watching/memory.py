"""What the watcher remembers, on its own disk: a restart, or the next turn of cron, goes on where the last one was."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Final

from app.logs import Log
from app.watching.judgement import Incident

AT_MOST: Final = 500
"""Entries owed to the audit log that are kept; the later ones of a long night say nothing new."""

_log = Log("watch")


@dataclass(frozen=True)
class Told:
    """One alarm to one person by one channel, or its end, as it has to stand in the audit log."""

    at: datetime
    action: str
    staff: str
    channel: str
    because: str
    outcome: str


@dataclass(frozen=True)
class Remembered:
    """The incident, and what could not be written into the audit log yet."""

    incident: Incident = field(default_factory=Incident)
    owed: tuple[Told, ...] = ()


class Memory:
    """One small file. Without it the watcher still watches; it may then say twice what it has said."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = _read(path)

    @property
    def kept(self) -> Remembered:
        """What is remembered now."""
        return self._kept

    def keep(self, remembered: Remembered) -> None:
        """Remember it, and write it down where it changed. A full disk is said aloud and stops nothing."""
        remembered = Remembered(remembered.incident, remembered.owed[:AT_MOST])
        if remembered == self._kept:
            return
        self._kept = remembered
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_suffix(".new")
            beside.write_text(json.dumps(asdict(remembered), default=datetime.isoformat))
            beside.replace(self._path)
        except OSError as problem:
            _log.error("what was said cannot be written down", problem=problem)


def _read(path: Path) -> Remembered:
    try:
        kept = json.loads(path.read_text())
        moments = {each.name: _moment(kept["incident"][each.name]) for each in fields(Incident)}
        owed = [Told(**{**each, "at": datetime.fromisoformat(each["at"])}) for each in kept["owed"]]
        return Remembered(Incident(**moments), tuple(owed))
    except FileNotFoundError:
        return Remembered()
    except (OSError, ValueError, LookupError, TypeError) as problem:
        _log.error("what was said before cannot be read", problem=problem)
        return Remembered()


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
