"""After a busy day, nothing that anybody left behind is found: not in the database, the logs or the export, and not in
what staff were told.

The known exceptions, all others are none: what the carrier tells us about its own caller when it asks (its inbound
parameters); the number that a caller keyed, read back to that caller; a form that comes back to the one who typed it;
a letter that is read by the one it was written to; and the handler's own number, which the carrier must be given to
ring it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from urllib.parse import unquote_plus

import pytest
from sqlalchemy import MetaData, select

from app.cases import contents
from app.vault.keyring import Keyring
from tests.busy_day import (
    HIDES,
    IS_CALLED_BACK,
    KEYED,
    MESSAGES,
    NUMBERS,
    VISITOR_ADDRESS,
    VISITOR_BROWSER,
    WORDS,
    Day,
    Request,
    day,
)
from tests.evidence import everything_kept
from tests.people import NUMBERS as STAFF
from tests.people import PROGRAMME
from tests.searching import Needles, found, spellings

__all__ = ["day"]

pytestmark = pytest.mark.xdist_group("a busy day")

READ_BACK = "POST /carrier/callback/number/keyed"
COMES_BACK = "POST /{lang}/contact"
LETTERS = {"POST /{lang}/mailbox", "POST /console/cases/{reference}/letters/reading"}
"""Where a letter is read: by the person who has the receipt, and by the handler."""

_SHEETS = ("dossier", "steps", "route", "offers", "consents", "disclosures", "children")
_SHEETS += ("consents/{consent_id}/withdrawal",)
_SHEETS += ("disclosures/{disclosure_id}/reading", "protection", "concerns", "concerns/{report_id}")
_SHEETS += ("handovers", "disclosures/{disclosure_id}/paper", "arrivals/{package_id}/reading")
_SHEETS += ("to-dos", "to-dos/{to_do_id}/day", "to-dos/{to_do_id}/end")
DOSSIER = {f"POST /console/cases/{{reference}}/{each}" for each in _SHEETS}
"""Where a sheet of the dossier is open, after its entry: a deed on a sheet answers with the sheet."""

NAME_OF_THE_PROGRAMME = "Vändpunkten"


def every_spelling() -> list[str]:
    return [spelling for number in NUMBERS for spelling in spellings(number)]


EVERY_SECRET = frozenset([*every_spelling(), *WORDS, *MESSAGES])
THE_VISITOR = [VISITOR_ADDRESS, VISITOR_BROWSER, VISITOR_BROWSER.partition("/")[0]]


@pytest.mark.parametrize("disguise", [b"%s", b"\x00\x01%s\xff", b"x%sx", b"xx%s"])
def test_the_search_finds_what_is_there(disguise: bytes) -> None:
    number, word = KEYED[3:], WORDS[0]
    for hidden in (
        number.encode(),
        number[::-1].encode(),
        word.encode("utf-16-le"),
        number.encode().hex().encode(),
        bytes(byte ^ 0x5A for byte in number.encode()),
        bytes(byte ^ 0xFF for byte in word.encode()),
    ):
        assert found([number, word], disguise % hidden)
    for before in (b"", b"a", b"ab"):
        assert found([word], disguise % base64.b64encode(before + word.encode() + b"..."))
        assert found([number], disguise % base64.b64encode(before + number.encode() + b"..."))


def test_the_secrets_were_there_and_the_right_key_opens_them(day: Day) -> None:
    keyring = Keyring.load(day.hotline.settings.keys_dir, private=("rota",))
    with day.db.reading() as session:
        came = [case for case in day.hotline.cases() if case.approaches and not case.is_forgotten]
        cases = [session.merge(case, load=False) for case in came]
        opened = {secret.text for case in cases for secret in contents.opened(session, case, keyring.private("rota"))}

    assert opened >= set(NUMBERS) - {HIDES}
    assert opened >= {*MESSAGES}
    assert HIDES not in opened


def test_no_byte_of_the_database_gives_anybody_away(day: Day) -> None:
    kept = everything_kept(day.db)

    assert len(kept) > 100_000
    assert found(EVERY_SECRET, kept) == set()
    assert found(THE_VISITOR, kept) == set()


def test_no_table_that_the_models_forget_gives_anybody_away(day: Day) -> None:
    metadata = MetaData()
    metadata.reflect(day.db.engine)
    with day.db.engine.connect() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(select(table))]
    kept = b"\0".join(
        bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode() for row in rows for value in row
    )

    assert len(metadata.tables) >= 30
    assert found([*EVERY_SECRET, *THE_VISITOR], kept) == set()


def test_staff_numbers_are_sealed_too(day: Day) -> None:
    assert found([number[3:] for number in STAFF.values()], everything_kept(day.db)) == set()


def test_trying_every_number_there_is_finds_nobody(day: Day) -> None:
    """A thief has the database and the keys of the process that faces the internet, and all the numbers of Sweden."""
    kept = everything_kept(day.db)
    index_key = Keyring.load(day.hotline.settings.keys_dir, private=("index",)).index_key
    marks = []
    for number in NUMBERS:
        for spelled in (number, number[1:], "0" + number[3:]):
            plain = spelled.encode()
            marks += [hashlib.new(name, plain).digest() for name in ("md5", "sha1", "sha256", "sha512", "blake2b")]
            marks += [hmac.digest(index_key, label + plain, "sha256") for label in (b"", b"dygnet short tag v1|")]
            marks += [hmac.digest(plain, index_key, "sha256")]

    forms = [form for mark in marks for form in (mark[:8], mark[:6].hex().encode(), base64.b64encode(mark[:9]))]
    assert Needles(forms).standing_in(kept) == set()


def test_the_logs_of_every_library_give_nobody_away(day: Day) -> None:
    lines = day.log.splitlines()

    assert len(lines) > 500
    assert all(json.loads(line)["event"] for line in lines)
    assert found([*EVERY_SECRET, *THE_VISITOR, *(number[3:] for number in STAFF.values())], day.log.encode()) == set()
    assert not _digits_of([*NUMBERS, *STAFF.values()], day.log)


def test_the_exported_log_gives_nobody_away(day: Day) -> None:
    files = [path for path in (day.folder / "export").rglob("*") if path.is_file()]
    exported = b"\0".join(path.read_bytes() for path in files)

    assert len(files) > 5
    assert found([*EVERY_SECRET, *THE_VISITOR], exported) == set()


def test_what_the_carrier_is_asked_names_staff_and_whoever_may_be_called_and_nobody_else(day: Day) -> None:
    asked = "\n".join(map(unquote_plus, day.said_by_the_product))
    rung = f"To={IS_CALLED_BACK}&"
    assert asked.count(rung) == len([leg for leg in day.hotline.exchange.legs.values() if leg.to == IS_CALLED_BACK]) + 1
    asked = asked.replace(rung, "")

    assert len(day.said_by_the_product) > 50
    assert found(EVERY_SECRET, asked.encode()) == set()
    assert not _digits_of(NUMBERS, asked)
    assert not [each for each in THE_VISITOR if each in asked]
    assert NAME_OF_THE_PROGRAMME not in asked
    assert day.hotline.numbers_reached() <= {*STAFF.values(), IS_CALLED_BACK}


def test_what_staff_read_and_hear_names_nobody(day: Day) -> None:
    phones = [day.hotline.phone(name) for name in STAFF]
    read = [text.body for phone in phones for text in phone.inbox]
    heard = [
        heard.text for leg in day.hotline.exchange.legs.values() if leg.direction != "inbound" for heard in leg.heard
    ]
    told = "\n".join([*read, *heard])

    assert len(read) > 20
    assert heard
    assert found(EVERY_SECRET, told.encode()) == set()
    assert not _digits_of(NUMBERS, told)
    assert NAME_OF_THE_PROGRAMME not in told
    assert not set(read) & {phone.number for phone in phones}


def test_no_document_names_anybody_but_to_the_caller_who_keyed_it(day: Day) -> None:
    for request in day.documents:
        said = request.answer.decode()
        if str(request.door) == READ_BACK:
            assert not _digits_of([number for number in NUMBERS if number != KEYED], said)
        else:
            assert found(EVERY_SECRET, request.answer) == set(), str(request.door)
            assert not _digits_of(NUMBERS, said), str(request.door)
        assert NAME_OF_THE_PROGRAMME not in said
    assert [
        request
        for request in day.documents
        if str(request.door) == READ_BACK and _digits_of([KEYED], request.answer.decode())
    ]


def test_no_address_that_is_asked_for_carries_a_secret(day: Day) -> None:
    for request in day.tape.requests:
        assert found(EVERY_SECRET, request.path.encode()) == set(), str(request.door)
        assert not _digits_of(NUMBERS, request.path)


def test_no_page_shows_a_secret_but_the_one_that_was_asked_for_it(day: Day) -> None:
    showed = [
        request for request in day.tape.requests if request.door.face in ("console", "public") and _shows(request)
    ]

    read = {"POST /console/cases/{reference}/reveal", "POST /console/glass"}
    doors = {COMES_BACK, *read, *LETTERS, *DOSSIER}
    assert {str(request.door) for request in showed} == doors
    assert all(request.status == 422 for request in showed if str(request.door) == COMES_BACK)
    assert NUMBERS[2][3:] in "".join(filter(str.isdigit, day.pages["revealed"]))
    for name, page in day.pages.items():
        if name != "revealed":
            assert found(EVERY_SECRET, page.encode()) == set(), name


def test_no_answer_of_ours_repeats_what_a_visitor_is(day: Day) -> None:
    for request in day.tape.requests:
        assert not [each for each in THE_VISITOR if each in f"{request.answer!r} {request.answer_headers}"], str(
            request.door
        )


def test_the_visitor_did_say_who_they_are(day: Day) -> None:
    visits = [each for each in day.tape.requests if each.door.face == "public" and each.door.path != "/handover"]

    assert visits
    assert all(request.headers["user-agent"] == VISITOR_BROWSER for request in visits)
    assert NAME_OF_THE_PROGRAMME in PROGRAMME


def _shows(request: Request) -> bool:
    return bool(found(EVERY_SECRET, request.answer)) or _digits_of(NUMBERS, request.answer.decode("utf-8", "replace"))


def _digits_of(numbers: Iterable[str], text: str) -> bool:
    """Whether a number stands in the text once everything between its digits is taken away: `0, 7, 0, 1, …`."""
    dense = "".join(sign for sign in text if sign not in " ,.-/()\n")
    return any(number[3:] in dense for number in numbers)
