"""What the auditor sees of the log, without having to trust it."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from sqlalchemy import update

from app.audit import sequencer
from app.audit.log import record
from app.audit.models import AuditTile
from app.audit.verify import verify
from app.vault.keyring import Keyring
from tests.audit import turning
from tests.console.office import Office, send


@pytest.fixture
def signed(office: Office, keys) -> Office:
    office.approach()
    key = Keyring.load(keys, private=("audit",)).log_key
    with office.db.transaction() as session:
        sequencer.sequence(session, at=office.now)
        sequencer.checkpoint(session, key, at=office.now, origin="linjen.example.org/log")
    return office


def test_the_latest_entries_are_shown_in_words(signed: Office):
    page = signed.browser("eva").get("/console/log").text
    assert "loggen lästes i konsolen" in page
    assert "det blev ett ärende; klockan går" in page
    assert "case.opened" in page


def test_a_log_that_is_what_was_signed_says_so(signed: Office):
    page = signed.browser("eva").get("/console/log").text
    assert "stämmer med det som finns lagrat" in page
    assert "linjen.example.org/log" in page
    assert "dygnet audit verify DIR" in page


def test_a_tree_that_was_changed_under_its_signature_is_told(signed: Office):
    with signed.db.transaction() as session:
        session.execute(update(AuditTile).values(hashes=b"\x00" * 32 * 8))
    assert "stämmer INTE" in signed.browser("eva").get("/console/log").text


def test_an_unsigned_log_says_so(office: Office):
    assert "Inget är signerat ännu" in office.browser("eva").get("/console/log").text


def test_older_entries_are_a_page_away(office: Office):
    eva = office.browser("eva")
    for _ in range(60):
        eva.get("/console/log")
    first = eva.get("/console/log").text
    older = first.split('href="/console/log?before=')[1].split('"')[0]
    page = eva.get(f"/console/log?before={older}").text
    assert "<code>programme.applied</code>" in page
    assert "<code>programme.applied</code>" not in first


@pytest.mark.parametrize("before", ["0", "-1", "x", "1e9"])
def test_nonsense_in_the_address_is_answered_calmly(office: Office, before: str):
    assert office.browser("eva").get(f"/console/log?before={before}").status_code == 422


def listed(page: str) -> list[str]:
    """The kinds of deeds on a page, in its order."""
    return re.findall(r"<code>([a-z_.]+)</code>", page)


def test_a_search_wants_a_reason_finds_what_was_asked_for_and_says_so_in_the_log(signed: Office):
    eva, pseudonym = signed.browser("eva"), signed.log("case.opened")[0]["object"]
    asked = {"since": "2026-01-01", "until": "2026-01-31", "about": pseudonym}

    without = eva.get("/console/log", params=asked)
    assert without.status_code == 422
    assert "Välj varför du söker" in without.text
    assert f'value="{pseudonym}"' in without.text
    assert listed(without.text) == []

    page = eva.get("/console/log", params=asked | {"because": "complaint"}).text
    assert set(listed(page)) >= {"case.opened"}
    assert "programme.applied" not in listed(page)
    searched = signed.log("log.read")[-1]
    assert (searched["actor"], searched["role"], searched["purpose"]) == ("eva", "auditor", "complaint")
    assert searched["facts"]["of_about"] == pseudonym
    assert searched["facts"]["of_until"] == "2026-01-31T23:00:00.000000Z"

    only = eva.get("/console/log", params={"action": "log.read", "because": "oversight"}).text
    assert set(listed(only)) == {"log.read"}
    nobody = eva.get("/console/log", params={"actor": "nobody", "because": "oversight"}).text
    assert "Ingen post passar" in nobody


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ({"since": "igår"}, "Den första dagen är inget datum"),
        ({"until": "9999-12-31"}, "Den sista dagen är inget datum"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "ligger före den första"),
        ({"actor": "0701740605"}, "Så kan inget alias se ut"),
        ({"about": "anna@example.org"}, "Så kan ingen pseudonym se ut"),
        ({"action": "moon.landed"}, "Den händelsen finns inte"),
    ],
)
def test_what_cannot_be_asked_says_why_keeps_what_was_typed_and_writes_none_of_it_down(office: Office, typed, answer):
    page = office.browser("eva").get("/console/log", params=typed | {"because": "incident"})

    assert page.status_code == 422
    assert answer in page.text
    assert all(f'value="{word}"' in page.text for name, word in typed.items() if name != "action")
    assert office.log("log.read")[-1]["facts"] == {}


def test_a_part_is_taken_away_with_its_proofs_and_that_somebody_verified_it_is_noted(signed: Office, tmp_path):
    eva = signed.browser("eva")
    assert send(eva, "/console/log/exports", actor="operator").status_code == 422  # no reason
    answer = send(eva, "/console/log/exports", actor="operator", because="authority")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        packed.extractall(tmp_path)
    report = verify(tmp_path / "dygnet-log")
    taken = signed.log("log.exported")[-1]

    assert report.findings == []
    assert (taken["actor"], taken["purpose"], taken["facts"]) == ("eva", "authority", {"of_actor": "operator"})

    note = (tmp_path / "dygnet-log" / "checkpoint").read_text("utf-8")
    assert "Senast kontrollerad utanför</dt><dd>aldrig" in eva.get("/console/log").text
    assert send(eva, "/console/log/verifications", checkpoint=note).status_code == 303
    size = note.splitlines()[1]
    assert f"av eva, de första {size} posterna" in eva.get("/console/log").text

    forged = note.replace(f"\n{size}\n", f"\n{int(size) + 1}\n")
    answer = send(eva, "/console/log/verifications", checkpoint=forged)
    assert answer.status_code == 422
    assert "har loggen aldrig signerat" in answer.text
    assert [entry["result"] for entry in signed.log("log.verified")] == ["done", "refused"]


def test_after_the_turn_of_a_year_a_search_finds_both_and_a_part_of_both_is_taken_away(office: Office, keys, tmp_path):
    keyring, case = Keyring.load(keys, private=("audit",)), "c" * 32
    notes = []
    for at in (turning.EVE, turning.NEW_YEAR + turning.A_MINUTE):
        office.clock.at = at
        with office.db.transaction() as session:
            for who, role in (("anna", "handler"), ("bo", "handler")):
                record(session, at=at, by=who, action="case.read", about=case, role=role)
        notes.append(turning.sign(office.db, keyring.log_key, at, line=keyring.log_name).note)
    eva = office.browser("eva")
    assert "stämmer med det som finns lagrat" in eva.get("/console/log").text
    over_new_year = {"since": "2026-12-31", "until": "2027-01-01", "action": "case.read"}
    asked = [(over_new_year, 4), ({"actor": "anna"}, 2), ({"about": case}, 4), ({"role": "handler"}, 4)]
    for number, (wanted, count) in enumerate(asked):
        page = eva.get("/console/log", params=wanted | {"because": "oversight"})
        assert listed(page.text).count("case.read") >= count
        assert "2026/" in page.text
        assert "2027/" in page.text
        taken = send(eva, "/console/log/exports", because="oversight", **wanted)
        with zipfile.ZipFile(io.BytesIO(taken.content)) as packed:
            packed.extractall(tmp_path / str(number))
        folder = tmp_path / str(number) / "dygnet-log"
        assert verify(folder, turning.vkey(keyring.log_key, keyring.log_name)).findings == []
        both = [folder / "proofs.jsonl", folder / "earlier" / "2026" / "proofs.jsonl"]
        assert sum(path.read_text().count("\n") for path in both) == count
    for note in notes:
        assert send(eva, "/console/log/verifications", checkpoint=note).status_code == 303
    of_no_year = notes[0].replace(keyring.log_name, f"{keyring.log_name}/2027", 1)
    assert send(eva, "/console/log/verifications", checkpoint=of_no_year).status_code == 422


def test_too_much_and_too_early_are_said(office: Office):
    answer = send(office.browser("eva"), "/console/log/exports", because="oversight")

    assert answer.status_code == 422
    assert "Inget i loggen är signerat ännu" in answer.text


def test_what_is_late_is_told(signed: Office):
    eva = signed.browser("eva")
    assert '<span class="tag late">' not in eva.get("/console/log").text
    signed.later(minutes=16)
    assert '<span class="tag late">' in signed.browser("eva").get("/console/log").text


def test_reading_the_log_is_in_the_log(office: Office):
    office.browser("eva").get("/console/log")
    assert [(entry["actor"], entry["role"]) for entry in office.log("log.read")] == [("eva", "auditor")]
