"""The primary dies under load and the standby takes over: nothing promised is lost, and nobody has to be told.

One failover with forked processes; DYGNET_FAILOVERS=20 makes it so many, with doors and two engines as commands.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.crash.failover import fail_over, running
from tests.hotline import Switchboard

FAILOVERS = int(os.environ.get("DYGNET_FAILOVERS", "0"))


@pytest.mark.parametrize("number", range(FAILOVERS or 1))
def test_when_the_primary_dies_no_promised_case_is_lost_no_step_is_skipped_and_everybody_comes_back_by_themselves(
    switchboard: Switchboard,
    tmp_path: Path,
    number: int,
) -> None:
    """One journey, looked at from all sides: two servers and their processes take long to start."""
    with running(tmp_path, switchboard, engines=2 if FAILOVERS else 1, forked=not FAILOVERS) as line:
        outcome = fail_over(line)

    assert outcome.promised > 0
    assert (outcome.lost, outcome.twice) == ([], [])
    assert outcome.steps_twice == 0
    assert outcome.pages_never == 0
    assert outcome.pages_again <= 2 * line.settings.pages_at_once, "only what was in somebody's hands"
    assert outcome.readyz == (503, 200)
    assert outcome.reached_by in {"anna", "fatima"}, "whoever is on call is rung by the kept roster meanwhile"
    assert outcome.found_missed, "and the call is taken in afterwards"
    assert outcome.ends == ["ended"] * len(line.processes)
