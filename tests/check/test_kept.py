"""`dygnet check` says when calls would not be answered while the database is away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.check import kept
from app.oncall.preflight import Finding
from app.settings import Surface
from app.vault.keyring import Keyring
from app.worker import OPENED
from tests.away import keep, keeper_of
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import NUMBERS, PROGRAMME

pytestmark = ON_ONE_DATABASE


def found(line: Hotline, **changed: object) -> list[str]:
    return [each.what for each in findings(line, **changed)]


def findings(line: Hotline, **changed: object) -> list[Finding]:
    keyring = Keyring.load(line.settings.keys_dir, private=OPENED)
    return list(kept.findings(line.settings.model_copy(update=changed), keyring, at=line.now))


def test_a_roster_that_is_kept_is_nothing_to_speak_of_and_one_that_is_old_is(hotline: Hotline) -> None:
    keep(hotline)
    assert found(hotline) == []
    hotline.fast_forward(hours=3)
    assert found(hotline) == ["the roster kept for when the database is away is of 2026-01-05 08:00 UTC"]


def test_one_whose_days_are_over_is_serious_and_says_who_would_be_rung(
    hotline: Hotline, caplog: pytest.LogCaptureFixture
) -> None:
    keep(hotline)
    hotline.timeline.advance(timedelta(days=6).total_seconds())
    assert [each.serious for each in findings(hotline)] == [False]
    hotline.timeline.advance(timedelta(days=60).total_seconds())
    (found_then,) = findings(hotline)
    assert found_then.serious
    assert found_then.what.endswith("only the standing chain of that day would be rung, whoever works here now")
    keeper_of(hotline).read_back()
    assert "the roster that was kept last is old" in caplog.text
    roster = keeper_of(hotline).meanwhile.roster
    assert roster
    assert [each.alias for each in roster.order_at(hotline.now)] == ["carin", "dag"]


def test_none_and_a_damaged_one_are_found_where_calls_come_in_and_nowhere_else(hotline: Hotline) -> None:
    (what,) = found(hotline)
    assert "there is no" in what
    keep(hotline)
    keeper_of(hotline).file.path.write_bytes(b"x" * 50)
    (what,) = found(hotline)
    assert "is damaged" in what
    assert found(hotline, surfaces=(Surface.PUBLIC,)) == []


def test_a_folder_that_cannot_be_written_stops_nothing_is_logged_once_and_found(
    hotline: Hotline, caplog: pytest.LogCaptureFixture
) -> None:
    file = keeper_of(hotline).file
    file.path = hotline.folder / "programme.toml" / "kept-roster"  # a file where a folder should be
    keep(hotline)
    keep(hotline)
    assert caplog.text.count("the roster cannot be kept beside this process") == 1
    assert len(found(hotline, kept_roster=file.path)) == 1
    with hotline.commits_fail():
        hotline.call_from("+46701740660")
        assert hotline.phone("anna").ringing, "from memory"


def test_a_roster_with_nobody_to_ring_is_serious(hotline: Hotline) -> None:
    without = PROGRAMME
    for number in NUMBERS.values():
        without = without.replace(f'phone = "{number}"\n', "")
    hotline.apply(without)
    keep(hotline)
    assert found(hotline) == ["the roster kept for when the database is away has nobody with a telephone"]


def test_it_is_written_anew_when_somebody_changes_something_and_every_hour_and_not_in_between(hotline: Hotline) -> None:
    keep(hotline)
    path = keeper_of(hotline).file.path
    first = path.read_bytes()
    hotline.timeline.advance(timedelta(minutes=59).total_seconds())
    keep(hotline)
    assert path.read_bytes() == first
    hotline.timeline.advance(120)
    keep(hotline)
    assert (second := path.read_bytes()) != first
    hotline.apply(PROGRAMME.replace('standing_chain = ["carin", "dag"]', 'standing_chain = ["dag"]'))
    keep(hotline)
    assert path.read_bytes() != second
    roster = keeper_of(hotline).meanwhile.roster
    assert roster
    assert [each.alias for each in roster.order_at(hotline.now)] == ["anna", "bo", "dag"]
