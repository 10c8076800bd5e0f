"""How each derived view writes an entry: rows read with care, and rows made as they must be.

A row is made from what its entry gives and a *pattern*: all that is the same in every row about one kind of deed, taken
from the first row of the kind. A pattern is only used after rows made with it, of an entry with other things in its
cuts, were read with care and said what that entry says: so what an equal row says need not be read again.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from app.audit.verifier.bundles import Line
from app.audit.verifier.entries import UNREADABLE, Told, all_decoded, each_once
from app.audit.verifier.kinds import STAND_INS, Kind

CSV_HEADER = "leaf_index leaf_hash at actor role action object purpose result build programme facts".split()
UNREADABLE_ROW = (*UNREADABLE, AttributeError, csv.Error)

Pattern = tuple[Any, ...]


class Row(NamedTuple):
    leaf_index: int
    leaf_hash: str
    claims: Told


class Format(NamedTuple):
    """How one view writes: `pattern` takes it from a line about an entry of this kind, `rows` makes rows, `row` reads
    one with care; `header` is the first line."""

    pattern: Callable[[Kind, Line, str], Pattern]
    rows: Callable[[Iterable[tuple[Pattern, Line]]], list[str]]
    row: Callable[[Iterator[str]], Row]
    header: str = ""


def read_pattern(written: Format, kind: Kind, line: Line, row: str) -> Pattern | None:
    """The pattern of the rows about this kind; None unless rows made with it say what their entries say."""
    try:
        pattern = written.pattern(kind, line, row)
        (made,) = written.rows([(pattern, line)])
        fits = made == row and all(_says(written, pattern, told, number) for number, told in enumerate(kind.stand_ins))
    except UNREADABLE_ROW:
        return None
    return pattern if fits else None


def _says(written: Format, pattern: Pattern, told: Told, number: int) -> bool:
    stand_in, leaf, hashed = STAND_INS[number], 4711 + number, f"{number}f" * 32
    text = json.dumps(told["entry"], ensure_ascii=False, separators=(",", ":"))
    about = stand_in.about if told["object"] == stand_in.about else ""
    line = (str(leaf), hashed, stand_in.at, str(told["milliseconds"]), about, stand_in.facts, text)
    rows = iter(written.rows([(pattern, line)]))
    row = written.row(rows)
    return (row.leaf_index, row.leaf_hash) == (leaf, hashed) and not different(row, told)


def different(row: Row, told: Told) -> list[str]:
    """The names of what a row claims otherwise than its entry says."""
    return [name for name, claim in row.claims.items() if told.get(name) != claim]


def ocsf_pattern(_kind: Kind, line: Line, row: str) -> Pattern:
    """What stands before the moment, between it and the leaf, and from there to the entry, which ends the row; the last
    two as what the object's pseudonym stands between."""
    leaf, hashed, _, stamp, about, _, text = line
    head, _, _ = row.rpartition(f'{text},"leaf_index":{leaf},"leaf_hash":"{hashed}"}}\n')
    first, _, rest = head.partition(f'"time":{stamp},')
    second, _, third = rest.partition(f'"sequence":{leaf},"uid":"{hashed}"')
    return f'{first}"time":', *(part.split(about) if about else [part] for part in (f",{second}", third))


def ocsf_rows(made: Iterable[tuple[Pattern, Line]]) -> list[str]:
    return [
        f'{first}{stamp}{about.join(second)}"sequence":{leaf},"uid":"{hashed}"{about.join(third)}{text},'
        f'"leaf_index":{leaf},"leaf_hash":"{hashed}"}}\n'
        for (first, second, third), (leaf, hashed, _, stamp, about, _, text) in made
    ]


def ocsf_row(lines: Iterator[str]) -> Row:
    row = all_decoded(next(lines))
    claims = {"entry": row["unmapped"], "milliseconds": row["time"], "action": row["metadata"]["event_code"]}
    claims |= {"actor": row["actor"]["user"]["name"], "result": row["status_detail"]}
    claims |= {"role": row["actor"]["user"].get("type", ""), "build": row["metadata"]["product"]["version"]}
    claims["object"] = row["metadata"].get("correlation_uid", "")
    return Row(int(row["leaf_index"]), row["leaf_hash"], claims)


class _Kept:
    """A file of one line: what was written last."""

    def __init__(self) -> None:
        self.line = ""

    def write(self, line: str) -> None:
        self.line = line


