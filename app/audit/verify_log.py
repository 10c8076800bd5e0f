"""Check an exported Dygnet audit log: offline, alone, trusting nobody.

    python verify_log.py FOLDER --key "name+id+key" [--held OLD_CHECKPOINT]

Needs Python 3.11 and the package `cryptography`, nothing else, and shares no code with the program that
wrote the log. The formats are public: RFC 6962 (tree), C2SP tlog-tiles (folder), C2SP signed-note and
tlog-checkpoint (signatures). Exit status: 0 nothing wrong, 1 something is wrong, 2 not a log.
"""

from __future__ import annotations

import argparse
import base64
import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256
HASH = 32
MOST_FINDINGS = 1000
MOST_DATES = 20
AN_HOUR = 3_600_000
UNREADABLE = (ValueError, KeyError, TypeError, IndexError, RecursionError)
CSV_HEADER = "leaf_index leaf_hash at actor role action object purpose result build facts".split()
PLAIN_FILES = {"checkpoint", "log.vkey", "README.txt", "verify_log.py", "events.jsonl", "events.csv", "events.cef"}
FOLDERS_OWN_KEY = "key taken from the folder itself; compare it with the one you were given"

Progress = Callable[[int, int], None]
"""Called with the leaves done and the leaves in all."""

Told = dict[str, Any]
"""What an entry says."""


@dataclass
class Report:
    """What was checked, what was found wrong, and what the reader must know besides."""

    checked: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    size: int = 0
    _found: list[tuple[int, int, str]] = field(default_factory=list)
    _more: int = 0

    @property
    def ok(self) -> bool:
        return not self._found

    @property
    def findings(self) -> list[str]:
        """One line for each thing that is wrong; neighbouring leaves with the same trouble share a line."""
        lines = [f"{_leaves(first, last)}{what}" for first, last, what in self._found]
        return [*lines, f"and {self._more} more"] if self._more else lines

    def lines(self) -> list[str]:
        """The whole report, for a terminal."""
        return [
            *(f"NOTE     {line}" for line in self.remarks),
            *(f"checked  {line}" for line in self.checked),
            *(f"WRONG    {line}" for line in self.findings),
            "Nothing is wrong with what was checked." if self.ok else "THE LOG IS NOT AS IT WAS SIGNED.",
        ]

    def wrong(self, what: str) -> None:
        self._keep(-1, what)

    def wrong_leaf(self, leaf: int, what: str) -> None:
        for place in range(len(self._found) - 1, max(len(self._found) - 8, -1), -1):
            first, last, same = self._found[place]
            if same == what and last == leaf - 1 >= 0:
                self._found[place] = (first, leaf, what)
                return
        self._keep(leaf, what)

    def _keep(self, leaf: int, what: str) -> None:
        if len(self._found) < MOST_FINDINGS:
            self._found.append((leaf, leaf, what))
        else:
            self._more += 1


def _leaves(first: int, last: int) -> str:
    if first < 0:
        return ""
    return f"leaf {first}: " if first == last else f"leaves {first} to {last}: "


def verify(
    folder: Path, keys: Sequence[str] = (), held: Sequence[Path] = (), progress: Progress | None = None
) -> Report:
    """Check the folder against the verifier keys, and against checkpoints the caller held on to from before."""
    report = Report()
    trusted = _trusted(folder, keys, report)
    head = _read_checkpoint(folder / "checkpoint", "checkpoint", trusted, report)
    if head is None:
        return report
    report.size = head.size
    report.checked.append(f"signature of the checkpoint: {head.origin}, {head.size} leaves")
    if not report.ok:
        report.remarks.append("the leaves were not checked: nothing that is signed says how many there are")
        return report
    kept = _kept_checkpoints(folder, held, head, trusted, report)
    _check_for_strangers(folder, head.size, report)
    _check_leaves(folder, head, kept, report, progress)
    return report


class Key(NamedTuple):
    name: str
    key_id: bytes
    public: Ed25519PublicKey


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes
    where: str


def _trusted(folder: Path, keys: Sequence[str], report: Report) -> list[Key]:
    try:
        folders_own = (folder / "log.vkey").read_text("utf-8").split()
    except (OSError, UnicodeDecodeError):
        folders_own = []
    if not keys:
        report.remarks.append(FOLDERS_OWN_KEY)
    elif not set(keys) <= set(folders_own):
        report.remarks.append("log.vkey does not hold the key you gave; yours is the one that counts")
    trusted = []
    for line in keys or folders_own:
        try:
            trusted.append(parse_key(line))
        except ValueError as problem:
            report.wrong(f"verifier key: {problem}")
    return trusted


