"""Every door is shut, signed, or on a short list of those that are open."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.cases import bridging
from app.cases.bridges import Leg
from app.cases.models import Case
from app.cases.texts import PersonText
from app.errors import Misconfigured
from app.main import OPENED_BY, create_app
from app.notifications.models import Notification
from app.settings import Surface, settings_from
from app.staff.directory import by_alias
from app.staff.models import Person
from app.telephony.second import BELOW, tags_for
from app.web import LARGEST_BODY
from tests.away import keep
from tests.doorways import FORM, HEADER, Door, doors_in_the_source, every_door, signed, whole
from tests.evidence import everything_kept
from tests.hotline import ACCOUNT, PUBLIC_URL, Hotline
from tests.people import A_STRANGER
from tests.second_carrier import add_second_carrier

OPEN_TO_ANYONE = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /carrier/audio/{digest}",
    "GET /",
    "GET /assets",
    "GET /{lang}",
    "GET /{lang}/",
    "GET /{lang}/accessibility",
    "GET /{lang}/privacy",
    "GET /{lang}/tips",
    "GET /{lang}/exit",
    "GET /{lang}/{leaf}",
    "GET /{lang}/contact",
    "POST /{lang}/contact",
    "GET /{lang}/work",
    "POST /{lang}/work",
    "POST /handover",
    "GET /{lang}/mailbox",
    "POST /{lang}/mailbox",
    "POST /{lang}/receipt",
    "GET /{lang}/receipt",
    "POST /{lang}/mailbox/withdrawal",
    "POST /{lang}/mailbox/wishes",
    "POST /{lang}/mailbox/answer",
    "GET /console/assets",
    "GET /console/sign-in",
    "POST /console/sign-in",
    "GET /console/sign-in/second",
    "POST /console/sign-in/second",
    "POST /console/sign-in/passkey",
    "POST /console/sign-in/passkey/question",
    "POST /console/sign-in/provider",
    "GET /console/sign-in/provider/return",
    "POST /console/sign-in/provider/return",
    "GET /console/enrol/{token}",
    "POST /console/enrol/{token}",
    "POST /console/enrol/{token}/provider",
    "GET /console/calendar/{secret}.ics",
}
"""Everything a stranger may ask for. A door that is added here has been thought about."""

ALWAYS_THERE = {
    "content-security-policy",
    "cache-control",
    "referrer-policy",
    "x-content-type-options",
    "x-frame-options",
    "x-robots-tag",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
    "strict-transport-security",
}
NEVER_THERE = {"server", "x-powered-by", "access-control-allow-origin"}
PLANTED = "zq7vplanted"
BY_EACH_ROLE = {
    "anna": {"board", "case", "roster"},
    "carin": {"board", "case", "control", "demands", "morning", "people", "retention", "roster", "statistics"},
    "dag": {"board", "case", "control", "demands", "morning", "people", "retention", "roster", "statistics"},
    "eva": {"control", "demands", "log"},
    "gun": {"demands", "people", "retention", "roster"},
}
ROOM_OF = {
    "GET /console/board": "board",
    "GET /console/events": "board",
    "GET /console/parts/{part}": "board",
    "GET /console/roster/month": "roster",
    "GET /console/morning": "morning",
    "GET /console/cases/{reference}": "case",
    "GET /console/roster": "roster",
    "GET /console/log": "log",
    "GET /console/control": "control",
    "GET /console/people": "people",
    "GET /console/retention": "retention",
    "GET /console/demands": "demands",
    "GET /console/statistics": "statistics",
    "GET /console/statistics/sheet": "statistics",
    "GET /console/statistics/equality": "statistics",
}


SAYS_WHAT_IT_IS_ABOUT = {
    "/callback/hours": "?kind=caller_number",
    "/callback/text": "?kind=caller_number&hours=day",
    "/callback/voicemail": "?kind=caller_number&hours=day",
}
"""Doors whose question is about one of two numbers, which stands in the address by its kind."""

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)
"""Doors are doors, whatever the database."""


@pytest.fixture
def line(hotline: Hotline) -> Hotline:
    """The line with one case about which Anna has been paged."""
    hotline.call_from(A_STRANGER)
    hotline.work()
    a_call_and_a_text_to_the_person(hotline)
    return hotline


def a_call_and_a_text_to_the_person(line: Hotline) -> None:
    """Rows that the carrier may tell us of; nobody is called or texted."""
    with line.db.transaction() as session:
        case = session.get_one(Case, line.case().id)
        anna = by_alias(session, "anna")
        assert anna
        bridging.move(session, case, case.approaches[0], ref="CA" + "e" * 32, by=anna, at=line.now)
        text = {"wording": "when", "language": "sv", "at": line.now, "valid_until": line.now}
        session.add(PersonText(case_id=case.id, by_id=anna.id, **text))


def knocked_on(line: Hotline, face: str) -> list[tuple[Door, str]]:
    """The doors of one face with addresses that exist."""
    values = {"lang": "sv", "leaf": "2", "token": "A" * 43, "reference": line.case().reference, "digest": "0" * 64}
    values["tag"] = "0" * 32
    with line.db.reading() as session:
        values["notification_id"] = session.query(Notification.id).limit(1).scalar()
        values["leg_id"] = session.query(Leg.id).filter(Leg.role == "handler").scalar()
        values["text_id"] = session.query(PersonText.id).scalar()
        values["person_id"] = session.query(Person.id).filter(Person.alias == "anna").scalar()
    values["approach_id"] = line.case().approaches[0].id
    values["alias"] = "bo"
    values |= {"part": "running", "secret": "A" * 43}
    values["leaf"] = "1"
    return [(door, door.at(**values)) for door in every_door(line.app) if door.face == face and not door.static]


def test_the_doors_are_all_in_sight(hotline: Hotline) -> None:
    doors = every_door(hotline.app)

    assert len([door for door in doors if not door.static]) == doors_in_the_source()
    assert {door.face for door in doors} == {"health", "public", "carrier", "console"}
    assert len([door for door in doors if door.face == "carrier"]) >= 18
    assert len([door for door in doors if door.face == "console"]) >= 16


def test_who_may_ask_for_what_without_a_word_is_written_down(hotline: Hotline) -> None:
    doors = every_door(hotline.app)

    shut = {str(door) for door in doors if door.face in ("carrier", "console")} - OPEN_TO_ANYONE
    assert {str(door) for door in doors} - shut == OPEN_TO_ANYONE
    assert all(door.path.startswith(f"/{door.face}") for door in doors if str(door) in shut)


def forgeries(url: str, fields: Mapping[str, str]) -> Iterator[tuple[str, str, dict[str, str], bytes]]:
    """Requests that the carrier never made: what they are called, method, headers, body."""
    body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
    genuine = signed(url, fields)
    yield "unsigned", "POST", {"content-type": FORM}, body
    yield "with nonsense for a signature", "POST", {**genuine, HEADER: "nonsense"}, body
    yield "with an empty signature", "POST", {**genuine, HEADER: ""}, body
    yield "signed by another account", "POST", signed(url, fields, token="another-token"), body
    yield "signed for another address", "POST", signed(f"{url}/else", fields), body
    yield "signed for another host", "POST", signed(url.replace("linjen", "evil"), fields), body
    yield "with a field more than was signed", "POST", genuine, body + b"&Digits=1"
    yield "with a field less than was signed", "POST", genuine, b""
    yield "as JSON", "POST", {**genuine, "content-type": "application/json"}, json.dumps(dict(fields)).encode()
    yield "as a file", "POST", {**genuine, "content-type": "multipart/form-data; boundary=x"}, b"--x--"
    yield "not as anything", "POST", {HEADER: genuine[HEADER]}, body
    yield "not as UTF-8", "POST", genuine, b"CallSid=\xff"
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
        yield f"by {method}", method, genuine, b""


def test_the_carriers_doors_refuse_whoever_is_not_the_carrier_and_write_nothing(line: Hotline) -> None:
    fields = {"AccountSid": ACCOUNT.sid, "CallSid": "CA" + "f" * 32, "MessageSid": "SM" + "f" * 32, "From": "Anonymous"}
    before, wrong = everything_kept(line.db), []
    for door, path in knocked_on(line, "carrier"):
        if str(door) in OPEN_TO_ANYONE:
            continue
        for name, method, headers, body in forgeries(whole(path), fields):
            answer = line.doors.request(method, path, headers=headers, content=body)
            if answer.status_code not in (403, 405) or answer.content:
                wrong.append(f"{door}, {name}: {answer.status_code}, {len(answer.content)} bytes")

    assert wrong == []
    assert everything_kept(line.db) == before


def test_the_carrier_itself_is_let_in_everywhere(line: Hotline) -> None:
    keep(line)
    leg = line.phone(A_STRANGER).leg
    assert leg
    fields = {"AccountSid": ACCOUNT.sid, "CallSid": leg.sid, "MessageSid": "SM" + "f" * 32, "From": A_STRANGER}
    refused = []
    for door, path in knocked_on(line, "carrier"):
        if str(door) in OPEN_TO_ANYONE or "{tag}" in door.path:
            continue
        query = next((about for part, about in SAYS_WHAT_IT_IS_ABOUT.items() if part in path), "")
        answer = line.doors.post(path + query, headers=signed(whole(path + query), fields), data=fields)
        if answer.status_code not in (200, 204):
            refused.append(f"{door}: {answer.status_code}")

    assert refused == []


def test_the_second_carrier_is_let_in_at_the_addresses_it_was_given_and_at_no_others(line: Hotline) -> None:
    add_second_carrier(line)
    tags, answers = tags_for(line.settings), {}
    fields = {"id": "s1", "callid": "c1", "from": A_STRANGER, "status": "sent", "result": "7", "message": "hej"}
    with line.db.reading() as session:
        page_id = session.query(Notification.id).limit(1).scalar()
    for door in every_door(line.app):
        if "{tag}" in door.path:
            path = door.path.replace("{notification_id}", page_id).removeprefix(f"{BELOW}/").removesuffix("/{tag}")
            given, guessed = f"{BELOW}/{tags.tagged(path)}", f"{BELOW}/{path}/{'0' * 32}"
            answers[str(door)] = [line.doors.post(each, data=fields).status_code for each in (given, guessed)]

    assert len(answers) == 4
    assert {tuple(each) for each in answers.values()} <= {(200, 403), (204, 403)}


def test_a_case_that_does_not_exist_is_answered_with_nothing(hotline: Hotline) -> None:
    page, screen, kept = "/carrier/page/none", "/carrier/ring/screen/none/none", "/carrier/kept"
    for path in (
        page,
        f"{page}/key",
        screen,
        f"{screen}/key",
        f"{kept}/ring",
        f"{kept}/screen",
        "/carrier/else",
        "/carrier/",
    ):
        fields = {"CallSid": "CA" + "f" * 32, "Digits": "1"}
        answer = hotline.doors.post(path, headers=signed(whole(path), fields), data=fields)

        assert (answer.status_code, answer.content) == (404, b""), path


def test_a_stranger_is_turned_away_from_every_staff_page_and_learns_nothing(line: Hotline) -> None:
    reference, wrong = line.case().reference, []
    for door, path in knocked_on(line, "console"):
        if str(door) in OPEN_TO_ANYONE:
            continue
        for cookie in ({}, {"cookie": "__Host-dygnet=forged"}, {"cookie": "__Host-dygnet="}):
            answer = line.doors.request(door.method, path, headers=cookie, follow_redirects=False)
            to_sign_in = answer.headers.get("location", "").startswith("/console/sign-in")
            if not (to_sign_in or answer.status_code in (401, 403, 415)):
                wrong.append(f"{door}: {answer.status_code}")
            if reference in answer.text and reference not in path:
                wrong.append(f"{door} names the case")

    assert wrong == []


def test_an_unknown_case_and_a_known_one_look_the_same_to_a_stranger(line: Hotline) -> None:
    known, unknown = (
        line.doors.get(f"/console/cases/{reference}", follow_redirects=False)
        for reference in (line.case().reference, "ZZZZ")
    )

    assert known.status_code == unknown.status_code
    assert known.headers["location"].replace(line.case().reference, "ZZZZ") == unknown.headers["location"]


@pytest.mark.parametrize("alias", BY_EACH_ROLE)
def test_each_role_has_its_rooms_and_no_others(line: Hotline, alias: str) -> None:
    browser = line.sign_in(alias)
    opened = set()
    for door, path in knocked_on(line, "console"):
        if str(door) in ROOM_OF and "events" not in path:
            answer = browser.get(path, follow_redirects=False)
            assert answer.status_code in (200, 403), f"{alias}, {door}: {answer.status_code}"
            opened |= {ROOM_OF[str(door)]} if answer.status_code == 200 else set()

    assert opened == BY_EACH_ROLE[alias]


def test_no_deed_is_done_without_the_word_that_the_form_carries(line: Hotline) -> None:
    browser = line.sign_in("anna")
    done = []
    for door, path in knocked_on(line, "console"):
        if door.method == "POST" and str(door) not in OPEN_TO_ANYONE:
            for fields in ({"csrf": ""}, {"csrf": "guessed"}, {"because": "first_contact"}):
                answer = browser.post(path, data=fields, follow_redirects=False)
                done += [f"{door}: {answer.status_code}"] if answer.status_code != 403 else []

    assert done == []
    assert line.case().hold is None


def test_a_form_that_another_site_sends_is_refused(line: Hotline) -> None:
    browser = line.sign_in("anna")
    for door, path in knocked_on(line, "console"):
        if door.method == "POST":
            answer = browser.post(path, data={"csrf": "x"}, headers={"sec-fetch-site": "cross-site"})
            assert answer.status_code == 403, str(door)


def every_kind_of_answer(line: Hotline) -> Iterator[tuple[str, int, object]]:
    """Something of each status, from each face."""
    for face, path in (("public", "/sv/contact"), ("carrier", "/carrier/voice"), ("console", "/console/sign-in")):
        yield f"{face} 404", 404, line.doors.get(f"{path}/no/such/page")
        yield f"{face} 405", 405, line.doors.delete(path)
        yield (
            f"{face} 413",
            413,
            line.doors.post(path, content=b"x" * (LARGEST_BODY + 1), headers={"content-type": FORM}),
        )
    yield "public 200", 200, line.doors.get("/sv/")
    yield "public 303", 303, line.doors.get("/", follow_redirects=False)
    yield "public static", 200, line.doors.get("/assets/public.css")
    yield "public static 404", 404, line.doors.get("/assets/../base.html")
    yield "public 415", 415, line.doors.post("/sv/contact", json={})
    yield "public 422", 422, line.doors.post("/sv/contact", data={"contact": ""})
    yield "console 401", 401, line.doors.post("/console/sign-in", data={"alias": "anna", "passphrase": "wrong"})
    yield "console 404 in front of a static file", 404, line.doors.get("/console/assets/none.css")
    fields = {"CallSid": "CA1"}
    badly = "/carrier/ring?n=x"
    yield "carrier 422", 422, line.doors.post(badly, data=fields, headers=signed(whole(badly), fields))
    yield "carrier 403", 403, line.doors.post("/carrier/voice")
    yield (
        "carrier 200",
        200,
        line.doors.post("/carrier/voice", data=fields, headers=signed(whole("/carrier/voice"), fields)),
    )
    yield "health 200", 200, line.doors.get("/healthz")
    yield "metrics 404", 404, line.doors.get("/metrics")
    with line.db.transaction() as session:
        session.execute(text("ALTER TABLE case_approaches RENAME TO elsewhere"))
    form = {"nonce": "A" * 43, "contact": "none"}
    yield "public 500", 500, line.doors.post("/sv/contact", data=form)
    yield (
        "carrier 500",
        500,
        line.doors.post(
            "/carrier/voice", data={"CallSid": "CA2"}, headers=signed(whole("/carrier/voice"), {"CallSid": "CA2"})
        ),
    )


def test_every_answer_carries_the_headers_and_no_failure_says_more_than_it_must(line: Hotline) -> None:
    wrong = []
    for name, status, answer in every_kind_of_answer(line):
        missing, extra = ALWAYS_THERE - set(answer.headers), NEVER_THERE & set(answer.headers)
        if answer.status_code != status or missing or extra:
            wrong.append(f"{name}: {answer.status_code}, without {sorted(missing)}, with {sorted(extra)}")
        if "carrier" in name and status >= 400 and answer.content:
            wrong.append(f"{name} has a body")
        if re.search(r"Traceback|sqlalchemy|\.py\b|SELECT", answer.text):
            wrong.append(f"{name} shows its inside")
        if "unsafe" in answer.headers["content-security-policy"] or answer.headers["cache-control"] != "no-store":
            wrong.append(f"{name} is laxer than the others")

    assert wrong == []


def test_a_caller_is_not_reassured_by_a_database_that_refuses(line: Hotline) -> None:
    *_, (_, _, form), (_, _, call) = every_kind_of_answer(line)

    assert (call.status_code, call.content) == (500, b"")
    assert form.status_code == 500
    assert not re.search(r"\d{4} \d{4}", form.text), "no receipt"


SHOWS_WHAT_WAS_TYPED = {
    *("POST /{lang}/contact", "POST /{lang}/work", "POST /console/sign-in"),
    *("POST /{lang}/mailbox", "POST /{lang}/mailbox/answer", "POST /{lang}/mailbox/wishes"),
    "POST /{lang}/mailbox/withdrawal",
}
"""Forms that come back with what was typed, to the one who typed it, when something must be put right."""


def test_nothing_that_was_sent_comes_back(line: Hotline) -> None:
    asked = "alias passphrase message number receipt csrf next words ticket place code_word homepage"
    words = {name: f"{PLANTED}{name}" for name in asked.split()}
    headers = {
        "user-agent": PLANTED,
        "x-forwarded-for": PLANTED,
        "x-forwarded-host": f"{PLANTED}.example.org",
        "forwarded": f"host={PLANTED}",
        "referer": f"https://{PLANTED}.example.org/",
        "accept-language": PLANTED,
        "cookie": f"__Host-dygnet={PLANTED}; other={PLANTED}",
    }
    wrong = []
    for face in ("health", "public", "carrier", "console"):
        for door, path in knocked_on(line, face):
            for address in (path, f"{path}/{PLANTED}", f"{path}?next={PLANTED}&lang={PLANTED}"):
                answer = line.doors.request(
                    door.method,
                    address,
                    headers=headers,
                    data=words if door.method == "POST" else None,
                    follow_redirects=False,
                )
                shown = f"{answer.text}{dict(answer.headers)}"
                if PLANTED in shown and not (str(door) in SHOWS_WHAT_WAS_TYPED and answer.status_code in (401, 422)):
                    wrong.append(f"{door} at {address.replace(path, '…', 1)}: {answer.status_code}")

    assert wrong == []


def test_a_form_that_comes_back_is_text_and_never_markup(line: Hotline) -> None:
    evil = "\"'><script>alert(1)</script>"
    for path, fields in (
        ("/sv/contact", {"message": evil, "number": evil, "contact": "call", "nonce": evil}),
        ("/console/sign-in", {"alias": evil, "next": evil}),
        ("/sv/mailbox", {"receipt": evil}),
    ):
        assert "<script>alert" not in line.doors.post(path, data=fields).text, path


def without(keys: Path, to: Path, *kinds: str) -> Path:
    """A folder of keys that never had the private halves of these kinds."""
    shutil.copytree(keys, to)
    for kind in kinds:
        for private in to.glob(f"{kind}.*.key"):
            private.unlink()
    to.chmod(0o700)
    return to


@pytest.mark.parametrize(
    ("surface", "lacks"),
    [(Surface.PUBLIC, ("rota", "duty", "audit")), (Surface.CARRIER, ("rota", "audit")), (Surface.CONSOLE, ("duty",))],
)
def test_each_face_runs_from_a_folder_that_never_had_the_keys_it_must_not_hold(
    hotline: Hotline, tmp_path: Path, surface: Surface, lacks: tuple[str, ...]
) -> None:
    keys = without(hotline.settings.keys_dir, tmp_path / "fewer", *lacks)
    settings = hotline.settings.model_copy(update={"keys_dir": keys, "surfaces": (surface,)})
    browser = TestClient(create_app(settings, clock=hotline.clock, database=hotline.db), base_url=PUBLIC_URL)

    assert not set(OPENED_BY[surface]) & set(lacks)
    match surface:
        case Surface.PUBLIC:
            hotline.doors = browser
            hotline.fill_in_form(contact="none", message="hej")
        case Surface.CARRIER:
            hotline.doors = browser
            hotline.call_from(A_STRANGER)
        case Surface.CONSOLE:
            assert browser.get("/console/sign-in").status_code == 200
    assert len(hotline.cases()) == (surface is not Surface.CONSOLE)


def test_a_process_answers_for_its_own_surfaces_only(hotline: Hotline) -> None:
    for surface, path in (
        (Surface.PUBLIC, "/sv/"),
        (Surface.CARRIER, "/carrier/voice"),
        (Surface.CONSOLE, "/console/"),
    ):
        settings = hotline.settings.model_copy(update={"surfaces": (surface,)})
        browser = TestClient(create_app(settings, clock=hotline.clock, database=hotline.db), base_url=PUBLIC_URL)
        answers = {
            each: browser.get(each, follow_redirects=False).status_code
            for each in ("/sv/", "/carrier/voice", "/console/", "/healthz")
        }
        assert answers.pop("/healthz") == 200
        assert answers.pop(path) != 404
        assert set(answers.values()) == {404}


def test_a_carrier_without_its_token_does_not_open(hotline: Hotline) -> None:
    settings = settings_from(
        env_file=None,
        database_url=hotline.settings.database_url,
        keys_dir=hotline.settings.keys_dir,
        surfaces="carrier",
        twilio_auth_token="",
    )
    with pytest.raises(Misconfigured, match="TWILIO_AUTH_TOKEN"):
        create_app(settings, clock=hotline.clock, database=hotline.db)
