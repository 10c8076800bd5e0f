"""The promise, worked out from the log alone: by somebody who has nothing but the folder."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from app.audit.export import export
from app.audit.log import rfc3339
from app.audit.verifier.bundles import Known, Lines
from app.audit.verifier.promise import Promise
from app.audit.verifier.report import Report
from app.audit.verify import verify
from app.vault.keyring import Keyring
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
A_DAY = timedelta(hours=24)


def told(*entries):
    """A report on these deeds alone: (hours after noon, action, object, facts)."""
    report = Report()
    promise = Promise(report)
    said = {"v": 1, "actor": "anna", "role": "handler", "purpose": "", "result": "done", "build": "dev"}
    bodies = [
        rfc8785.dumps(
            said | {"at": rfc3339(NOON + timedelta(hours=hours)), "action": action, "object": about, "facts": facts}
        )
        for hours, action, about, facts in entries
    ]
    promise.compare(Lines(0, bodies, [bytes(32)] * len(bodies), Known()).bundle(report))
    promise.finish(None)
    return report


def opened(case="a", at=0.0, due=24.0):
    return (at, "case.opened", case, {"due_at": (NOON + timedelta(hours=due)).isoformat()})


def contact(at, in_time, case="a"):
    return (at, "contact.first", case, {"in_time": in_time})


def breached(at, case="a", due=24.0):
    return (at, "case.breached", case, {"due_at": (NOON + timedelta(hours=due)).isoformat()})


def step(at, due, case="a"):
    said = {"due_at": (NOON + timedelta(hours=due)).isoformat(), "step": "untaken.0.0", "missed": 0, "pages": 1}
    return (at, "step.taken", case, said)


@pytest.mark.parametrize(
    ("entries", "counted"),
    [
        ([opened(), contact(1, True)], "1 cases, 1 in contact within 24 hours, 0 not, 0 with time left"),
        ([opened(), contact(25, False)], "1 cases, 0 in contact within 24 hours, 1 not, 0 with time left"),
        ([opened(), (23, "log.heartbeat", "", {})], "1 cases, 0 in contact within 24 hours, 0 not, 1 with time left"),
        ([opened(), (25, "log.heartbeat", "", {})], "1 cases, 0 in contact within 24 hours, 1 not, 0 with time left"),
        (
            [opened(), opened("b", 1, 25), (2, "case.merged", "b", {"into": "a"}), contact(3, True)],
            "1 cases, 1 in contact within 24 hours, 0 not, 0 with time left",
        ),
        ([opened(), (0, "canary.sent", "a", {})], "0 cases, 0 in contact within 24 hours, 0 not, 0 with time left"),
    ],
)
def test_each_case_is_judged_by_its_moments(entries, counted):
    report = told(*entries)
    assert report.checked[0].endswith(counted)
    assert report.ok, report.findings


@pytest.mark.parametrize(
    ("entries", "finding"),
    [
        ([opened(due=30.0)], "leaf 0: the due moment is later than 24 hours after the first approach"),
        ([opened(), contact(25, True)], "leaf 1: says otherwise whether the contact was in time than its moment does"),
        ([opened(), contact(1, False)], "leaf 1: says otherwise whether the contact was in time than its moment does"),
        ([opened(), contact(1, True), contact(2, True)], "leaf 2: a first contact of a case that was never opened, or"),
        ([contact(1, True)], "leaf 0: a first contact of a case that was never opened, or had one before"),
        ([opened(), breached(23)], "leaf 1: a breach of a promise that was kept"),
        ([opened(), contact(1, True), breached(24)], "leaf 2: a breach of a promise that was kept"),
        ([opened(), breached(24, due=25.0)], "leaf 1: a breach with another due moment than the case was opened with"),
        (
            [opened("b"), opened("a", 1, 25), (2, "case.merged", "b", {"into": "a"})],
            "leaf 2: a case was joined into one with a later due moment",
        ),
        ([(0, "case.opened", "a", {})], "leaf 0: case.opened does not say what it has to"),
    ],
)
def test_a_log_that_says_otherwise_than_its_own_moments_is_wrong(entries, finding):
    assert told(*entries).findings[0].startswith(finding)


def test_every_breach_and_every_late_step_is_listed_with_its_leaf():
    report = told(opened(), step(0.5, 0), step(0.001, 0), breached(24), contact(26.5, False))
    breach = "opened in leaf 0, due 2026-03-02 12:00:00 UTC; first contact 2:30:00 late, in leaf 4; recorded in leaf 3"
    assert report.promise == [
        "LATE     leaf 1: step untaken.0.0 of case a: due 2026-03-01T12:00:00+00:00, taken 1800 s later",
        f"BREACH   case a: {breach}; no reason given",
    ]
    assert report.ok
    assert report.checked[1] == "2 steps against their moments: 1 late by over a minute, the worst by 1800.0 s"


def test_a_breach_that_the_log_keeps_silent_about_is_listed_all_the_same():
    assert "not recorded as a breach" in told(opened(), contact(30, False)).promise[0]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 80) | st.none()), max_size=12))
def test_the_count_is_what_a_plain_count_says(cases):
    entries = [(at, *opened(f"c{number}", at, at + 24)[1:]) for number, (at, _) in enumerate(cases)]
    contacts = [(number, at, at + after) for number, (at, after) in enumerate(cases) if after is not None]
    entries += [contact(when, when <= at + 24, f"c{number}") for number, at, when in contacts]
    end = max((entry[0] for entry in entries), default=0)
    kept = sum(when <= at + 24 for _, at, when in contacts)
    late = len(contacts) - kept + sum(after is None and at + 24 <= end for at, after in cases)
    expected = f"{len(cases)} cases, {kept} in contact within 24 hours, {late} not, {len(cases) - kept - late} with"
    assert expected in told(*entries).checked[0]


@ON_ONE_DATABASE
def test_promise_3_an_auditor_works_out_from_the_log_alone_who_waited_too_long(hotline, tmp_path):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    hotline.record_contact("anna")
    hotline.text_from(ANOTHER_STRANGER, "hallå där")
    hotline.wait_until(hotline.now + timedelta(hours=25))
    hotline.work()
    keyring = Keyring.load(hotline.settings.keys_dir, private=("audit",))
    made = export(hotline.db, tmp_path / "log", key=keyring.log_key, origin=keyring.log_name, at=hotline.now, by="eva")
    report = verify(made.folder, made.vkey, cases=tmp_path / "cases.csv")

    assert report.ok, report.findings
    counted = "2 cases, 1 in contact within 24 hours, 1 not, 0 with time left"
    assert any(line.endswith(counted) for line in report.checked), report.checked
    (breach,) = [line for line in report.promise if line.startswith("BREACH")]
    assert "no contact when the log ends; recorded in leaf" in breach
    rows = list(csv.DictReader((tmp_path / "cases.csv").read_text().splitlines()))
    assert [row["in_time"] for row in rows] == ["yes", "no"]
    assert all(int(row["steps"]) > 0 for row in rows)
    assert any(line.startswith("LATE") for line in report.promise), "no engine looked for a day"