def parse_key(line: str) -> Key:
    """Read `name+id+key`; ValueError when it is not an Ed25519 verifier key."""
    name, key_id, key = [*line.strip().split("+", 2), "", ""][:3]
    raw = base64.b64decode(key, validate=True)
    if len(raw) != 1 + HASH or raw[0] != 1:
        raise ValueError("not an Ed25519 verifier key")
    expected = sha256(name.encode() + b"\n" + raw).digest()[:4]
    if expected.hex() != key_id:
        raise ValueError("its id does not belong to its name and key")
    return Key(name, expected, Ed25519PublicKey.from_public_bytes(raw[1:]))


def _read_checkpoint(path: Path, where: str, trusted: list[Key], report: Report) -> Checkpoint | None:
    try:
        text, _, signatures = path.read_bytes().decode().rpartition("\n\n")
        origin, size, root = text.split("\n")
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True), where)
        lines = [_signature(line) for line in signatures.splitlines()]
    except (OSError, ValueError):
        report.wrong(f"{where}: missing, or not a checkpoint")
        return None
    if problem := _signature_problem(f"{text}\n".encode(), lines, trusted):
        report.wrong(f"{where}: {problem}")
    return checkpoint


def _signature(line: str) -> tuple[str, bytes]:
    dash, name, encoded = line.split(" ")
    if dash != "\N{EM DASH}":
        raise ValueError("not a signature line")
    return name, base64.b64decode(encoded, validate=True)


def _signature_problem(text: bytes, lines: list[tuple[str, bytes]], trusted: list[Key]) -> str | None:
    signed = False
    for name, raw in lines:
        for key in trusted:
            if (name, raw[:4]) == (key.name, key.key_id):
                try:
                    key.public.verify(raw[4:], text)
                except InvalidSignature:
                    return f"the signature of {name} is wrong"
                signed = True
    return None if signed else "not signed by the key"


def _kept_checkpoints(
    folder: Path, held: Sequence[Path], head: Checkpoint, trusted: list[Key], report: Report
) -> list[Checkpoint]:
    files = [(path, f"checkpoints/{path.name}") for path in sorted((folder / "checkpoints").glob("*.note"))]
    kept = []
    for path, where in files + [(path, f"held checkpoint {path.name}") for path in held]:
        checkpoint = _read_checkpoint(path, where, trusted, report)
        if checkpoint is None:
            continue
        if checkpoint.origin != head.origin:
            report.wrong(f"{where}: from another log, {checkpoint.origin}")
        elif checkpoint.size > head.size:
            report.wrong(f"{where}: signed for {checkpoint.size} leaves, but the log ends after {head.size}")
        else:
            kept.append(checkpoint)
        if path not in held and not re.fullmatch(rf"{checkpoint.size}(-\d+)?\.note", path.name):
            report.wrong(f"{where}: named for another size than it is signed for, {checkpoint.size}")
    if (head.size, head.root) not in {(checkpoint.size, checkpoint.root) for checkpoint in kept}:
        report.wrong("checkpoint: not among the kept checkpoints")
    report.checked.append(f"signatures of {len(files)} kept checkpoints and {len(held)} held by you")
    return sorted(kept, key=lambda checkpoint: checkpoint.size)


def tile_path(level: int | str, number: int, width: int) -> str:
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < WIDTH else "")


def tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, number and width of every tile of a tree of this size."""
    level = 0
    while size:
        full, width = divmod(size, WIDTH)
        yield from ((level, number, WIDTH) for number in range(full))
        if width:
            yield level, full, width
        size, level = full, level + 1


def _check_for_strangers(folder: Path, size: int, report: Report) -> None:
    expected = PLAIN_FILES | {tile_path(*tile) for tile in tiles(size)}
    expected |= {tile_path("entries", number, width) for level, number, width in tiles(size) if level == 0}
    for path in sorted(path for path in folder.rglob("*") if not path.is_dir()):
        name = path.relative_to(folder).as_posix()
        if name not in expected and not re.fullmatch(r"checkpoints/\d+(-\d+)?\.note", name):
            report.wrong(f"{name}: does not belong to a log of {size} leaves")
    report.checked.append("no file in the folder that does not belong")


def _read_entries(folder: Path, number: int, width: int, report: Report) -> list[bytes]:
    where = tile_path("entries", number, width)
    try:
        bundle = (folder / where).read_bytes()
    except OSError:
        report.wrong(
            f"{where}: missing, with the entries of {_leaves(number * WIDTH, number * WIDTH + width - 1)[:-2]}"
        )
        return []
    entries, start = [], 0
    while start < len(bundle):
        end = start + 2 + int.from_bytes(bundle[start : start + 2])
        entries.append(bundle[start + 2 : end])
        start = end
    if start != len(bundle):
        report.wrong(f"{where}: ends in the middle of an entry")
    if len(entries) != width:
        report.wrong(f"{where}: holds {len(entries)} entries instead of {width}")
    return entries[:width]


def _read_tile(folder: Path, level: int, number: int, width: int, report: Report) -> list[bytes]:
    where = tile_path(level, number, width)
    try:
        raw = (folder / where).read_bytes()
    except OSError:
        report.wrong(f"{where}: missing")
        return []
    if len(raw) != width * HASH:
        report.wrong(f"{where}: {len(raw)} bytes instead of {width * HASH}")
        return []
    return [raw[start : start + HASH] for start in range(0, len(raw), HASH)]


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def peaks(hashes: list[bytes]) -> list[bytes]:
    """The roots of the perfect subtrees that make up a row, tallest first."""
    found, start = [], 0
    for height in reversed(range(len(hashes).bit_length())):
        if len(hashes) >> height & 1:
            row = hashes[start : start + (1 << height)]
            start += 1 << height
            while len(row) > 1:
                row = [sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row), 2)]
            found.append(row[0])
    return found


def fold(row: list[bytes]) -> bytes:
    """The root over perfect subtrees that stand side by side."""
    if not row:
        return sha256(b"").digest()
    whole = row[-1]
    for peak in reversed(row[:-1]):
        whole = sha256(b"\x01" + peak + whole).digest()
    return whole


class _Tree:
    """Grows tile by tile, and holds each filled tile of the upper levels against the folder's."""

    def __init__(self, folder: Path, report: Report) -> None:
        self.size = self.compared = 0
        self._levels: list[list[bytes]] = []
        self._folder, self._report = folder, report

    def root_with(self, leaves: list[bytes]) -> bytes:
        """The root if these leaves, at most a tile of them, came next."""
        return fold([peak for row in reversed(self._levels) for peak in peaks(row)] + peaks(leaves))

    def add(self, leaves: list[bytes]) -> None:
        self.size += len(leaves)
        self.compared += 1
        if len(leaves) == WIDTH:
            self._push(0, peaks(leaves)[0])

    def finish(self) -> None:
        for upper, row in enumerate(self._levels):
            if row:
                self._compare(upper + 1, row)

    def _push(self, upper: int, whole: bytes) -> None:
        if upper == len(self._levels):
            self._levels.append([])
        row = self._levels[upper]
        row.append(whole)
        if len(row) == WIDTH:
            self._compare(upper + 1, row)
            self._levels[upper] = []
            self._push(upper + 1, peaks(row)[0])

    def _compare(self, level: int, row: list[bytes]) -> None:
        span = WIDTH**level
        number = (self.size // span - 1) // WIDTH
        self.compared += 1
        for place, stored in enumerate(_read_tile(self._folder, level, number, len(row), self._report)):
            if stored != row[place]:
                first = (number * WIDTH + place) * span
                where = f"{tile_path(level, number, len(row))}: hash {place}"
                self._report.wrong(f"{where} is not the root of leaves {first} to {first + span - 1}")


def _check_leaves(
    folder: Path, head: Checkpoint, kept: list[Checkpoint], report: Report, progress: Progress | None
) -> None:
    tree, history, views = _Tree(folder, report), _History(kept, report), _views(folder, report)
    dates = _Dates()
    root = fold([])
    for number in range(-(-head.size // WIDTH)):
        width = min(WIDTH, head.size - tree.size)
        entries = _read_entries(folder, number, width, report)
        stored = _read_tile(folder, 0, number, width, report)
        hashes = _compare_entries(tree.size, entries, stored, width, report)
        told = _told(tree.size, entries, width, report)
        dates.compare(tree.size, told)
        for view in views:
            view.compare(tree.size, told, hashes)
        history.compare(tree, hashes)
        root = tree.root_with(hashes)
        tree.add(hashes)
        if progress:
            progress(tree.size, head.size)
    tree.finish()
    report.remarks += dates.remarks
    for view in views:
        view.finish()
    if head.root != root:
        report.wrong(f"checkpoint: the root of the {head.size} leaves is not the signed root{history.hint}")
    report.checked += [
        f"{head.size} entries against their leaf hashes",
        f"{tree.compared} tiles against the leaves below them",
        "the root of all leaves against the checkpoint",
        f"consistency: the log's beginning against {len(kept)} older checkpoints",
        *(f"{view.rows} rows of {view.name} against the entries" for view in views),
    ]


def _compare_entries(start: int, entries: list[bytes], stored: list[bytes], width: int, report: Report) -> list[bytes]:
    """The leaf hashes to go on with: the stored ones, or the entries' own where a tile is missing."""
    own = [leaf_hash(entry) for entry in entries]
    if len(stored) == width and own == stored:
        return own
    for place, leaf in enumerate(stored):
        if place >= len(own):
            report.wrong_leaf(start + place, "entry is missing")
        elif own[place] != leaf:
            report.wrong_leaf(start + place, "entry does not hash to the stored leaf hash")
    return stored or own + [bytes(HASH)] * (width - len(own))


class _Dates:
    """Every entry's date against those before it: a place in the tree is given when an entry is written, not dated.

    A remark, and not a fault: a clock that was put right leaves the same trace as somebody who dated a deed back.
    """

    def __init__(self) -> None:
        self._latest = 0
        self._backwards: list[int] = []

    @property
    def remarks(self) -> list[str]:
        if not self._backwards:
            return []
        which = ", ".join(map(str, self._backwards[:MOST_DATES])) + (", ..." if self._backwards[MOST_DATES:] else "")
        return [f"dated over an hour before entries that stand earlier in the log, as if dated back: leaf {which}"]

    def compare(self, start: int, told: list[Told | None]) -> None:
        for leaf, entry in enumerate(told, start):
            written = entry["milliseconds"] if entry else self._latest
            if written < self._latest - AN_HOUR:
                self._backwards.append(leaf)
            self._latest = max(self._latest, written)


class _History:
    """Every kept checkpoint against the log as it was at that size."""

    def __init__(self, kept: list[Checkpoint], report: Report) -> None:
        self._waiting = list(reversed(kept))
        self._report = report
        self._agreeing = 0
        self._broken = False
        self._take(0, fold([]))

    @property
    def hint(self) -> str:
        return (
            "" if self._broken else f"; the checkpoint of {self._agreeing} agrees: look from leaf {self._agreeing} on"
        )

    def compare(self, tree: _Tree, leaves: list[bytes]) -> None:
        while self._waiting and self._waiting[-1].size <= tree.size + len(leaves):
            size = self._waiting[-1].size
            self._take(size, tree.root_with(leaves[: size - tree.size]))

    def _take(self, size: int, root: bytes) -> None:
        while self._waiting and self._waiting[-1].size == size:
            checkpoint = self._waiting.pop()
            if checkpoint.root == root:
                self._agreeing = size if not self._broken else self._agreeing
                continue
            where = f"between leaf {self._agreeing} and leaf {size - 1}" if not self._broken else "as above"
            self._report.wrong(f"{checkpoint.where}: the first {size} leaves are not those it signed; look {where}")
            self._broken = True


class Row(NamedTuple):
    leaf_index: int
    leaf_hash: str
    claims: Told


class _View:
    """One view, read side by side with the leaves."""

    def __init__(self, folder: Path, name: str, rows: Callable[[Any], Iterator[Row | None]], report: Report) -> None:
        self.name, self.rows, self._report = name, 0, report
        self._source = _lines(folder / name, rows, report)
        self._next = self._read()

    def compare(self, start: int, told: list[Told | None], hashes: list[bytes]) -> None:
        for leaf, (entry, hashed) in enumerate(zip(told, hashes, strict=True), start):
            while self._next and self._next.leaf_index < leaf:
                self._report.wrong(f"{self.name}: a row too many for leaf {self._next.leaf_index}")
                self._next = self._read()
            if self._next is None or self._next.leaf_index > leaf:
                self._report.wrong_leaf(leaf, f"no row in {self.name}")
                continue
            self._hold_against(self._next, entry, hashed)
            self._next = self._read()

    def finish(self) -> None:
        while self._next:
            self._report.wrong(f"{self.name}: a row too many for leaf {self._next.leaf_index}")
            self._next = self._read()

    def _hold_against(self, row: Row, entry: Told | None, hashed: bytes) -> None:
        if row.leaf_hash != hashed.hex():
            self._report.wrong_leaf(row.leaf_index, f"{self.name} has another leaf hash")
        if entry is None:
            return
        if different := [name for name, claim in row.claims.items() if entry.get(name) != claim]:
            self._report.wrong_leaf(row.leaf_index, f"{self.name} differs from the entry in {', '.join(different)}")

    def _read(self) -> Row | None:
        for row in self._source:
            self.rows += 1
            if row is not None:
                return row
            self._report.wrong(f"{self.name}: row {self.rows} cannot be read")
        return None


def _views(folder: Path, report: Report) -> list[_View]:
    readers = {"events.jsonl": _ocsf_rows, "events.csv": _csv_rows, "events.cef": _cef_rows}
    return [_View(folder, name, rows, report) for name, rows in readers.items()]


def _lines(path: Path, rows: Callable[[Any], Iterator[Row | None]], report: Report) -> Iterator[Row | None]:
    try:
        with path.open(encoding="utf-8-sig" if path.suffix == ".csv" else "utf-8", newline="") as lines:
            yield from rows(lines)
    except (OSError, UnicodeDecodeError, csv.Error):
        report.wrong(f"{path.name}: missing, or not readable to its end")


def _read_entry(entry: bytes) -> Told:
    told: Told = json.loads(entry)
    since_1970 = datetime.fromisoformat(told["at"]) - datetime(1970, 1, 1, tzinfo=UTC)
    return told | {"entry": told, "milliseconds": since_1970 // timedelta(milliseconds=1)}


def _told(start: int, entries: list[bytes], width: int, report: Report) -> list[Told | None]:
    """What each entry says, under every name by which a view may say it; None for one that says nothing."""
    told: list[Told | None] = [None] * width
    for place, entry in enumerate(entries):
        try:
            told[place] = _read_entry(entry)
        except UNREADABLE:
            report.wrong_leaf(start + place, "entry is not an entry of this log's format")
    return told


def _ocsf_rows(lines: Iterable[str]) -> Iterator[Row | None]:
    for line in lines:
        try:
            row = json.loads(line)
            claims = {"entry": row["unmapped"], "milliseconds": row["time"], "action": row["api"]["operation"]}
            claims |= {"actor": row["actor"]["user"]["name"], "result": row["status_detail"]}
            claims["object"] = row["resources"][0]["uid"] if row["resources"] else ""
            yield Row(int(row["leaf_index"]), row["leaf_hash"], claims)
        except UNREADABLE:
            yield None


def _csv_rows(lines: Iterable[str]) -> Iterator[Row | None]:
    rows = csv.reader(lines, strict=True)
    if next(rows, None) != CSV_HEADER:
        yield None
    for cells in rows:
        try:
            row: Told = {name: cell.removeprefix("'") for name, cell in zip(CSV_HEADER, cells, strict=True)}
            row["facts"] = json.loads(row["facts"])
            yield Row(int(row.pop("leaf_index")), row.pop("leaf_hash"), row)
        except UNREADABLE:
            yield None


_BETWEEN = re.compile(r" (?=\w+=)")
_HEADER = re.compile(r"((?:\\.|[^\\|])*)\|" * 7)
_CEF_NAMES = {"suser": "actor", "spriv": "role", "act": "action", "cs1": "object", "reason": "purpose"}
_CEF_NAMES |= {"outcome": "result", "cs4": "at"}


def _cef_rows(lines: Iterable[str]) -> Iterator[Row | None]:
    for line in lines:
        try:
            header = _HEADER.match(line)
            if header is None:
                raise ValueError
            pairs = (pair.partition("=") for pair in _BETWEEN.split(line[header.end() :].rstrip("\n")))
            said = {name: _plain(value) for name, _, value in pairs}
            claims: Told = {ours: said.get(theirs, "") for theirs, ours in _CEF_NAMES.items()}
            claims |= {"facts": json.loads(said["cs3"]), "milliseconds": int(said["rt"])}
            claims["build"] = _plain(header[4])
            yield Row(int(said["cn1"]), said["cs2"], claims)
        except UNREADABLE:
            yield None


def _plain(escaped: str) -> str:
    return re.sub(r"\\(.)", r"\1", escaped) if "\\" in escaped else escaped


def main(arguments: Sequence[str] | None = None) -> int:
    """Say what was checked and what is wrong; the exit status."""
    parser = argparse.ArgumentParser(description="Check an exported Dygnet audit log, offline.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", action="append", default=[], help="the verifier key you were given: name+id+key")
    parser.add_argument("--held", action="append", default=[], type=Path, help="a checkpoint you kept from before")
    chosen = parser.parse_args(arguments)
    if not (chosen.folder / "checkpoint").is_file():
        sys.stderr.write(f"{chosen.folder} is not an exported log: it has no checkpoint\n")
        return 2
    report = verify(chosen.folder, chosen.key, chosen.held)
    sys.stdout.write("\n".join(report.lines()) + "\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
