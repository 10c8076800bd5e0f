"""Whatever people, staff and the telephone company do in one night, in whatever order, the promises hold.

`DYGNET_STEPS=5000 pytest tests/stateful` plays about that many deeds, each time others; without it a few nights are
played, always the same. A failure prints the night as a story.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.desk import a_database
from tests.hotline import Hotline, Switchboard
from tests.stateful.night import AnyNight

STEPS = int(os.environ.get("DYGNET_STEPS", "0"))
IN_A_NIGHT = 40 if STEPS else 18
NEVER_WITHOUT = ("cases", "case_approaches", "escalation_steps", "notifications")
NEVER_WITHOUT_FOR_LONG = ("case_connections", "case_holds", "case_first_contacts", "case_breaches", "escalation_passes")
FEW_NIGHTS = 2


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_whatever_happens_in_a_night_every_promise_holds(
    kind: str, request: pytest.FixtureRequest, switchboard: Switchboard, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def a_line() -> Iterator[Hotline]:
        folder = tmp_path_factory.mktemp("night")
        with a_database(kind, request, folder) as db:
            yield Hotline(db, switchboard, folder)
            db.close()

    AnyNight.a_line = staticmethod(a_line)
    AnyNight.tally.clear()
    run_state_machine_as_test(
        AnyNight,
        settings=settings(
            max_examples=max(1, STEPS // IN_A_NIGHT) if STEPS else FEW_NIGHTS,
            stateful_step_count=IN_A_NIGHT,
            derandomize=not STEPS,
            database=None,
            deadline=None,
            phases=[Phase.generate],  # a night tells itself; making it shorter takes longer than reading it
            report_multiple_bugs=False,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    sys.stderr.write(f"\n{kind}: {dict(AnyNight.tally)}\n")
    assert not [kind for kind in NEVER_WITHOUT if not AnyNight.tally[kind]]
    assert not STEPS or not [kind for kind in NEVER_WITHOUT_FOR_LONG if not AnyNight.tally[kind]]
