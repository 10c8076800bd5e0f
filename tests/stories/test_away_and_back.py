"""The database was away and is back: whose clock counts, who is rung on, and what is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.intake.reception import OUT_OF_TURN
from app.simulator.posting import sign
from tests.away import keep, keeper_of, meanwhile_of
from tests.hotline import ACCOUNT, PUBLIC_URL, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANNA, BO, CARIN, DAG, LINE
from tests.stories.test_the_database_is_away import RINGS, rung, seconds

pytestmark = ON_ONE_DATABASE


@pytest.fixture
def line(hotline: Hotline) -> Hotline:
    """The line, with its roster kept."""
    keep(hotline)
    return hotline


def call_again(line: Hotline) -> None:
    line.call_from(A_STRANGER)


def write_a_text(line: Hotline) -> None:
    line.exchange.phone(A_STRANGER).text(LINE, "jag vill ut härifrån")


@pytest.mark.parametrize("come", [call_again, write_a_text])
def test_who_calls_in_vain_and_is_heard_again_before_that_is_written_down_is_due_by_the_first_time(
    line: Hotline, come: Callable[[Hotline], None]
) -> None:
    called_at = line.now
    with line.commits_fail():
        line.call_from(A_STRANGER)
        seconds(line, 5 * RINGS)
        seconds(line, 3600)
    come(line)
    seconds(line, 2)
    keep(line)
    keep(line)

    assert min(case.due_at for case in line.cases()) == called_at + timedelta(hours=24)
    assert len(line.cases()) == 2, "one of them can be joined to the other, and then the first clock counts"


def test_two_that_come_at_the_same_time_are_one_case_whichever_is_written_first(line: Hotline) -> None:
    with line.commits_fail():
        line.call_from(A_STRANGER)
        seconds(line, OUT_OF_TURN.total_seconds() - 1)
    write_a_text(line)
    seconds(line, 0)
    keep(line)

    assert len(line.case().approaches) == 2


def test_a_roster_made_anew_in_the_middle_of_a_call_passes_nobody_over(line: Hotline) -> None:
    with line.commits_fail():
        line.call_from(A_STRANGER)
        seconds(line, 2)
    seconds(line, 3)
    keep(line)
    keeper_of(line).file.path.unlink()
    keep(line)
    kept = meanwhile_of(line).roster
    assert kept
    assert kept.made_at == line.now
    seconds(line, 5 * RINGS)

    assert rung(line) == [ANNA, BO, CARIN, DAG]


def test_what_the_start_owes_and_cannot_be_written_keeps_no_caller_from_being_written_down(line: Hotline) -> None:
    with line.commits_fail():
        line.call_from(A_STRANGER)
        seconds(line, 2)
    done = list[str]()
    keeper_of(line).owed.extend([lambda: done.extend(1 // 0 * [""]), lambda: done.append("the next")])
    keep(line)

    assert len(line.case().approaches) == 1
    assert done == ["the next"]
    assert keeper_of(line).owed == []


def test_a_call_whose_end_the_usual_door_hears_of_is_not_remembered_any_longer(line: Hotline) -> None:
    with line.commits_fail():
        line.call_from(A_STRANGER)
    keep(line)
    source = line.case().approaches[0].source
    assert meanwhile_of(line).known(source)
    url, ended = f"{PUBLIC_URL}/carrier/voice/status", {"CallSid": source, "CallStatus": "completed"}
    headers = {"X-Twilio-Signature": sign(ACCOUNT.auth_token, url, ended)}
    assert line.doors.post(url, data=ended, headers=headers).status_code == 204
    keep(line)

    assert meanwhile_of(line).known(source) is None