_KEPT = _Kept()
_QUOTE, _TWO = '"', '""'
_WRITE_ROW = csv.writer(_KEPT, lineterminator="").writerow


def csv_pattern(kind: Kind, line: Line, _row: str) -> Pattern:
    """What stands between the moment and the object's pseudonym, and between that and the facts."""
    told = kind.told
    cells = [
        ("", *(told[name] for name in ("actor", "role", "action")), ""),
        ("" if line[4] else told["object"], *(told[name] for name in ("purpose", "result", "build"))),
    ]
    return _cells(cells[0]), _cells((*cells[1], told.get("programme", ""), ""))


def _cells(cells: tuple[Any, ...]) -> str:
    _WRITE_ROW(cells)
    return _KEPT.line


def csv_rows(made: Iterable[tuple[Pattern, Line]]) -> list[str]:
    return [
        f"{leaf},{hashed},{at}{first}{about}{second}"
        + (f'"{facts.replace(_QUOTE, _TWO)}"\r\n' if '"' in facts else f"{facts}\r\n")
        for (first, second), (leaf, hashed, at, _, about, facts, _) in made
    ]


def csv_row(lines: Iterator[str]) -> Row:
    cells = next(csv.reader(lines, strict=True))
    row: Told = {name: cell.removeprefix("'") for name, cell in zip(CSV_HEADER, cells, strict=True)}
    row |= {"facts": all_decoded(row["facts"]), "programme": _programme(row["programme"])}
    return Row(int(row.pop("leaf_index")), row.pop("leaf_hash"), row)


_EQUALS = "\\="
_BETWEEN = re.compile(r" (?=\w+=)")
_HEADER = re.compile(r"((?:\\.|[^\\|])*)\|" * 7)
_CEF_NAMES = {"suser": "actor", "spriv": "role", "act": "action", "cs1": "object", "reason": "purpose"}
_CEF_NAMES |= {"outcome": "result", "cs4": "at"}


def cef_pattern(kind: Kind, line: Line, row: str) -> Pattern:
    """What stands before the moment, between it and the leaf, and between that and the object's pseudonym."""
    told = kind.told
    pairs = ("suser", "actor"), ("spriv", "role"), ("act", "action"), ("reason", "purpose"), ("outcome", "result")
    second = "".join(_pair(name, told[ours]) for name, ours in pairs) + " cn1Label=leaf_index cn1="
    about = " cs1=" if line[4] else _pair("cs1", told["object"])
    programme = f" cn2Label=programme cn2={told['programme']}" if "programme" in told else ""
    third = f"{programme} cs1Label=object{about}"
    (rest,) = cef_rows([(("", second, third), line)])
    return row.removesuffix(rest), second, third


def cef_rows(made: Iterable[tuple[Pattern, Line]]) -> list[str]:
    return [
        f"{first}rt={stamp}{second}{leaf}{third}{about} cs2Label=leaf_hash cs2={hashed}"
        f" cs3Label=facts cs3={facts.replace('=', _EQUALS)} cs4Label=at cs4={at}\n"
        for (first, second, third), (leaf, hashed, at, stamp, about, facts, _) in made
    ]


def _pair(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("=", _EQUALS)
    return f" {name}={escaped}" if value else ""


def cef_row(lines: Iterator[str]) -> Row:
    line = next(lines)
    header = _HEADER.match(line)
    if header is None:
        raise ValueError
    pairs = (pair.partition("=") for pair in _BETWEEN.split(line[header.end() :].rstrip("\n")))
    said = each_once([(name, _plain(value)) for name, _, value in pairs])
    claims: Told = {ours: said.get(theirs, "") for theirs, ours in _CEF_NAMES.items()}
    claims |= {"facts": all_decoded(said["cs3"]), "milliseconds": int(said["rt"])}
    claims |= {"build": _plain(header[4]), "programme": _programme(said.get("cn2", ""))}
    return Row(int(said["cn1"]), said["cs2"], claims)


def _programme(cell: str) -> int | None:
    """The programme that an entry names; entries of the first format name none."""
    return int(cell) if cell else None


_ENDS = {"n": "\n", "r": "\r"}


def _plain(escaped: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ENDS.get(found[1], found[1]), escaped) if "\\" in escaped else escaped


FORMATS = {
    "events.jsonl": Format(ocsf_pattern, ocsf_rows, ocsf_row),
    "events.csv": Format(csv_pattern, csv_rows, csv_row, ",".join(CSV_HEADER)),
    "events.cef": Format(cef_pattern, cef_rows, cef_row),
}
