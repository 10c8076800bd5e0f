"""An entry as other systems want it: OCSF, CSV, CEF. Derived, never the evidence.

Each row carries `leaf_index` and `leaf_hash`, which tie it to the tree. Rows are made of the entry alone,
and nothing in the entry is left out, so that anyone can hold row and entry against each other.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from app.audit.actions import ACTIONS, OTHER, Action, Ocsf

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
)
CSV_HEADER: Final = ",".join((*CSV_COLUMNS, "facts")) + "\r\n"
_OCSF_VERSION: Final = "1.3.0"
_INFORMATIONAL, _MEDIUM = 1, 3
_SUCCESS, _FAILURE = 1, 2
_CEF_LOW, _CEF_MEDIUM = 3, 6
_BEGINS_A_FORMULA: Final = re.compile(r"[\s\u200b-\u200f\u2028-\u202f\u2060\ufeff]*['=+\-@|%\t\r]")

Row = Callable[[Mapping[str, Any], int, str], str]
"""(entry, leaf index, leaf hash in hex) -> a line of a view."""


def ocsf(entry: Mapping[str, Any], leaf_index: int, leaf_hash: str) -> str:
    """One JSON object in the Open Cybersecurity Schema Framework; the whole entry stands under `unmapped`."""
    action = _action(entry)
    event = {
        "activity_id": action.activity,
        "category_uid": action.ocsf // 1000,
        "class_uid": int(action.ocsf),
        "type_uid": action.ocsf * 100 + action.activity,
        "time": _milliseconds(entry),
        "severity_id": _INFORMATIONAL if _succeeded(entry) else _MEDIUM,
        "status_id": _SUCCESS if _succeeded(entry) else _FAILURE,
        "status_detail": entry["result"],
        "message": action.meaning,
        "metadata": {
            "version": _OCSF_VERSION,
            "product": {"name": "Dygnet", "vendor_name": "Dygnet", "version": entry["build"]},
        },
        "actor": {"user": {"name": entry["actor"], "type": entry["role"]}},
        "api": {"operation": entry["action"]},
        "resources": [{"uid": entry["object"]}] if entry["object"] else [],
        "unmapped": entry,
        "leaf_index": leaf_index,
        "leaf_hash": leaf_hash,
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_row(entry: Mapping[str, Any], leaf_index: int, leaf_hash: str) -> str:
    """A line that a spreadsheet shows and never runs."""
    cells = [leaf_index, leaf_hash, *(without_formula(entry[name]) for name in CSV_COLUMNS[2:]), _facts(entry)]
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def without_formula(cell: str) -> str:
    """The cell, behind an apostrophe if a spreadsheet could take it for a formula; invisible characters hide none."""
    return f"'{cell}" if _BEGINS_A_FORMULA.match(cell) else cell


def cef(entry: Mapping[str, Any], leaf_index: int, leaf_hash: str) -> str:
    """A line in the Common Event Format."""
    severity = _CEF_LOW if _succeeded(entry) else _CEF_MEDIUM
    header = ("CEF:0", "Dygnet", "dygnet", entry["build"], entry["action"], _action(entry).meaning, str(severity))
    extension = {
        "rt": _milliseconds(entry),
        "suser": entry["actor"],
        "spriv": entry["role"],
        "act": entry["action"],
        "reason": entry["purpose"],
        "outcome": entry["result"],
        "cn1Label": "leaf_index",
        "cn1": leaf_index,
        "cs1Label": "object",
        "cs1": entry["object"],
        "cs2Label": "leaf_hash",
        "cs2": leaf_hash,
        "cs3Label": "facts",
        "cs3": _facts(entry),
        "cs4Label": "at",
        "cs4": entry["at"],
    }
    said = " ".join(f"{name}={_escaped(str(value), '=')}" for name, value in extension.items() if value != "")
    return "|".join(_escaped(part, "|") for part in header) + f"|{said}\n"


def _escaped(text: str, mark: str) -> str:
    return text.replace("\\", "\\\\").replace(mark, f"\\{mark}")


def _facts(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry["facts"], ensure_ascii=False, separators=(",", ":"))


def _action(entry: Mapping[str, Any]) -> Action:
    """The registry's line; one for an action that a later version wrote and this one does not know."""
    return ACTIONS.get(entry["action"]) or Action(entry["action"], "unknown to this version", Ocsf.API, OTHER)


def _succeeded(entry: Mapping[str, Any]) -> bool:
    return entry["result"] == "done" and not str(entry["action"]).endswith(("_failed", ".failed", ".refused"))


def _milliseconds(entry: Mapping[str, Any]) -> int:
    since_1970 = datetime.fromisoformat(entry["at"]) - datetime(1970, 1, 1, tzinfo=UTC)
    return since_1970 // timedelta(milliseconds=1)
