"""From one key to the next: each pair signed a handover, and the log holds the digest of every one."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from app.audit.verifier.entries import Told
from app.audit.verifier.report import Report
from app.audit.verifier.signatures import Key, note_parts, parse_key, signature_problem

HANDED_OVER = "log.handed_over"


class Handover(NamedTuple):
    where: str
    digest: str
    old: Key
    new: Key


class Handovers:
    """What the folder says about keys that took over, held against the entries that announce it."""

    def __init__(self, folder: Path, report: Report) -> None:
        self._report = report
        paths = (folder / "handovers").glob("*.note")
        self._kept = [read for path in sorted(paths, key=_number) if (read := read_handover(path, report))]
        self._announced: list[str] = []

    def follow(self, trusted: list[Key]) -> list[Key]:
        """The trusted keys, and every key that one of them handed over to or took over from."""
        known = {key.key_id: key for key in trusted}
        for _ in self._kept:
            for one in self._kept:
                if one.old.key_id in known or one.new.key_id in known:
                    known |= {one.old.key_id: one.old, one.new.key_id: one.new}
        return list(known.values())

    def compare(self, start: int, told: list[Told | None]) -> None:
        for entry in told:
            facts = entry["facts"] if entry and entry.get("action") == HANDED_OVER else {}
            if "handover" in facts:
                self._announced.append(str(facts["handover"]))

    def finish(self, folder: Path) -> None:
        digests = [one.digest for one in self._kept]
        for one in self._kept:
            if one.digest not in self._announced:
                self._report.wrong(f"{one.where}: a handover that the log knows nothing of")
        if set(self._announced) - set(digests):
            self._report.wrong("handovers: one that the log announces is missing")
        if not self._kept:
            return
        self._report.checked.append(f"{len(self._kept)} handovers from key to key, against the log")
        last = next((one for one in self._kept if self._announced[-1:] == [one.digest]), None)
        if last and not _has_signed(folder / "checkpoint", last.new):
            self._report.remarks.append("the checkpoint is signed by a key that the log has handed over from")


def read_handover(path: Path, report: Report) -> Handover | None:
    """What the two keys signed; reported, and None, when it is not that."""
    where = f"handovers/{path.name}"
    try:
        text, lines = note_parts(path)
        _, old, new = text.rstrip("\n").split("\n")
        keys = parse_key(old), parse_key(new)
        problems = [signature_problem(text.encode(), lines, [key]) for key in keys]
        digest = sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):
        report.wrong(f"{where}: not a handover")
        return None
    if any(problems) or keys[0].name != keys[1].name:
        report.wrong(f"{where}: not signed by both keys of the same log")
        return None
    return Handover(where, digest, *keys)


def _has_signed(path: Path, key: Key) -> bool:
    try:
        text, lines = note_parts(path)
    except (OSError, ValueError):
        return False
    return signature_problem(text.encode(), lines, [key]) is None


def _number(path: Path) -> tuple[int, str]:
    return (int(path.stem) if path.stem.isdecimal() else 0, path.name)
