from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.errors import Misconfigured
from app.programme.apply import EXAMPLE, apply, current, difference, read
from app.programme.models import ProgrammeVersion
from app.staff.directory import by_alias, everyone
from app.staff.models import Channel, ChannelKind
from app.vault.sealed import Sealed
from tests.first_day import begun
from tests.marks import ON_ONE_DATABASE


@pytest.fixture
def bring_in(db, duty, directory, now):
    """Apply a programme in a transaction of its own and give back what it says it changed."""

    def bring_in(programme, at=now, opens=directory):
        with db.transaction() as session:
            return apply(session, programme, at=at, by="operator", duty=duty, directory=opens)

    return bring_in


@pytest.fixture
def example(db, bring_in):
    begun(db, "the example, opened by the keys of tests/programme", lambda: bring_in(read(EXAMPLE)))


def actions(session) -> list[str]:
    return [json.loads(entry.body)["action"] for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_the_first_programme_brings_everything_in(db, bring_in, directory):
    lines = bring_in(read(EXAMPLE))
    assert all(line.startswith("+ ") for line in lines)
    assert any(line.startswith("+ staff fatima: roles handler") for line in lines)
    with db.reading() as session:
        assert [person.alias for person in everyone(session)] == "anna bo carin dag eva fatima gun hodan".split()
        assert directory.phone_of(session, by_alias(session, "bo")) == "+46701740606"
        assert directory.email_of(session, by_alias(session, "bo")) == "bo@example.org"


@pytest.mark.usefixtures("example")
def test_applying_the_same_programme_again_changes_nothing(db, bring_in):
    with db.reading() as session:
        before = actions(session)
    assert bring_in(read(EXAMPLE)) == []
    with db.reading() as session:
        assert actions(session) == before
        assert session.scalar(select(func.count()).select_from(ProgrammeVersion)) == 1


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("+46701740605", "+46701740650", ["~ staff anna: phone changed"]),
        ('email = "anna@example.org"', "", ["~ staff anna: email removed"]),
        (
            '\nlanguages = ["sv", "en", "ar", "so"]',
            '\nlanguages = ["so", "sv"]',
            ["~ staff fatima: languages sv, en, ar, so -> so, sv"],
        ),
        (
            'roles = ["auditor"]',
            'roles = ["auditor", "statistician"]',
            ["~ staff eva: roles auditor -> auditor, statistician"],
        ),
        ('["anna", "bo", "fatima"]', '["anna", "bo"]', ["~ rotation on-call: members anna, bo, fatima -> anna, bo"]),
        ('take_grace = "PT2H"', 'take_grace = "PT1H"', ["~ routine: take_grace PT2H -> PT1H"]),
        ('repeat = "PT10M"', "", ["~ routine.untaken[1]: repeat PT10M -> none"]),
        ('["carin", "dag"]', '["dag"]', ["~ programme: standing_chain carin, dag -> dag"]),
    ],
)
def test_a_difference_is_a_line_that_a_person_understands(bring_in, example_with, old, new, lines):
    changed = example_with((old, new))
    assert bring_in(changed) == lines
    assert bring_in(changed) == []


@ON_ONE_DATABASE
@pytest.mark.usefixtures("example")
def test_looking_at_the_difference_changes_nothing(db, directory, example_with):
    changed = example_with(('"PT2H"', '"PT1H"'))
    with db.transaction() as session:
        lines = difference(session, changed, directory=directory)
        assert difference(session, changed, directory=directory) == lines == ["~ routine: take_grace PT2H -> PT1H"]


@pytest.mark.usefixtures("example")
def test_no_line_and_no_entry_holds_a_number(db, bring_in, example_with):
    lines = bring_in(example_with(("+46701740605", "+46701740650")))
    with db.reading() as session:
        entries = b"".join(session.scalars(select(AuditEntry.body)))
        kept = "".join(session.scalars(select(ProgrammeVersion.document)))
    assert "4670" not in "".join(lines) + kept
    assert b"+4670" not in entries


