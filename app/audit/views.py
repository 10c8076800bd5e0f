"""An entry as other systems want it: OCSF, CSV, CEF. Derived, never the evidence.

Each row carries `leaf_index` and `leaf_hash`, which tie it to the tree. Rows are made of the entry alone,
and nothing in the entry is left out, so that anyone can hold row and entry against each other.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from app.audit.actions import ACTIONS, Action
from app.audit.ocsf import event, line, written
from app.audit.ocsf_classes import OTHER, Ocsf

CSV_COLUMNS: Final = (
    "leaf_index",
    "leaf_hash",
    "at",
    "actor",
    "role",
    "action",
    "object",
    "purpose",
    "result",
    "build",
    "programme",
)
CSV_HEADER: Final = ",".join((*CSV_COLUMNS, "facts")) + "\r\n"
_1970: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CEF_LOW, _CEF_MEDIUM = 3, 6
_BEGINS_A_FORMULA: Final = re.compile(r"[\s\u200b-\u200f\u2028-\u202f\u2060\ufeff]*['=+\-@|%\t\r]")

Row = Callable[[Mapping[str, Any], int, str], str]
"""(entry, leaf index, leaf hash in hex) -> a line of a view."""


def ocsf(entry: Mapping[str, Any], leaf_index: int, leaf_hash: str) -> str:
    """One JSON object in the Open Cybersecurity Schema Framework (`app/audit/ocsf.py`), and the leaf that proves it."""
    said = event(entry, _action(entry["action"]), succeeded=succeeded(entry), milliseconds=_milliseconds(entry))
    said["metadata"] |= {"sequence": leaf_index, "uid": leaf_hash}
    return line(said | {"leaf_index": leaf_index, "leaf_hash": leaf_hash}) + "\n"


def csv_row(entry: Mapping[str, Any], leaf_index: int, leaf_hash: str) -> str:
    """A line that a spreadsheet shows and never runs."""
    cells = [
        leaf_index,
        leaf_hash,
        *(without_formula(str(entry.get(name, ""))) for name in CSV_COLUMNS[2:]),
        _facts(entry),
    ]
    row = io.StringIO()
    csv.writer(row).writerow(cells)
    return row.getvalue()


def without_formula(cell: str) -> str:
    """The cell, behind an apostrophe if a spreadsheet could take it for a formula; invisible characters hide none."""
    if cell[:1].isalnum():  # most do, and no formula does
        return cell
    return f"'{cell}" if _BEGINS_A_FORMULA.match(cell) else cell


def cef(entry: Mapping[str, Any], leaf_index: int, leaf_hash: str) -> str:
    """A line in the Common Event Format."""
    extension = (
        ("suser", entry["actor"]),
        ("spriv", entry["role"]),
        ("act", entry["action"]),
        ("reason", entry["purpose"]),
        ("outcome", entry["result"]),
    )
    programme = f" cn2Label=programme{_pair('cn2', entry['programme'])}" if "programme" in entry else ""
    return (
        f"{_header(entry['build'], entry['action'], succeeded(entry))}|rt={_milliseconds(entry)}"
        f"{''.join([_pair(name, value) for name, value in extension])} cn1Label=leaf_index cn1={leaf_index}{programme}"
        f" cs1Label=object{_pair('cs1', entry['object'])} cs2Label=leaf_hash cs2={leaf_hash}"
        f" cs3Label=facts{_pair('cs3', _facts(entry))} cs4Label=at{_pair('cs4', entry['at'])}\n"
    )


@lru_cache(maxsize=1000)
def _header(build: str, action: str, done: bool) -> str:
    severity = _CEF_LOW if done else _CEF_MEDIUM
    parts = ("CEF:0", "Dygnet", "dygnet", build, action, _action(action).meaning, str(severity))
    return "|".join([_escaped(part, "|") for part in parts])


def _pair(name: str, value: str) -> str:
    """What is empty is left out."""
    return f" {name}={_escaped(str(value), '=')}" if value != "" else ""


def _escaped(text: str, mark: str) -> str:
    """With a backslash before what ends a field; ends of lines as `\\n` and `\\r`, so that a line stays one."""
    if text.isalnum():  # most are, and no mark is
        return text
    text = text.replace("\\", "\\\\").replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n").replace("\r", "\\r")


def _facts(entry: Mapping[str, Any]) -> str:
    return written(entry["facts"])


def _action(name: str) -> Action:
    """The registry's line; one for an action that a later version wrote and this one does not know."""
    return ACTIONS.get(name) or Action(name, "unknown to this version", Ocsf.API, OTHER)


def succeeded(entry: Mapping[str, Any]) -> bool:
    """Whether the deed was done, and not refused or failed."""
    return entry["result"] == "done" and not str(entry["action"]).endswith(("_failed", ".failed", ".refused"))


def _milliseconds(entry: Mapping[str, Any]) -> int:
    return _moment(entry["at"])


@lru_cache(maxsize=4)  # each of the views asks for it in turn
def _moment(at: str) -> int:
    return (datetime.fromisoformat(at) - _1970) // timedelta(milliseconds=1)
