"""How each derived view is written and read: its rows as they must be, and what a row that is another one says."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from app.audit.verifier.entries import UNREADABLE, Told, all_decoded, each_once
from app.audit.verifier.rows import CSV_HEADER, cef_row, csv_row, ocsf_row

UNREADABLE_ROW = (*UNREADABLE, AttributeError, csv.Error)
OF_A_HEADER = ("cef", "vendor", "product", "build", "event", "message", "severity")
_BETWEEN = re.compile(r" (?=\w+=)")
_HEADER = re.compile(r"((?:\\.|[^\\|])*)\|" * len(OF_A_HEADER))
_ENDS = {"n": "\n", "r": "\r"}
_OCSF_NAMES = {"time": "milliseconds", "status_detail": "result", "metadata.event_code": "action"}
_OCSF_NAMES |= {"actor.user.name": "actor", "actor.user.type": "role", "unmapped": "entry"}
_OCSF_NAMES |= {"metadata.product.version": "build", "metadata.correlation_uid": "object"}
_CEF_NAMES = {"suser": "actor", "spriv": "role", "act": "action", "cs1": "object", "reason": "purpose"}
_CEF_NAMES |= {"outcome": "result", "rt": "milliseconds", "cn2": "programme", "cs3": "facts", "cs4": "at"}

SAID_BY_ENTRIES = frozenset({*_OCSF_NAMES.values(), *_CEF_NAMES.values(), *CSV_HEADER})
"""The names of what follows from an entry itself, and not from the list of deeds."""


class Row(NamedTuple):
    """A row as it was read: `claims` is everything in it, under the entry's names where it has one; `text`, as it is
    written."""

    leaf_index: int
    leaf_hash: str
    claims: Told
    text: bytes = b""


class Format(NamedTuple):
    """One view. `write` makes the row of an entry, its leaf and its hash; `read` reads one; `header` is the first line.
    `places` says what of an entry stands in its row apart from what all entries of its kind have, in this order."""

    write: Callable[[Told, int, str], str]
    read: Callable[[Iterator[str]], Row]
    places: tuple[str, ...]
    header: str = ""


def different(row: Row, other: Row) -> list[str]:
    """The names of what two rows claim differently, or one of them only."""
    ours, theirs = row.claims, other.claims
    return [name for name in theirs | ours if name not in ours or name not in theirs or ours[name] != theirs[name]]


def read_ocsf(lines: Iterator[str]) -> Row:
    event = all_decoded(next(lines))
    leaf, hashed = int(event.pop("leaf_index")), event.pop("leaf_hash")
    claims = dict(_flat(event))
    if claims.get("metadata.uid") == hashed:
        del claims["metadata.uid"]
    return Row(leaf, hashed, claims)


def _flat(said: Told, above: str = "") -> Iterator[tuple[str, Any]]:
    """Each thing that is said, by the names on the way to it; the entry whole."""
    for name, value in said.items():
        path = f"{above}{name}"
        if isinstance(value, dict) and path != "unmapped":
            yield from _flat(value, f"{path}.")
        else:
            yield _OCSF_NAMES.get(path, path), value


def read_csv(lines: Iterator[str]) -> Row:
    cells = next(csv.reader(lines, strict=True))
    claims = dict(zip(CSV_HEADER, cells, strict=True))
    return Row(int(claims.pop("leaf_index")), claims.pop("leaf_hash"), claims)


def read_cef(lines: Iterator[str]) -> Row:
    line = next(lines)
    header = _HEADER.match(line)
    if header is None:
        raise ValueError
    pairs = (pair.partition("=") for pair in _BETWEEN.split(line[header.end() :].rstrip("\n")))
    said = each_once([(_CEF_NAMES.get(name, name), _plain(value)) for name, _, value in pairs])
    leaf, hashed = int(said.pop("cn1")), said.pop("cs2")
    return Row(leaf, hashed, dict(zip(OF_A_HEADER, map(_plain, header.groups()), strict=True)) | said)


def _plain(escaped: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ENDS.get(found[1], found[1]), escaped) if "\\" in escaped else escaped


_OCSF_PLACES = ("stamp", "about", "leaf", "hashed", "again", "text", "leaf", "hashed")
_CSV_PLACES = ("leaf", "hashed", "at", "about", "quoted")
_CEF_PLACES = ("stamp", "leaf", "about", "hashed", "escaped", "at")
FORMATS = {
    "events.jsonl": Format(ocsf_row, read_ocsf, _OCSF_PLACES),
    "events.csv": Format(csv_row, read_csv, _CSV_PLACES, ",".join(CSV_HEADER)),
    "events.cef": Format(cef_row, read_cef, _CEF_PLACES),
}