@ON_ONE_DATABASE
@pytest.mark.usefixtures("example")
def test_the_new_number_is_in_force_at_once(db, directory, bring_in, example_with):
    bring_in(example_with(("+46701740605", "+46701740650")))
    with db.reading() as session:
        assert directory.phone_of(session, by_alias(session, "anna")) == "+46701740650"


@ON_ONE_DATABASE
@pytest.mark.usefixtures("example")
def test_without_the_duty_key_every_number_is_sealed_anew(db, directory, bring_in, example_with):
    lines = bring_in(example_with(("+46701740605", "+46701740650")), opens=None)
    assert "~ staff anna: phone sealed anew; email sealed anew" in lines
    with db.reading() as session:
        assert directory.phone_of(session, by_alias(session, "anna")) == "+46701740650"


@ON_ONE_DATABASE
@pytest.mark.usefixtures("example")
def test_applying_mends_a_damaged_number(db, directory, bring_in):
    with db.transaction() as session:
        channel = by_alias(session, "anna").channel(ChannelKind.PHONE)
        channel.box = Sealed(channel.box.box[:-1] + bytes([channel.box.box[-1] ^ 1]))
    assert bring_in(read(EXAMPLE)) == ["~ staff anna: phone sealed anew"]
    with db.reading() as session:
        assert directory.phone_of(session, by_alias(session, "anna")) == "+46701740605"


@ON_ONE_DATABASE
@pytest.mark.usefixtures("example")
def test_who_is_taken_out_has_left_and_their_number_is_forgotten(db, bring_in, example_with, now):
    gone = example_with(
        ('alias = "gun"', 'alias = "hanna"'),
    )
    lines = bring_in(gone, at=now + timedelta(days=1))
    assert lines[-1] == "- staff gun"
    with db.reading() as session:
        assert by_alias(session, "gun") is None
        assert session.scalar(select(func.count()).select_from(Channel)) == 15
        assert "staff.left" in actions(session)


@ON_ONE_DATABASE
@pytest.mark.usefixtures("example")
def test_who_comes_back_is_the_same_person_again(db, directory, bring_in, example_with, now):
    with db.reading() as session:
        first = by_alias(session, "gun").id
    bring_in(example_with(('alias = "gun"', 'alias = "hanna"')), at=now + timedelta(days=1))
    bring_in(read(EXAMPLE), at=now + timedelta(days=2))
    with db.reading() as session:
        gun = by_alias(session, "gun")
        assert (gun.id, gun.left_at, gun.roles) == (first, None, ["admin"])
        assert directory.phone_of(session, gun) == "+46701740611"


@pytest.mark.usefixtures("example")
def test_the_newest_programme_is_the_current_one_also_within_the_same_instant(db, bring_in, example_with):
    bring_in(example_with(('take_grace = "PT2H"', 'take_grace = "PT1H"')))
    with db.reading() as session:
        assert current(session).routine.take_grace == timedelta(hours=1)
        assert list(session.scalars(select(ProgrammeVersion.number).order_by(ProgrammeVersion.number))) == [1, 2]


def test_without_a_programme_the_remedy_is_told(db):
    with db.reading() as session, pytest.raises(Misconfigured, match="dygnet apply"):
        current(session)


@pytest.mark.usefixtures("example")
def test_a_role_that_is_given_or_taken_is_in_the_log(db, bring_in, example_with):
    bring_in(example_with(('roles = ["auditor"]', 'roles = ["statistician"]')))
    with db.reading() as session:
        assert actions(session)[-3:] == ["staff.role_given", "staff.role_taken", "programme.applied"]


def test_a_second_rotation_of_a_tier_has_its_own_line(bring_in, example_with):
    more = '[[rotation]]\ntier = "backup"\nmembers = ["carin"]\nstarts = 2026-01-05T08:00:00\nturn = "P1D"\n'
    lines = bring_in(example_with(added=more))
    assert "+ rotation backup (2): members carin; starts 2026-01-05 08:00; turn PT24H" in lines
