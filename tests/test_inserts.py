"""Several rows in one statement are the rows that were to be written, whatever they have in common."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from app.audit.models import AuditEntry
from app.cases.facts import Approach
from app.cases.returning import RepeatTag
from app.db import Base, Database
from app.inserts import Insert, in_one_statement, plan_of
from app.intake.approach import Approach as Coming
from app.intake.reception import Desk, receive
from tests import desk
from tests.marks import ON_POSTGRESQL
from tests.people import MONDAY

DIALECT = postgresql.psycopg.dialect()

PLANNED_ANEW_AT_FIRST: Final = 5
"""Times that PostgreSQL plans a statement for its values, before it looks whether one plan does for all."""

ids = st.sampled_from(["a" * 32, "b" * 32, "sv"])
moments = st.sampled_from([MONDAY, MONDAY + timedelta(hours=1)])
approaches = st.fixed_dictionaries(
    {"id": ids, "case_id": ids, "at": moments, "channel": ids, "source": ids, "language": ids},
    optional={"entered_by": st.none() | ids, "withheld": st.booleans()},
)
tags = st.fixed_dictionaries({"case_id": ids, "full": st.none() | st.binary(max_size=2), "short": st.integers(0, 1)})
entries = st.fixed_dictionaries({"at": moments, "body": st.binary(max_size=2)})


def row(kind: type[Base], values: dict[str, Any], enqueue: str = "") -> Insert:
    plan = plan_of(kind, DIALECT)
    return Insert(plan, plan.bound(plan.whole(values)), enqueue)


plain_rows = st.lists(approaches.map(lambda one: row(Approach, one)) | tags.map(lambda one: row(RepeatTag, one)))
log_rows = st.lists(entries.map(lambda one: row(AuditEntry, one, "INSERT INTO queue (number)")))


@given(plain_rows, log_rows.filter(bool))
def test_each_row_gets_its_own_values_in_their_own_places(plain: list[Insert], numbered: list[Insert]) -> None:
    words, values = in_one_statement(plain, numbered)

    said = [values[int(place) - 1] for place in re.findall(r"\$(\d+)", words)]
    meant = [value for insert in (*plain, *numbered) for value in insert.values]
    assert [(type(one), one) for one in said] == [(type(one), one) for one in meant]
    moments_said = [value for value in values if value in (MONDAY, MONDAY + timedelta(hours=1))]
    assert len(moments_said) == len(set(moments_said)), "each moment is said once"


@ON_POSTGRESQL
def test_nothing_that_every_caller_makes_us_ask_or_write_is_read_or_planned_anew(db: Database, tmp_path: Path) -> None:
    line = Desk(desk.employ(db, tmp_path).public("rota"), b"k" * 32)
    for number in range(16):
        coming = Coming("phone", f"CA{number}", "sv", number=f"+467017406{10 + number}")
        with db.transaction() as session:
            assert receive(session, line, coming, at=MONDAY).is_new

    with db.transaction() as session:
        planned = session.execute(text("SELECT statement, custom_plans, generic_plans FROM pg_prepared_statements"))
        often = {words: once for words, anew, once in planned if anew + once > PLANNED_ANEW_AT_FIRST + 2}
    assert len(often) >= 3, "the places, the questions, the rows"
    assert min(often.values()) > 0, "one of them is planned for each caller"
