"""The derived views, row by row against the entries they were made from."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from app.audit.verifier.entries import UNREADABLE, Told
from app.audit.verifier.report import Report

CSV_HEADER = "leaf_index leaf_hash at actor role action object purpose result build programme facts".split()


_NO_ROW = "?\n"
_MOST_KINDS = 10_000


class Row(NamedTuple):
    leaf_index: int
    leaf_hash: str
    claims: Told


class Format(NamedTuple):
    """How one view writes: `kind` says what is left of a line when all that its entry and its leaf give is taken out
    (None, when it is not written in the usual way), `row` reads a line with care; `header` is the first line."""

    kind: Callable[[str, Told, int, str], str | None]
    row: Callable[[Iterator[str]], Row]
    header: str = ""


class View:
    """One view, read side by side with the leaves.

    Rows about one kind of deed differ only in what their entries give. So the first of a kind is read with care; of
    one like it, everything else is known already, and what its entry gives stands there letter by letter.
    """

    def __init__(self, folder: Path, name: str, written: Format, report: Report) -> None:
        self.name, self.rows, self.written, self._report = name, 0, written, report
        self._lines = _lines(folder / name, written.header, report)
        self._ahead: Row | None = None
        self._kinds: set[str] = set()

    def compare(self, start: int, told: list[Told | None], hashes: list[bytes]) -> None:
        for leaf, (entry, hashed) in enumerate(zip(told, hashes, strict=True), start):
            kind = None
            if self._ahead is None:
                line, named = next(self._lines, ""), hashed.hex()
                kind = self.written.kind(line, entry, leaf, named) if entry and line else None
                if kind in self._kinds:
                    self.rows += 1
                    continue
                self._ahead = self._read(line)
            if self._compare_with_care(leaf, entry, hashed) and kind and len(self._kinds) < _MOST_KINDS:
                self._kinds.add(kind)

    def finish(self) -> None:
        while row := self._ahead or self._read():
            self._report.wrong(f"{self.name}: a row too many for leaf {row.leaf_index}")
            self._ahead = None

    def _compare_with_care(self, leaf: int, entry: Told | None, hashed: bytes) -> bool:
        """Whether the next row is this leaf's, and says what its entry says."""
        while self._ahead and self._ahead.leaf_index < leaf:
            self._report.wrong(f"{self.name}: a row too many for leaf {self._ahead.leaf_index}")
            self._ahead = self._read()
        if self._ahead is None or self._ahead.leaf_index > leaf:
            self._report.wrong_leaf(leaf, f"no row in {self.name}")
            return False
        row, self._ahead = self._ahead, None
        return self._hold_against(row, entry, hashed)

    def _hold_against(self, row: Row, entry: Told | None, hashed: bytes) -> bool:
        same_hash = row.leaf_hash == hashed.hex()
        if not same_hash:
            self._report.wrong_leaf(row.leaf_index, f"{self.name} has another leaf hash")
        if entry is None:
            return False
        if different := [name for name, claim in row.claims.items() if entry.get(name) != claim]:
            self._report.wrong_leaf(row.leaf_index, f"{self.name} differs from the entry in {', '.join(different)}")
        return same_hash and not different

    def _read(self, line: str = "") -> Row | None:
        """The row that begins with this line, or with the next one; the first after it that can be read."""
        while line := line or next(self._lines, ""):
            self.rows += 1
            try:
                return self.written.row(chain([line], self._lines))
            except (*UNREADABLE, AttributeError, csv.Error):
                self._report.wrong(f"{self.name}: row {self.rows} cannot be read")
                line = ""
        return None


def all_views(folder: Path, report: Report) -> list[View]:
    written = {
        "events.jsonl": Format(ocsf_kind, ocsf_row),
        "events.csv": Format(csv_kind, csv_row, ",".join(CSV_HEADER)),
        "events.cef": Format(cef_kind, cef_row),
    }
    return [View(folder, name, how, report) for name, how in written.items()]


def _lines(path: Path, header: str, report: Report) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig" if header else "utf-8", newline="") as lines:
            if header and next(lines, "").rstrip("\r\n") != header:
                yield _NO_ROW
            yield from lines
    except (OSError, UnicodeDecodeError):
        report.wrong(f"{path.name}: missing, or not readable to its end")


