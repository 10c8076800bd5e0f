"""An entry as an event of the Open Cybersecurity Schema Framework, 1.5: what each class asks for, and nothing made up.

https://schema.ocsf.io/1.5.0. We log no addresses, so the endpoint that the schema wants is named after the actor's
part. The entry itself stands whole under `unmapped`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from app.audit.actions import Action
from app.audit.ocsf_classes import ACTIVITIES, Ocsf

VERSION: Final = "1.5.0"
HOUSE: Final = "Dygnet"
_INFORMATIONAL, _MEDIUM = 1, 3
_SUCCESS, _FAILURE = 1, 2
_OTHER_KIND: Final = 99
_A_PERSON: Final = "person:"

written: Final[Callable[[object], str]] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Anything as JSON, as all the views write it."""

Entry = Mapping[str, Any]


def event(entry: Entry, action: Action, *, succeeded: bool, milliseconds: int) -> dict[str, Any]:
    """The event, without the leaf that proves it."""
    return {
        "activity_id": action.activity,
        "activity_name": ACTIVITIES[action.ocsf][action.activity],
        "category_uid": action.ocsf // 1000,
        "class_uid": int(action.ocsf),
        "type_uid": action.ocsf * 100 + action.activity,
        "time": milliseconds,
        "severity_id": _INFORMATIONAL if succeeded else _MEDIUM,
        "status_id": _SUCCESS if succeeded else _FAILURE,
        "status_detail": entry["result"],
        "message": action.meaning,
        "metadata": _metadata(entry, action),
        "actor": {"user": _user(entry["actor"], entry["role"])},
        **_OF_THE_CLASS[action.ocsf](entry),
        "unmapped": entry,
    }


def _metadata(entry: Entry, action: Action) -> dict[str, Any]:
    """`correlation_uid` is the object's pseudonym: by it an analyst follows one case without knowing whose it is."""
    said: dict[str, Any] = {"version": VERSION, "product": _product(entry), "event_code": entry["action"]}
    if entry["object"]:
        said["correlation_uid"] = entry["object"]
    if action.ocsf is Ocsf.LIFECYCLE:
        said["profiles"] = ["host"]  # without it the class knows no actor
    return said


def _product(entry: Entry) -> dict[str, str]:
    return {"name": HOUSE, "vendor_name": HOUSE, "version": entry["build"]}


def _user(name: str, kind: str = "") -> dict[str, Any]:
    return {"name": name} | ({"type_id": _OTHER_KIND, "type": kind} if kind else {})


def _concerned(entry: Entry) -> dict[str, Any]:
    """Whose account or rights it is about: the person who is the object, or whoever did it."""
    about = str(entry["object"])
    return _user(about.removeprefix(_A_PERSON) if about.startswith(_A_PERSON) else entry["actor"])


def _resources(entry: Entry) -> list[dict[str, str]]:
    return [{"uid": entry["object"]}] if entry["object"] else []


def _from(entry: Entry) -> dict[str, str]:
    return {"name": entry["role"] or entry["actor"]}


def _of_an_api(entry: Entry) -> dict[str, Any]:
    operation = {"operation": entry["action"]}
    return {"api": operation, "src_endpoint": _from(entry), "resources": _resources(entry)}


def _of_a_datastore(entry: Entry) -> dict[str, Any]:
    return {"database": {"name": HOUSE}, "src_endpoint": _from(entry)}


def _of_an_access(entry: Entry) -> dict[str, Any]:
    return {"user": _concerned(entry), "privileges": [entry["action"]], "resources": _resources(entry)}


def _of_a_sign_in(entry: Entry) -> dict[str, Any]:
    return {"user": _concerned(entry), "service": {"name": HOUSE}}


_OF_THE_CLASS: Final[Mapping[Ocsf, Callable[[Entry], dict[str, Any]]]] = {
    Ocsf.ACCOUNT_CHANGE: lambda entry: {"user": _concerned(entry)},
    Ocsf.AUTHENTICATION: _of_a_sign_in,
    Ocsf.USER_ACCESS: _of_an_access,
    Ocsf.LIFECYCLE: lambda entry: {"app": _product(entry)},
    Ocsf.API: _of_an_api,
    Ocsf.DATASTORE: _of_a_datastore,
}


def line(said: Mapping[str, Any]) -> str:
    """An event as a line of JSON, without its end."""
    return written(said)
