"""What must stand in each derived view about an entry: every word of it follows from the entry and the list of deeds.

The list says what each deed means and how OCSF calls it. It is the log's own, and all that is shared with what wrote
the views.
"""

from __future__ import annotations

import csv
import re
from typing import Any

from app.audit.actions import ACTIONS, Action
from app.audit.ocsf_classes import ACTIVITIES, OTHER, Ocsf
from app.audit.verifier.entries import Told, encoded

CSV_HEADER = "leaf_index leaf_hash at actor role action object purpose result build programme facts".split()
OCSF_VERSION = "1.5.0"
OURSELVES = "Dygnet"
A_PERSON = "person:"
OF_ANOTHER_KIND = 99
UNKNOWN_DEED = "unknown to this version"
_FORMULA = re.compile(r"[\s\u200b-\u200f\u2028-\u202f\u2060\ufeff]*['=+\-@|%\t\r]")
_NOT_DONE = ("_failed", ".failed", ".refused")


def is_known(told: Told) -> bool:
    """Whether the list says what the deed of this entry means. A later version's may be another's."""
    return told["action"] in ACTIONS


def ocsf_row(told: Told, leaf: int, hashed: str) -> str:
    """An event of the Open Cybersecurity Schema Framework, with the entry in it and the leaf that proves it."""
    entry, deed, done = told["entry"], _deed(told), _was_done(told)
    event = {
        "activity_id": deed.activity,
        "activity_name": ACTIVITIES[deed.ocsf][deed.activity],
        "category_uid": deed.ocsf // 1000,
        "class_uid": int(deed.ocsf),
        "type_uid": deed.ocsf * 100 + deed.activity,
        "time": told["milliseconds"],
        "severity_id": 1 if done else 3,
        "status_id": 1 if done else 2,
        "status_detail": entry["result"],
        "message": deed.meaning,
        "metadata": _metadata(entry, deed) | {"sequence": leaf, "uid": hashed},
        "actor": {"user": {"name": entry["actor"]} | _of_kind(entry["role"])},
        **_of_the_class(entry, deed),
        "unmapped": entry,
        "leaf_index": leaf,
        "leaf_hash": hashed,
    }
    return f"{encoded(event)}\n"


def _metadata(entry: Told, deed: Action) -> Told:
    about = {"correlation_uid": entry["object"]} if entry["object"] else {}
    profiles = {"profiles": ["host"]} if deed.ocsf is Ocsf.LIFECYCLE else {}
    return {"version": OCSF_VERSION, "product": _product(entry), "event_code": entry["action"]} | about | profiles


def _product(entry: Told) -> Told:
    return {"name": OURSELVES, "vendor_name": OURSELVES, "version": entry["build"]}


def _of_kind(role: str) -> Told:
    return {"type_id": OF_ANOTHER_KIND, "type": role} if role else {}


def _of_the_class(entry: Told, deed: Action) -> Told:
    """What events of the deed's class have besides."""
    about, who = entry["object"], entry["actor"]
    whose = {"user": {"name": about.removeprefix(A_PERSON) if about.startswith(A_PERSON) else who}}
    source = {"src_endpoint": {"name": entry["role"] or who}}
    resources = {"resources": [{"uid": about}] if about else []}
    besides: dict[Ocsf, Told] = {
        Ocsf.ACCOUNT_CHANGE: whose,
        Ocsf.AUTHENTICATION: whose | {"service": {"name": OURSELVES}},
        Ocsf.USER_ACCESS: whose | {"privileges": [entry["action"]]} | resources,
        Ocsf.LIFECYCLE: {"app": _product(entry)},
        Ocsf.API: {"api": {"operation": entry["action"]}} | source | resources,
        Ocsf.DATASTORE: {"database": {"name": OURSELVES}} | source,
    }
    return besides[deed.ocsf]


def no_formula(word: str) -> str:
    """With an apostrophe before what a spreadsheet could take for a formula."""
    return f"'{word}" if _FORMULA.match(word) else word


class _Kept:
    """A file of one line: what was written last."""

    def __init__(self) -> None:
        self.line = ""

    def write(self, line: str) -> None:
        self.line = line


def csv_row(told: Told, leaf: int, hashed: str) -> str:
    """A line for spreadsheets, in which nothing is taken for a formula."""
    words = [str(told["entry"].get(name, "")) for name in CSV_HEADER[2:-1]]
    kept = _Kept()
    csv.writer(kept).writerow([leaf, hashed, *map(no_formula, words), encoded(told["facts"])])
    return kept.line


def cef_row(told: Told, leaf: int, hashed: str) -> str:
    """A line in the Common Event Format; what is empty is left out."""
    entry = told["entry"]
    severity = "3" if _was_done(told) else "6"
    header = ("CEF:0", "Dygnet", "dygnet", entry["build"], entry["action"], _deed(told).meaning, severity)
    extension = {
        "rt": told["milliseconds"],
        "suser": entry["actor"],
        "spriv": entry["role"],
        "act": entry["action"],
        "reason": entry["purpose"],
        "outcome": entry["result"],
        "cn1Label": "leaf_index",
        "cn1": leaf,
        **({"cn2Label": "programme", "cn2": entry["programme"]} if "programme" in entry else {}),
        "cs1Label": "object",
        "cs1": entry["object"],
        "cs2Label": "leaf_hash",
        "cs2": hashed,
        "cs3Label": "facts",
        "cs3": encoded(entry["facts"]),
        "cs4Label": "at",
        "cs4": entry["at"],
    }
    pairs = [f"{name}={_escaped(value, '=')}" for name, value in extension.items() if value != ""]
    return f"{'|'.join([_escaped(part, '|') for part in header])}|{' '.join(pairs)}\n"


def _escaped(value: Any, mark: str) -> str:
    escaped = str(value).replace("\\", "\\\\").replace(mark, f"\\{mark}")
    return escaped.replace("\n", "\\n").replace("\r", "\\r")


def _deed(told: Told) -> Action:
    return ACTIONS.get(told["action"]) or Action(told["action"], UNKNOWN_DEED, Ocsf.API, OTHER)


def _was_done(told: Told) -> bool:
    return told["result"] == "done" and not str(told["action"]).endswith(_NOT_DONE)
