"""Every kind of deed as an event of its OCSF class: what the schema asks for is there, and nothing it does not know.

The requirements below were read, class by class, from the definitions of the schema (events/ and objects/, 1.5).
"""

from __future__ import annotations

import json

import pytest

from app.audit import views
from app.audit.actions import ACTIONS
from app.audit.ocsf_classes import ACTIVITIES, OTHER, Ocsf

BASE = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
"""Required of every event; those that any may have besides:"""

BESIDES = {"activity_name", "message", "status_detail", "status_id", "unmapped"}
OURS = {"leaf_index", "leaf_hash"}
REQUIRED = {
    Ocsf.ACCOUNT_CHANGE: {"user"},
    Ocsf.AUTHENTICATION: {"user"},
    Ocsf.USER_ACCESS: {"user"},
    Ocsf.LIFECYCLE: {"app"},
    Ocsf.API: {"actor", "api", "src_endpoint"},
    Ocsf.DATASTORE: {"actor", "src_endpoint"},
}
AT_LEAST_ONE = {Ocsf.AUTHENTICATION: {"service", "dst_endpoint"}, Ocsf.DATASTORE: {"database", "databucket", "table"}}
KNOWN = {
    Ocsf.ACCOUNT_CHANGE: {"actor", "user"},
    Ocsf.AUTHENTICATION: {"actor", "user", "service"},
    Ocsf.USER_ACCESS: {"actor", "user", "privileges", "resources"},
    Ocsf.LIFECYCLE: {"actor", "app"},
    Ocsf.API: {"actor", "api", "src_endpoint", "resources"},
    Ocsf.DATASTORE: {"actor", "src_endpoint", "database"},
}
NAMED = {
    Ocsf.ACCOUNT_CHANGE: {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
    Ocsf.AUTHENTICATION: {1, 2, 3, 4, 5, 6, 7},
    Ocsf.USER_ACCESS: {1, 2, 3, 4},
    Ocsf.LIFECYCLE: {1, 2, 3, 4, 5, 6, 7, 8},
    Ocsf.API: {1, 2, 3, 4},
    Ocsf.DATASTORE: {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
}
"""The numbers that each class has for activities."""


def event(action: str, about: str = "5f" * 16, result: str = "done") -> dict:
    entry = {
        "v": 2,
        "at": "2026-03-01T12:00:00.123456Z",
        "actor": "anna",
        "role": "handler",
        "action": action,
        "object": about,
        "purpose": "",
        "result": result,
        "build": "0.1.0",
        "programme": 3,
        "facts": {},
    }
    return json.loads(views.ocsf(entry, 5, "ab" * 32))


@pytest.mark.parametrize("about", ["", "5f" * 16, "person:bo"])
def test_every_deed_has_its_class_its_activity_and_what_they_ask_for(about):
    for name, action in ACTIONS.items():
        said = event(name, about)
        assert said.keys() >= BASE | REQUIRED[action.ocsf], name
        assert said.keys() & AT_LEAST_ONE.get(action.ocsf, said.keys()), name
        assert said.keys() <= BASE | BESIDES | KNOWN[action.ocsf] | OURS, name
        assert said["class_uid"] // 1000 == said["category_uid"]
        assert said["type_uid"] == said["class_uid"] * 100 + said["activity_id"]
        assert action.activity in NAMED[action.ocsf] | {OTHER}, name
        assert said["activity_name"] == ACTIVITIES[action.ocsf][action.activity]
        assert said["metadata"].keys() >= {"version", "product", "event_code"}
        assert isinstance(said["time"], int)
        assert all(person["name"] for person in (said["actor"]["user"], said.get("user", {"name": "-"})))


def test_whoever_an_account_belongs_to_is_named_and_one_case_can_be_followed():
    assert event("staff.locked", "person:bo")["user"] == {"name": "bo"}
    assert event("staff.signed_in", "")["user"] == {"name": "anna"}
    assert event("case.read")["metadata"]["correlation_uid"] == "5f" * 16
    assert event("case.read")["actor"]["user"] == {"name": "anna", "type_id": 99, "type": "handler"}


def test_what_was_refused_weighs_more():
    assert (event("case.read")["status_id"], event("case.read")["severity_id"]) == (1, 1)
    refused = event("access.refused", result="refused")
    assert (refused["status_id"], refused["severity_id"], refused["status_detail"]) == (2, 3, "refused")
