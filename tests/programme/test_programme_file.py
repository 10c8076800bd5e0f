from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.errors import Misconfigured
from app.programme.apply import EXAMPLE, read
from app.programme.fields import RESERVED, ChannelName
from app.programme.schema import Contact, Programme
from app.staff.roles import Role

AS_THE_PRODUCT_SHOWS_IT = """
[programme]
name = "Linjen"
timezone = "Europe/Stockholm"
languages = ["sv", "en", "ar", "so"]
numbers = ["+46846500400"]
standing_chain = ["anna"]

[routine]
first_contact_within = "PT24H"
take_grace = "PT2H"

[[routine.untaken]]
after = "PT0S"
page = ["on-call"]
by = ["sms", "push"]

[[routine.uncontacted]]
before = "PT0S"
page = ["holder", "on-call", "backup", "coordinator", "manager"]
by = ["call", "sms", "email"]
repeat = "PT30M"

[[staff]]
alias = "anna"
roles = ["handler"]
phone = "+46701740605"
email = "anna@example.org"
languages = ["sv", "so"]

[[rotation]]
tier = "on-call"
members = ["anna"]
starts = 2026-01-05T08:00:00
turn = "P7D"
"""


def written(tmp_path, text: str) -> Programme:
    path = tmp_path / "programme.toml"
    path.write_text(text, encoding="utf-8")
    return read(path)


def complaints(tmp_path, *replaced: tuple[str, str], added: str = "") -> list[str]:
    """What is said about the small programme after some of its text was replaced."""
    text = AS_THE_PRODUCT_SHOWS_IT
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(Misconfigured) as problem:
        written(tmp_path, text + added)
    return [line.strip() for line in str(problem.value).splitlines()][1:]


def test_the_file_in_the_product_description_is_accepted(tmp_path):
    programme = written(tmp_path, AS_THE_PRODUCT_SHOWS_IT)
    assert programme.routine.first_contact_within == timedelta(hours=24)
    assert programme.routine.untaken[0].by == (ChannelName.SMS, ChannelName.PUSH)
    assert programme.routine.uncontacted[0].repeat == timedelta(minutes=30)
    assert programme.rotation[0].starts == datetime(2026, 1, 5, 8, 0)  # noqa: DTZ001  (wall time)
    assert programme.rotation[0].turn == timedelta(days=7)


def test_the_example_has_all_roles_a_night_needs_and_keeps_the_files_order():
    programme = read(EXAMPLE)
    assert [member.alias for member in programme.staff] == "anna bo fatima carin dag eva gun hodan".split()
    assert programme.with_role(Role.HANDLER) == ("anna", "bo", "fatima")
    assert [step.after for step in programme.routine.untaken] == [timedelta(minutes=m) for m in (0, 5, 30)]
    assert [rotation.tier for rotation in programme.rotation] == ["on-call", "backup"]


def test_the_examples_numbers_are_all_invented():
    programme = read(EXAMPLE)
    phones = [member.phone.get_secret_value() for member in programme.staff if member.phone]
    assert all("+46701740605" <= phone <= "+46701740699" for phone in phones)
    assert all("+46846500400" <= number <= "+46846500499" for number in programme.programme.numbers)


