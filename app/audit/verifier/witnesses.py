"""Who else signed: witnesses' cosignatures (C2SP tlog-cosignature), and the moments that outsiders put on the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature

from app.audit.verifier.bundles import Bundle
from app.audit.verifier.entries import AN_HOUR
from app.audit.verifier.report import Report
from app.audit.verifier.signatures import Checkpoint, Key, lines_of, note_parts, parse_key, read_checkpoint

COSIGNATURE = 4
TIME_BYTES = 8
LATEST = 253_402_300_799
"""The last POSIX second of the year 9999: no witness has seen a later one."""
FOLDERS_OWN_WITNESS = "the witness's key was taken from the folder itself; compare it with the one you were given"


class Seen(NamedTuple):
    """Somebody outside saw the log with so many leaves, at this millisecond since 1970."""

    size: int
    milliseconds: int
    who: str


class Witnesses:
    """The folder's cosigned checkpoints, held against the keys of witnesses."""

    def __init__(self, folder: Path, keys: Sequence[str], report: Report, *, insist: bool = True) -> None:
        """With `insist` each witness that the reader brought has to have signed something."""
        self._report = report
        self.seen: list[Seen] = []
        self._insist = insist and bool(keys)
        self._paths = sorted((folder / "cosigned").glob("*.note"))
        self._keys = self._trusted(folder, keys) if self._paths or keys else []

    def read(self, trusted: list[Key]) -> list[Checkpoint]:
        """The checkpoints that a witness signed: they must be the log's own as well."""
        kept = []
        for path in self._paths:
            where = f"cosigned/{path.name}"
            checkpoint = read_checkpoint(path, where, trusted, self._report)
            if checkpoint and self._signed(path, where, checkpoint.size):
                kept.append(checkpoint)
        return kept

    def finish(self, size: int) -> None:
        """Say who saw the log last, and how much of it nobody outside has seen."""
        for key in self._keys:
            mine = max((seen for seen in self.seen if seen.who == key.name), default=None)
            if mine is None:
                said = f"the witness {key.name} signed nothing in this folder"
                if self._insist:
                    self._report.wrong(said)
                else:
                    self._report.remarks.append(said)
                continue
            count = sum(seen.who == key.name for seen in self.seen)
            last = f"the last at {moment_named(mine.milliseconds)} over {mine.size} leaves"
            self._report.checked.append(f"{count} cosignatures of the witness {key.name}, {last}")
            if mine.size < size:
                self._report.remarks.append(f"leaves {mine.size} to {size - 1} were not seen by {key.name} yet")

    def _trusted(self, folder: Path, keys: Sequence[str]) -> list[Key]:
        own = lines_of(folder / "witness.vkey")
        if own is None:
            self._report.wrong("witness.vkey: cannot be read")
        if not keys:
            self._report.remarks.append(FOLDERS_OWN_WITNESS)
        trusted = []
        for line in keys or own or []:
            try:
                trusted.append(parse_key(line, COSIGNATURE))
            except ValueError as problem:
                self._report.wrong(f"witness's key: {problem}")
        return trusted

    def _signed(self, path: Path, where: str, size: int) -> bool:
        text, lines = note_parts(path)
        found = False
        for name, raw in lines:
            for key in self._keys:
                if (name, raw[:4]) == (key.name, key.key_id):
                    second = cosigned_second(key, text, raw[4:])
                    if second is None:
                        self._report.wrong(f"{where}: the cosignature of {name} is wrong")
                        return False
                    self.seen.append(Seen(size, second * 1000, name))
                    found = True
        if not found:
            self._report.wrong(f"{where}: not signed by a witness whose key is known")
        return found


def cosigned_second(key: Key, text: str, signature: bytes) -> int | None:
    """The POSIX second that a witness signed with the checkpoint; None when it did not sign it."""
    second = int.from_bytes(signature[:TIME_BYTES])
    try:
        key.public.verify(signature[TIME_BYTES:], f"cosignature/v1\ntime {second}\n{text}".encode())
    except InvalidSignature:
        return None
    return second if second <= LATEST else None


def moment_named(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


class Outside:
    """Every entry's date against what outsiders saw: a leaf that they did not see yet was written after that moment,
    and one that they saw before it. An hour is allowed, for clocks that differ and for a queue."""

    def __init__(self, seen: list[Seen], report: Report) -> None:
        self._report = report
        self._coming = sorted(seen, reverse=True)
        self._seen_by = [min(seen.milliseconds for seen in self._coming[: place + 1]) for place in range(len(seen))]
        self._after = 0
        self.compared = len(seen)

    def compare(self, bundle: Bundle) -> None:
        if not self.compared:
            return
        for leaf, dated in bundle.moments():
            while self._coming and self._coming[-1].size <= leaf:
                self._after = max(self._after, self._coming.pop().milliseconds)
                self._seen_by.pop()
            if dated < self._after - AN_HOUR:
                moment = moment_named(self._after)
                self._report.wrong_leaf(leaf, f"dated back: the log was seen from outside without it at {moment}")
            elif self._coming and dated > self._seen_by[-1] + AN_HOUR:
                self._report.wrong_leaf(leaf, "dated ahead: it was seen from outside more than an hour before its date")
