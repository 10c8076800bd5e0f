"""The derived views, row by row against the entries they were made from."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from app.audit.verifier.entries import UNREADABLE, Told
from app.audit.verifier.report import Report

CSV_HEADER = "leaf_index leaf_hash at actor role action object purpose result build programme facts".split()


class Row(NamedTuple):
    leaf_index: int
    leaf_hash: str
    claims: Told


class View:
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


def all_views(folder: Path, report: Report) -> list[View]:
    readers = {"events.jsonl": ocsf_rows, "events.csv": csv_rows, "events.cef": cef_rows}
    return [View(folder, name, rows, report) for name, rows in readers.items()]


def _lines(path: Path, rows: Callable[[Any], Iterator[Row | None]], report: Report) -> Iterator[Row | None]:
    try:
        with path.open(encoding="utf-8-sig" if path.suffix == ".csv" else "utf-8", newline="") as lines:
            yield from rows(lines)
    except (OSError, UnicodeDecodeError, csv.Error):
        report.wrong(f"{path.name}: missing, or not readable to its end")


def ocsf_rows(lines: Iterable[str]) -> Iterator[Row | None]:
    for line in lines:
        try:
            row = json.loads(line)
            claims = {"entry": row["unmapped"], "milliseconds": row["time"], "action": row["metadata"]["event_code"]}
            claims |= {"actor": row["actor"]["user"]["name"], "result": row["status_detail"]}
            claims["object"] = row["metadata"].get("correlation_uid", "")
            yield Row(int(row["leaf_index"]), row["leaf_hash"], claims)
        except UNREADABLE:
            yield None


def csv_rows(lines: Iterable[str]) -> Iterator[Row | None]:
    rows = csv.reader(lines, strict=True)
    if next(rows, None) != CSV_HEADER:
        yield None
    for cells in rows:
        try:
            row: Told = {name: cell.removeprefix("'") for name, cell in zip(CSV_HEADER, cells, strict=True)}
            row |= {"facts": json.loads(row["facts"]), "programme": _programme(row["programme"])}
            yield Row(int(row.pop("leaf_index")), row.pop("leaf_hash"), row)
        except UNREADABLE:
            yield None


_BETWEEN = re.compile(r" (?=\w+=)")
_HEADER = re.compile(r"((?:\\.|[^\\|])*)\|" * 7)
_CEF_NAMES = {"suser": "actor", "spriv": "role", "act": "action", "cs1": "object", "reason": "purpose"}
_CEF_NAMES |= {"outcome": "result", "cs4": "at"}


def cef_rows(lines: Iterable[str]) -> Iterator[Row | None]:
    for line in lines:
        try:
            header = _HEADER.match(line)
            if header is None:
                raise ValueError
            pairs = (pair.partition("=") for pair in _BETWEEN.split(line[header.end() :].rstrip("\n")))
            said = {name: _plain(value) for name, _, value in pairs}
            claims: Told = {ours: said.get(theirs, "") for theirs, ours in _CEF_NAMES.items()}
            claims |= {"facts": json.loads(said["cs3"]), "milliseconds": int(said["rt"])}
            claims |= {"build": _plain(header[4]), "programme": _programme(said.get("cn2", ""))}
            yield Row(int(said["cn1"]), said["cs2"], claims)
        except UNREADABLE:
            yield None


def _programme(cell: str) -> int | None:
    """The programme that an entry names; entries of the first format name none."""
    return int(cell) if cell else None


_ENDS = {"n": "\n", "r": "\r"}


def _plain(escaped: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ENDS.get(found[1], found[1]), escaped) if "\\" in escaped else escaped
