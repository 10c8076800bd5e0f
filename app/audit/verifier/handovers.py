"""From one key to the next: each pair signed a handover, and the log holds the digest of every one."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from app.audit.verifier.bundles import Bundle
from app.audit.verifier.report import Report
from app.audit.verifier.signatures import Key, note_parts, parse_key, signature_problem, under

HANDED_OVER = "log.handed_over"


class Handover(NamedTuple):
    where: str
    digest: str
    old: Key
    new: Key


class Handovers:
    """What the folder says about keys that took over, held against the entries that announce it."""

    def __init__(self, folders: Sequence[Path], report: Report) -> None:
        self._report = report
        paths = [path for folder in folders for path in sorted((folder / "handovers").glob("*.note"), key=_number)]
        read = [one for path in paths if (one := read_handover(path, report))]
        self._kept = list({one.digest: one for one in reversed(read)}.values())[::-1]
        self._announced: list[str] = []

    def follow(self, trusted: list[Key]) -> list[Key]:
        """The trusted keys, and every key that one of them handed over to or took over from."""
        known = {key.public.public_bytes_raw(): key for key in trusted}
        for _ in self._kept:
            for one in self._kept:
                pair = {key.public.public_bytes_raw(): key for key in (one.old, one.new)}
                if pair.keys() & known.keys():
                    known = pair | known
        return list(known.values())

    def compare(self, bundle: Bundle) -> None:
        for _, entry in bundle.of(HANDED_OVER):
            facts = entry["facts"]
            if "handover" in facts:
                self._announced.append(str(facts["handover"]))

    def finish(self, folder: Path, *, whole: bool) -> None:
        """`whole`: every year of the log was read; what is announced in another one cannot be said otherwise."""
        digests = [one.digest for one in self._kept]
        for one in self._kept:
            if one.digest in self._announced:
                continue
            if whole:
                self._report.wrong(f"{one.where}: a handover that the log knows nothing of")
            else:
                self._report.remarks.append(f"{one.where}: a handover of which only another year could know")
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
    return signature_problem(text.encode(), lines, under(text.partition("\n")[0], [key])) is None


def _number(path: Path) -> tuple[int, str]:
    return (int(path.stem) if path.stem.isdecimal() else 0, path.name)
