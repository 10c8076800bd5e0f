"""Part of a log: each entry with its way up to the signed root, and what was asked for."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from app.audit.verifier.bundles import Known, Lines
from app.audit.verifier.dates import Dates
from app.audit.verifier.entries import UNREADABLE, Told
from app.audit.verifier.history import leaf_hash
from app.audit.verifier.reading import is_there, not_read
from app.audit.verifier.report import Report
from app.audit.verifier.signatures import Checkpoint
from app.audit.verifier.tiles import MANY_FILES, PLAIN_FILES, files_in
from app.audit.verifier.views import View
from app.audit.verifier.witnesses import Outside

PROOFS = "proofs.jsonl"
SELECTION = "selection.json"
NAMES = {"since", "until", "actor", "role", "action", "about"}
ONLY_A_PART = "this is part of a log: that nothing which fits was left out, only the whole log can show"


class Proved(NamedTuple):
    """An entry as the folder brings it: its place, its bytes, and the hashes beside its way up."""

    leaf: int
    entry: bytes
    beside: list[bytes]


def is_excerpt(folder: Path) -> bool:
    return is_there(folder / PROOFS)


def check_excerpt(
    folder: Path,
    head: Checkpoint,
    kept: list[Checkpoint],
    outside: Outside,
    views: list[View],
    report: Report,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Every entry against its proof, what was asked for, the views, and the moments that outsiders put on the log."""
    asked, dates, known, count, last = read_selection(folder, report), Dates(), Known(), 0, -1
    for proved in proofs(folder, report):
        hashed = leaf_hash(proved.entry)
        if not last < proved.leaf < head.size:
            report.wrong(f"{PROOFS}: leaf {proved.leaf} is out of order, or not in a log of {head.size} leaves")
            continue
        last, count = proved.leaf, count + 1
        if not leads_to(head.root, head.size, proved.leaf, hashed, proved.beside):
            report.wrong_leaf(proved.leaf, "its proof does not lead to the signed root")
        lines = Lines(proved.leaf, [proved.entry], [hashed], known)
        bundle = lines.bundle(report)
        if not fits(lines.told(0), asked):
            report.wrong_leaf(proved.leaf, f"does not fit what {SELECTION} asks for")
        for reader in (dates, outside):
            reader.compare(bundle)
        for view in views:
            view.compare(lines)
        if progress:
            progress(proved.leaf + 1, head.size)
    for view in views:
        view.finish()
    report.remarks += [ONLY_A_PART, *dates.remarks]
    report.checked.append(f"{count} entries of {head.size} leaves, each by its proof against the signed root")
    report.checked += [f"{view.rows} rows of {view.name} against the entries" for view in views]
    _compare_kept(head, kept, report)
    _check_for_strangers(folder, report)


def read_selection(folder: Path, report: Report) -> Told:
    """What was asked for: `since` counts, `until` does not, and what is not named is anything."""
    try:
        asked: Told = dict(json.loads((folder / SELECTION).read_text("utf-8")))
        if not all(name in NAMES and type(word) is str for name, word in asked.items()):
            raise ValueError
    except (OSError, *UNREADABLE):
        report.wrong(f"{SELECTION}: missing, or not readable")
        return {}
    named = ", ".join(f"{name} {word}" for name, word in asked.items()) or "everything"
    report.checked.append(f"every entry against what was asked for: {named}")
    return asked


def proofs(folder: Path, report: Report) -> Iterator[Proved]:
    for number, line in enumerate(_lines(folder / PROOFS, report), start=1):
        try:
            said = json.loads(line)
            beside = [base64.b64decode(node, validate=True) for node in said["proof"]]
            yield Proved(int(said["leaf_index"]), base64.b64decode(said["entry"], validate=True), beside)
        except UNREADABLE:
            report.wrong(f"{PROOFS}: line {number} cannot be read")


def _lines(path: Path, report: Report) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            yield from lines
    except OSError as problem:
        report.wrong(f"{path.name}: {not_read(problem)}")


def fits(entry: Told | None, asked: Told) -> bool:
    """Moments in entries are all written alike, in UTC, and compare as they are. What cannot be read fits anything."""
    if entry is None:
        return True
    names = {"actor": "actor", "action": "action", "about": "object"}
    exact = all(entry.get(theirs) == asked[ours] for ours, theirs in names.items() if ours in asked)
    in_role = "role" not in asked or asked["role"] in str(entry.get("role")).split("+")
    return exact and in_role and asked.get("since", "") <= entry["at"] < asked.get("until", "~")


def leads_to(root: bytes, size: int, leaf: int, hashed: bytes, beside: Sequence[bytes]) -> bool:
    """Whether the hashes lead from a leaf to the root of so many leaves (RFC 9162 section 2.1.3.2)."""
    here, last = leaf, size - 1
    for node in beside:
        if last == 0:
            return False
        if here & 1 or here == last:
            hashed = sha256(b"\x01" + node + hashed).digest()
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            hashed = sha256(b"\x01" + hashed + node).digest()
        here, last = here >> 1, last >> 1
    return last == 0 and hashed == root


def _compare_kept(head: Checkpoint, kept: list[Checkpoint], report: Report) -> None:
    """Checkpoints over as many leaves have the same root; others can only be held against the whole log."""
    for checkpoint in kept:
        if checkpoint.size == head.size and checkpoint.root != head.root:
            report.wrong(f"{checkpoint.where}: the {head.size} leaves are not those it signed")
    if others := sum(checkpoint.size != head.size for checkpoint in kept):
        report.remarks.append(
            f"{others} checkpoints over another number of leaves can only be held against all of them"
        )


def _check_for_strangers(folder: Path, report: Report) -> None:
    for name in files_in(folder, report):
        if name not in PLAIN_FILES | {PROOFS, SELECTION} and not re.fullmatch(MANY_FILES, name):
            report.wrong(f"{name}: does not belong to part of a log")
    report.checked.append("no file in the folder that does not belong")