def ocsf_kind(line: str, entry: Told, leaf: int, hashed: str) -> str | None:
    """Blanked: the moment, the object, the leaf, and at the end the entry as it is written."""
    proof = f'"unmapped":{entry["text"]},"leaf_index":{leaf},"leaf_hash":"{hashed}"}}\n'
    about, others = entry["object"], (entry["actor"], entry["action"], entry["result"])
    if not line.endswith(proof) or "\0" in line or about in others or "\\" in about:
        return None
    left = line[: -len(proof)].replace(f'"time":{entry["milliseconds"]},', "\0t", 1)
    left = left.replace(f'"sequence":{leaf},"uid":"{hashed}"', "\0l", 1)
    return "\0".join((left.replace(f'"{about}"', "\0o") if about else left, *others, "o" if about else ""))


def ocsf_row(lines: Iterator[str]) -> Row:
    row = json.loads(next(lines))
    claims = {"entry": row["unmapped"], "milliseconds": row["time"], "action": row["metadata"]["event_code"]}
    claims |= {"actor": row["actor"]["user"]["name"], "result": row["status_detail"]}
    claims["object"] = row["metadata"].get("correlation_uid", "")
    return Row(int(row["leaf_index"]), row["leaf_hash"], claims)


class _Kept:
    """A file of one line: what was written last."""

    def __init__(self) -> None:
        self.line = ""

    def write(self, line: str) -> None:
        self.line = line


_KEPT = _Kept()
_WRITE_ROW = csv.writer(_KEPT).writerow
_CSV_CELLS = itemgetter(*CSV_HEADER[2:-2])


def csv_kind(line: str, entry: Told, leaf: int, hashed: str) -> str | None:
    """The whole row is the entry's; cells behind an apostrophe are read with care."""
    _WRITE_ROW((leaf, hashed, *_CSV_CELLS(entry), entry.get("programme", ""), entry["written_facts"]))
    return "a row" if line == _KEPT.line else None


def csv_row(lines: Iterator[str]) -> Row:
    cells = next(csv.reader(lines, strict=True))
    row: Told = {name: cell.removeprefix("'") for name, cell in zip(CSV_HEADER, cells, strict=True)}
    row |= {"facts": json.loads(row["facts"]), "programme": _programme(row["programme"])}
    return Row(int(row.pop("leaf_index")), row.pop("leaf_hash"), row)


_BETWEEN = re.compile(r" (?=\w+=)")
_HEADER = re.compile(r"((?:\\.|[^\\|])*)\|" * 7)
_CEF_NAMES = {"suser": "actor", "spriv": "role", "act": "action", "cs1": "object", "reason": "purpose"}
_CEF_NAMES |= {"outcome": "result", "cs4": "at"}


def cef_kind(line: str, entry: Told, leaf: int, hashed: str) -> str | None:
    """What stands before the extension, which is the entry's; one with escapes in it is read with care."""
    if "\\" in entry["text"] or "=" in entry["text"]:
        return None
    said = (
        f"rt={entry['milliseconds']}{_pair('suser', entry['actor'])}{_pair('spriv', entry['role'])}"
        f"{_pair('act', entry['action'])}{_pair('reason', entry['purpose'])}{_pair('outcome', entry['result'])}"
        f" cn1Label=leaf_index cn1={leaf}"
        + (f" cn2Label=programme cn2={entry['programme']}" if "programme" in entry else "")
        + f" cs1Label=object{_pair('cs1', entry['object'])} cs2Label=leaf_hash cs2={hashed}"
        f" cs3Label=facts cs3={entry['written_facts']} cs4Label=at cs4={entry['at']}\n"
    )
    return f"{entry['build']}\0{line[: -len(said)]}" if line.endswith(said) else None


def _pair(name: str, value: str) -> str:
    return f" {name}={value}" if value else ""


def cef_row(lines: Iterator[str]) -> Row:
    line = next(lines)
    header = _HEADER.match(line)
    if header is None:
        raise ValueError
    pairs = (pair.partition("=") for pair in _BETWEEN.split(line[header.end() :].rstrip("\n")))
    said = {name: _plain(value) for name, _, value in pairs}
    claims: Told = {ours: said.get(theirs, "") for theirs, ours in _CEF_NAMES.items()}
    claims |= {"facts": json.loads(said["cs3"]), "milliseconds": int(said["rt"])}
    claims |= {"build": _plain(header[4]), "programme": _programme(said.get("cn2", ""))}
    return Row(int(said["cn1"]), said["cs2"], claims)


def _programme(cell: str) -> int | None:
    """The programme that an entry names; entries of the first format name none."""
    return int(cell) if cell else None


_ENDS = {"n": "\n", "r": "\r"}


def _plain(escaped: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ENDS.get(found[1], found[1]), escaped) if "\\" in escaped else escaped