def test_a_routine_without_an_acute_ladder_gets_one_that_begins_at_once_and_is_faster(tmp_path):
    routine = written(tmp_path, AS_THE_PRODUCT_SHOWS_IT).routine
    assert routine.acute[0].after == timedelta(0)
    assert routine.acute == read(EXAMPLE).routine.acute


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            '["sms", "push"]',
            '["fax"]',
            "routine.untaken[0].by[0]: 'fax' is not a channel; use sms, call, push, email or webhook",
        ),
        ('["sms", "push"]', "[]", "routine.untaken[0].by: must not be empty"),
        ('["sms", "push"]', '["sms", "sms"]', "routine.untaken[0].by: names 'sms' twice"),
        ('["sms", "push"]', '"sms"', "routine.untaken[0].by: must be a list, in square brackets"),
        ('by = ["sms", "push"]', "", "routine.untaken[0].by: is missing"),
        (
            'page = ["on-call"]',
            'page = ["beo"]',
            (
                "routine.untaken[0].page[0]: 'beo' is nobody; "
                "use on-call, backup, holder, coordinator, manager or an alias"
            ),
        ),
        ("take_grace", "take_grase", "routine.take_grase: is not a known key; did you mean take_grace?"),
        ("turn =", "quux = 1\nturn =", "rotation[0].quux: is not a known key"),
        ('"PT2H"', '"2 hours"', "routine.take_grace: is not a duration; write it as PT5M, PT24H or P7D"),
        ('"PT2H"', "7200", "routine.take_grace: is not a duration; write it as PT5M, PT24H or P7D"),
        ('"PT2H"', '"P1M"', "routine.take_grace: is not a duration; write it as PT5M, PT24H or P7D"),
        ('"PT30M"', '"PT5S"', "routine.uncontacted[0].repeat: must be at least PT1M"),
        ('"PT24H"', '"PT25H"', "routine.first_contact_within: must be at most PT24H"),
        ('"P7D"', '"PT10M"', "rotation[0].turn: must be at least PT1H"),
        (
            'after = "PT0S"',
            'after = "PT1M"',
            'routine.untaken: needs a step with after = "PT0S": somebody is paged the moment a case opens',
        ),
        (
            'before = "PT0S"',
            'before = "PT1H"',
            'routine.uncontacted: needs a step with before = "PT0S": who is paged when the deadline passes',
        ),
        (
            'repeat = "PT30M"',
            "",
            'routine.uncontacted: the step with before = "PT0S" needs a repeat: they are paged until there is contact',
        ),
        ("Europe/Stockholm", "Europe/Sthlm", "programme.timezone: is not a time zone; write it as Europe/Stockholm"),
        ('"ar"', '"arabiska"', "programme.languages[2]: is not a language; write its code, such as sv, en, ar or so"),
        (
            "+46846500400",
            "08-465 004 00",
            "programme.numbers[0]: is not a Swedish number in E.164; write it as +46701740605",
        ),
        (
            '["anna"]\nstarts',
            '["anna", "bo"]\nstarts',
            "rotation[0].members[1]: 'bo' is nobody's alias; add them as [[staff]] or correct the name",
        ),
        (
            'standing_chain = ["anna"]',
            'standing_chain = ["dag"]',
            "programme.standing_chain[0]: 'dag' is nobody's alias; add them as [[staff]] or correct the name",
        ),
        ('tier = "on-call"', 'tier = "third"', "rotation[0].tier: 'third' is not a tier; use on-call or backup"),
        (
            '["handler"]',
            '["boss"]',
            (
                "staff[0].roles[0]: 'boss' is not a role; "
                "use handler, coordinator, manager, auditor, admin, statistician or interpreter"
            ),
        ),
        ("anna@example.org", "anna at home", "staff[0].email: is not an e-mail address"),
        (
            "2026-01-05T08:00:00",
            "2026-01-05T08:00:00Z",
            "rotation[0].starts: is not a local date and time; write it as 2026-01-05T08:00:00, without a zone",
        ),
        (
            "2026-01-05T08:00:00",
            "1767596400",
            "rotation[0].starts: is not a local date and time; write it as 2026-01-05T08:00:00, without a zone",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_its_remedy(tmp_path, old, new, complaint):
    assert complaints(tmp_path, (old, new)) == [complaint]


def test_all_mistakes_are_told_at_once_in_the_files_order(tmp_path):
    told = complaints(tmp_path, ("Stockholm", "Sthlm"), ('"PT2H"', '"soon"'), ('"push"', '"pigeon"'), ("P7D", "weekly"))
    assert [line.partition(":")[0] for line in told] == [
        "programme.timezone",
        "routine.take_grace",
        "routine.untaken[0].by[1]",
        "rotation[0].turn",
    ]


@pytest.mark.parametrize("alias", ["Anna", "å", "anna b", "7", *sorted(RESERVED)])
def test_an_alias_is_a_small_word_that_means_nothing_else(tmp_path, alias):
    told = complaints(tmp_path, added=f'[[staff]]\nalias = "{alias}"\nroles = ["admin"]\n')
    assert [line.partition(":")[0] for line in told] == ["staff[1].alias"]


def test_two_people_may_share_neither_alias_nor_number(tmp_path):
    twin = '[[staff]]\nalias = "anna"\nroles = ["admin"]\nphone = "+46701740605"\n'
    told = complaints(tmp_path, added=twin)
    assert [line.partition(":")[0] for line in told] == [
        "staff[0].alias",
        "staff[0].phone",
        "staff[1].alias",
        "staff[1].phone",
    ]


@pytest.mark.parametrize(
    "number", ["0701740605", "+46701740605 ", "+467017406", "+4791234567", "112", "+46112", "anna"]
)
def test_a_phone_is_a_swedish_number_in_e164(tmp_path, number):
    told = complaints(tmp_path, ("+46701740605", number))
    assert told == ["staff[0].phone: is not a Swedish number in E.164; write it as +46701740605"]


def test_a_number_that_lost_its_way_is_not_repeated_in_the_complaint(tmp_path):
    (told,) = complaints(tmp_path, ('page = ["on-call"]', 'page = ["+46701740677"]'))
    assert "740677" not in told


def test_a_step_earlier_than_the_case_is_a_mistake(tmp_path):
    step = '[[routine.uncontacted]]\nbefore = "PT30H"\npage = ["holder"]\nby = ["sms"]\n'
    assert complaints(tmp_path, added=step) == ["routine: uncontacted[1].before is longer than first_contact_within"]


@pytest.mark.parametrize(("text", "said"), [("= broken", "is not TOML"), ("name = 1", "cannot be used")])
def test_a_file_that_is_no_programme_is_said_to_be_none(tmp_path, text, said):
    with pytest.raises(Misconfigured, match=said):
        written(tmp_path, text)


def test_a_missing_or_garbled_file_is_named(tmp_path):
    with pytest.raises(Misconfigured, match=r"gone\.toml cannot be read"):
        read(tmp_path / "gone.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe5"')
    with pytest.raises(Misconfigured, match="not UTF-8"):
        read(tmp_path / "latin.toml")


def test_the_kept_document_reads_back_the_same_without_numbers_or_addresses():
    document = read(EXAMPLE).document()
    assert "+4670" not in document
    assert "@" not in document
    assert Programme.model_validate_json(document).document() == document


def test_a_programme_does_not_show_numbers_in_repr():
    assert "+4670" not in repr(read(EXAMPLE))


def test_a_person_is_sought_twice_in_a_stretch_of_safe_hours_unless_the_programme_says_otherwise(tmp_path):
    assert written(tmp_path, AS_THE_PRODUCT_SHOWS_IT).contact == Contact(
        attempts_per_window=2, spaced=timedelta(minutes=15)
    )
    changed = written(
        tmp_path, AS_THE_PRODUCT_SHOWS_IT + '[contact]\nattempts_per_window = 1\nspaced = "PT1H"\n'
    ).contact
    assert (changed.attempts_per_window, changed.spaced) == (1, timedelta(hours=1))


@pytest.mark.parametrize(("line", "complaint"), [("attempts_per_window = 0", "1"), ('spaced = "PT25H"', "PT24H")])
def test_nobody_can_be_sought_without_end_and_nobody_never(tmp_path, line, complaint):
    (told,) = complaints(tmp_path, added=f"[contact]\n{line}\n")
    assert told.startswith("contact.")
    assert complaint in told


@pytest.mark.parametrize(
    "replaced",
    [
        ('members = ["anna"]', 'members = ["anna", "hodan"]'),
        ('standing_chain = ["anna"]', 'standing_chain = ["hodan"]'),
        ('page = ["on-call"]', 'page = ["hodan"]'),
    ],
)
def test_an_interpreter_is_never_on_duty(tmp_path, replaced):
    interpreter = '[[staff]]\nalias = "hodan"\nroles = ["interpreter"]\nphone = "+46701740612"\n'
    (told,) = complaints(tmp_path, replaced, added=interpreter)
    assert "'hodan' is an interpreter" in told


def test_an_interpreter_is_nothing_else(tmp_path):
    both = '[[staff]]\nalias = "hodan"\nroles = ["interpreter", "handler"]\n'
    assert complaints(tmp_path, added=both) == ["staff[1]: an interpreter has no other role"]
