"""A busy day on the line: secrets planted wherever somebody may leave one, and everything that went by written down.

Made once for each database and looked at by several guards, none of which may change it.
"""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import logs
from app.audit.export import export
from app.audit.models import AuditEntry
from app.cases.models import Case
from app.db import Database
from app.keys.recovery import take_into_use
from app.main import Doors, create_app
from app.notifications import links
from app.notifications.models import Notification
from app.routing.handover_models import PackageCame
from app.simulator.faults import FOREVER
from app.staff.probes import Probe
from app.vault import recovery
from app.vault.keyring import Keyring
from app.vault.recovery import Shares
from app.worker import worker_for
from tests import desk, receivers
from tests.browsers import Browser
from tests.busy_calls import calls_and_texts_out
from tests.busy_control import a_reading_is_looked_into, the_key_is_replaced
from tests.busy_dossier import NEIGHBOUR, the_way_on
from tests.busy_entering import two_letters_of_one_person
from tests.busy_forgetting import a_case_is_handed_over_whole, something_is_forgotten, the_law_wants_something
from tests.busy_log import the_log_is_asked
from tests.busy_own_data import somebody_asks_what_is_kept
from tests.busy_people import colleagues_are_seen_to
from tests.busy_sign_ins import ways_in
from tests.doorways import Door, every_door
from tests.entering import NUMBER as HAS_WRITTEN
from tests.evidence import log
from tests.holding import let_in
from tests.hotline import PASSPHRASE, PUBLIC_URL, Hotline, Switchboard, hidden_fields
from tests.houses import card
from tests.people import A_STRANGER
from tests.second_carrier import NUMBER as SECOND_NUMBER
from tests.second_carrier import add_second_carrier, bring_recordings
from tests.write_ahead import WriteAhead

CALLS, HIDES, IS_ANSWERED, REFUSES, TEXTS, FILLS_IN, HANGS_UP, CANNOT_SPEAK = (
    f"+467017406{last}" for last in (60, 71, 72, 73, 74, 75, 76, 79)
)
KEYED, KEYED_AS = "+46701740677", "0701740677"
UNREACHABLE = "+46701740678"
IS_CALLED_BACK, IS_PASSED_ON = "+46701740680", "+46701740681"
NUMBERS = [A_STRANGER, HIDES, IS_ANSWERED, REFUSES, TEXTS, FILLS_IN, HANGS_UP, CANNOT_SPEAK, KEYED, UNREACHABLE]
NUMBERS += [IS_CALLED_BACK, IS_PASSED_ON, HAS_WRITTEN]
WORDS = ["Zebediah Kvastmo", "Hasselbackaslingan", "jag orkar inte längre", "Ofelia Brynte", "snälla ring min syster"]
WORDS += ["havregrynen", "Fiskeläges gymnasium"]
ROSTER, CHANNELS = "/console/roster", "/console/channels"
VISITOR_ADDRESS, VISITOR_BROWSER = "203.0.113.77", "Plantzilla/9.7"
MESSAGES = [
    f"{WORDS[0]} på {WORDS[1]} letar efter mig, {WORDS[2]}",
    f"Det gäller {WORDS[3]}. {WORDS[4]}.",
]

_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")
CHANGED_TO = "åtta blåa bussar i snö"
"""Anna's passphrase after she took the key over."""

A_LONG_HOUR = 400
"""Tens of seconds in which Bo is paged again by whichever carrier there is."""

_NOT_FACTS = tuple(
    "audit_ engine_pulse staff_attempts staff_challenges staff_provider_visits staff_second_step_misses".split()
)


@dataclass
class Request:
    """One request to a door: what came, what went back, and what it left in the database."""

    door: Door
    method: str
    path: str
    body: str
    headers: dict[str, str]
    status: int = 0
    answer: bytes = b""
    answer_headers: dict[str, str] = field(default_factory=dict)
    entries: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    @property
    def fields(self) -> dict[str, str]:
        return dict(parse_qsl(self.body, keep_blank_values=True))


class Written:
    """Which tables have been written to: what the database was told, counted when it was committed."""

    def __init__(self, db: Database) -> None:
        self._told: dict[int, list[str]] = {}
        self._kept: list[str] = []
        event.listen(db.engine, "after_cursor_execute", self._notice)
        event.listen(db.engine, "commit", lambda connection: self._kept.extend(self._told.pop(id(connection), [])))
        event.listen(db.engine, "rollback", lambda connection: self._told.pop(id(connection), None))

    def since_last_asked(self) -> list[str]:
        kept, self._kept = self._kept, []
        return sorted({table for table in kept if not table.startswith(_NOT_FACTS)})

    def _notice(self, connection, cursor, statement: str, _parameters, _context, _many) -> None:
        written = _WRITES.match(statement)
        if written and cursor.rowcount != 0 and "last_seen_at=" not in statement:
            self._told.setdefault(id(connection), []).append(written[1])


class Tape:
    """Stands in front of the doors and writes everything down."""

    def __init__(self, app: Doors, db: Database) -> None:
        self.app = app
        self._db = db
        self._written = Written(db)
        doors = sorted(every_door(app), key=lambda door: door.face == "public")  # a language could be anything
        self._doors = [(door, _pattern(door)) for door in doors]
        self.requests: list[Request] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = await _body(receive)
        last = self._newest_entry()
        request = Request(
            self._door(scope["method"], scope["path"]),
            scope["method"],
            scope["raw_path"].decode() + ("?" + scope["query_string"].decode() if scope["query_string"] else ""),
            sent.decode(),
            {name.decode(): value.decode() for name, value in scope["headers"]},
        )

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.status = message["status"]
                request.answer_headers = {name.decode(): value.decode() for name, value in message["headers"]}
            request.answer += message.get("body", b"")
            await send(message)

        self._written.since_last_asked()
        await self.app(scope, _once_more(sent, receive), listen)
        request.changed = self._written.since_last_asked()
        request.entries = self._entries_after(last)
        self.requests.append(request)

    def _door(self, method: str, path: str) -> Door:
        return next(
            (door for door, pattern in self._doors if door.method == method and pattern.fullmatch(path)), NO_DOOR
        )

    def _newest_entry(self) -> int:
        with self._db.reading() as session:
            return session.scalar(select(func.max(AuditEntry.id))) or 0

    def _entries_after(self, last: int) -> list[str]:
        with self._db.reading() as session:
            found = session.scalars(select(AuditEntry.body).where(AuditEntry.id > last).order_by(AuditEntry.id))
            return [json.loads(body)["action"] for body in found]


NO_DOOR = Door("", "", "nowhere")


@dataclass
class Day:
    """What is left of it."""

    hotline: Hotline
    tape: Tape
    said_by_the_product: list[str]
    """The bodies of everything the product asked the carrier to do."""

    log: str
    """Standard error, from every library, at the most talkative level."""

    pages: dict[str, str]
    """Pages of the console as staff saw them; `revealed` is the only one that may hold a secret."""

    folder: Path
    shares: Shares
    """The paper on which the keys are copied, in safes at different places."""

    @property
    def db(self) -> Database:
        return self.hotline.db

    @property
    def documents(self) -> list[Request]:
        """Every TwiML document."""
        return [
            each for each in self.tape.requests if each.answer_headers.get("content-type", "").startswith("text/xml")
        ]


_DAYS: dict[str, Day] = {}
_TRIED: set[str] = set()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def day(
    request: pytest.FixtureRequest, switchboard: Switchboard, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Day]:
    """The day, on each database."""
    if request.param not in _DAYS:
        if request.param in _TRIED:
            pytest.fail("the day ended early, see the first failure")
        _TRIED.add(request.param)
        folder = tmp_path_factory.mktemp("day")
        url = make_url(_fresh(request, folder))
        log = WriteAhead.from_now(url) if request.param == "postgresql" else None
        _DAYS[request.param] = _live(Database(url.render_as_string(hide_password=False)), switchboard, folder)
        if log:
            log.copy_to(folder / "pg_wal")
    yield _DAYS[request.param]
    _DAYS[request.param].db.close()


def copy_of(day: Day, folder: Path) -> Database:
    """The day's database, to be changed at will."""
    day.db.close()
    url = day.db.engine.url
    if day.db.is_sqlite:
        shutil.copytree(
            Path(url.database or "").parent, folder / "copy", ignore=shutil.ignore_patterns("keys", "export")
        )
        return Database(f"sqlite:///{folder / 'copy' / Path(url.database or '').name}")
    name = f"copy_of_{url.database}"
    _outside(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {url.database}")
    return Database(url.set(database=name).render_as_string(hide_password=False))


def _fresh(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "dygnet.db")
        return f"sqlite:///{folder / 'dygnet.db'}"
    template = make_url(request.getfixturevalue("postgres_template"))
    _outside(template, f"CREATE DATABASE a_day TEMPLATE {template.database}")
    return template.set(database="a_day").render_as_string(hide_password=False)


def _outside(url: object, *statements: str) -> None:
    engine = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")  # type: ignore[arg-type]
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _live(db: Database, switchboard: Switchboard, folder: Path) -> Day:
    with _listening() as page:
        hotline = Hotline(db, switchboard, folder)
        add_second_carrier(hotline)
        tape, said = _on_tape(hotline)
        pages: dict[str, str] = {}
        with _no_engine(hotline):
            calls_and_texts_out(hotline, _do, called_back=IS_CALLED_BACK, passed_on=IS_PASSED_ON)
            _the_telephone(hotline)
            _texts(hotline)
            _the_form(hotline)
        _staff_on_the_telephone(hotline)
        _the_console(hotline, pages)
        _the_night(hotline)
        _the_first_carrier_is_down(hotline)
        _the_staff_take_the_key_over(hotline, tape)
        _something_is_under_way(hotline)
        shares = recovery.make_shares()
        take_into_use(db, hotline.settings.keys_dir, shares, at=hotline.now, by="operator")
        keyring = Keyring.load(hotline.settings.keys_dir, private=("audit",))
        made = export(
            db, folder / "export", key=keyring.log_key, origin=keyring.log_name, at=hotline.now, by="operator"
        )
        assert made.damage is None
    return Day(hotline, tape, said, page.getvalue(), pages, folder, shares)


def _on_tape(hotline: Hotline) -> tuple[Tape, list[str]]:
    tape, said = Tape(hotline.app, hotline.db), []
    hotline.app = tape  # type: ignore[assignment]
    hotline.doors = _a_browser(tape)
    rest = hotline.switchboard.app
    assert rest

    async def overheard(scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        said.append(f"{scope['path']}?{scope['query_string'].decode()} {body.decode()}")
        await rest(scope, _once_more(body, receive), send)

    hotline.switchboard.app = overheard
    return tape, said


def _the_staff_take_the_key_over(line: Hotline, tape: Tape) -> None:
    """A console beside the other, whose staff hold the key. Its folder is a copy: the key's file is destroyed there."""
    settings, doors = line.settings, tape.app
    copy = shutil.copytree(settings.keys_dir, line.folder / "keys-taken-over")
    line.settings = settings.model_copy(update={"rota_key": "staff", "keys_dir": copy})
    tape.app = create_app(line.settings, clock=line.clock, database=line.db)
    anna, _bo = line.sign_in("anna"), line.sign_in("bo")
    let_in(anna, "bo", passphrase=PASSPHRASE)
    the_key_is_replaced(line, anna, PASSPHRASE)
    words = {"old": PASSPHRASE, "new": CHANGED_TO}
    anna.post("/console/passphrase", data=hidden_fields(anna.get("/console/passphrase").text) | words)
    _do(anna, "/console/sign-out", "")
    line.settings, tape.app = settings, doors


def _something_is_under_way(line: Hotline) -> None:
    """Dag may be pushed to, and has not typed his code yet."""
    dag = line.sign_in("dag")
    _do(dag, CHANNELS, "browsers", **receivers.Browser("https://fcm.googleapis.com/fcm/send/elsewhere").subscription)
    _do(dag, CHANNELS, "codes", channel="sms")
    line.work()


def _a_browser(app: ASGIApp) -> Browser:
    return Browser(
        app,
        base_url=PUBLIC_URL,
        raise_server_exceptions=False,
        client=(VISITOR_ADDRESS, 40_123),
        headers={
            "user-agent": VISITOR_BROWSER,
            "x-forwarded-for": VISITOR_ADDRESS,
            "forwarded": f"for={VISITOR_ADDRESS}",
        },
    )


def _the_telephone(line: Hotline) -> None:
    for name in ("anna", "bo", "carin", "dag"):
        line.phone(name).behaviour = "rings out"
    _leaves_this_number(line)
    _leaves_another_number(line)
    code = _wants_no_call(line)
    _comes_back_with_the_code(line, code)
    line.call_from(HANGS_UP).hang_up()
    _cannot_speak_and_will_not_wait(line)
    line.work()
    line.phone("anna").behaviour = "by hand"
    line.fast_forward(minutes=1)
    _is_answered(line)


def _leaves_this_number(line: Hotline) -> None:
    caller = line.caller_in_vain(CALLS)
    caller.press("7")
    caller.press("1")
    line.fast_forward(seconds=12)
    caller.press("3")


def _leaves_another_number(line: Hotline) -> None:
    caller = line.call_from(HIDES, withheld=True)
    caller.press("2")
    caller.press("2")
    line.everybody_rings_out()
    caller.press("1")
    caller.press("112#")
    line.fast_forward(seconds=12)
    caller.press(f"{KEYED_AS}#")
    caller.press("2")
    caller.press(f"{KEYED_AS}#")
    caller.press("1")
    caller.press("9")
    caller.press("2")


def _wants_no_call(line: Hotline) -> str:
    caller = line.call_from(REFUSES)
    caller.press("1")
    caller.press("3")
    line.everybody_rings_out()
    line.fast_forward(seconds=12)
    caller.press("3")
    return "".join(filter(str.isdigit, caller.heard_text.rpartition("kod är:")[2].split(".")[0]))


def _comes_back_with_the_code(line: Hotline, code: str) -> None:
    caller = line.call_from(REFUSES, withheld="anonymous")
    caller.press("1")
    caller.press("4")
    caller.press(code)
    caller.hang_up()
    line.work()


def _cannot_speak_and_will_not_wait(line: Hotline) -> None:
    for keys in ("15111*", "1*"):
        caller = line.call_from(CANNOT_SPEAK)
        for key in keys:
            caller.press(key)
        caller.hang_up()


def _is_answered(line: Hotline) -> None:
    caller = line.caller_waiting(IS_ANSWERED)
    anna = line.phone("anna")
    anna.answer()
    anna.press("1")
    assert caller.bridged_with, anna.state
    caller.hang_up()
    line.work()


def _texts(line: Hotline) -> None:
    line.text_from(TEXTS, MESSAGES[0])
    line.text_from(TEXTS, f"PS {KEYED_AS} är min brors")


def _the_form(line: Hotline) -> None:
    line.fill_in_form(contact="call", number="070-174 06 75", hours="evening", message=MESSAGES[1], danger="yes")
    narrow = {
        "day_1": "yes",
        "since": "8",
        "until": "10",
        "voicemail": "no",
        "age": "15_17",
        "code_word": "havregrynen",
    }
    line.fill_in_form(contact="both", number="070-174 06 76", hours="day", **narrow)
    at_work = {"contact": "call", "authority": "Fiskeläges gymnasium", "ask_for": "skolkuratorn", "hours": "day"}
    line.doors.post("/sv/work", data=hidden_fields(line.doors.get("/sv/work").text) | at_work)
    line.fill_in_form(contact="sms", number="12", hours="any", message=MESSAGES[0])
    receipt = re.search(r"(\d{4} ){4}\d{4}", line.fill_in_form(language="en", contact="none", message=MESSAGES[1]))
    assert receipt
    line.open_mailbox("0000 0000 0000 0000 0000")
    _the_mailbox(line, receipt[0])
    line.doors.get("/")
    line.doors.get("/sv")
    for page in ("accessibility", "privacy", "tips", "exit", "2", "nowhere"):
        line.doors.get(f"/sv/{page}")
    line.doors.get("/sv/mailbox")
    line.doors.get("/assets/public.css")
    line.doors.get("/sv/nowhere")
    line.work()


def _the_mailbox(line: Hotline, receipt: str) -> None:
    """A receipt is confirmed, a letter read and answered, the wishes changed, everything taken back."""
    spare = _code_on(line.doors.post("/en/receipt", data={"receipt": receipt, "spare": "yes"}).text)
    line.doors.get("/en/receipt")
    (case,) = (case for case in line.cases() if (case.approaches[0].channel, case.language) == ("form", "en"))
    line.work()
    carin = line.sign_in("carin")
    ours = f"/console/cases/{case.reference}"
    _do(carin, ours, "hold")
    _do(carin, ours, "letters", words=MESSAGES[0])
    ticket = {"ticket": hidden_fields(line.open_mailbox(receipt))["ticket"]}
    line.doors.post("/en/mailbox/answer", data={**ticket, "words": MESSAGES[1]})
    line.doors.post("/en/mailbox/wishes", data={**ticket, "contact": "call", "number": KEYED_AS, "hours": "any"})
    line.doors.post("/en/mailbox/withdrawal", data=ticket)
    _do(carin, ours, "letters/reading")
    line.open_mailbox(spare)
    handed = _code_on(_do(carin, ours, "receipt"))
    line.open_mailbox(_code_on(line.open_mailbox(handed)))
    handed = _code_on(_do(carin, ours, "receipt"))
    line.open_mailbox(handed)


def _code_on(page: str) -> str:
    found = re.search(r"(\d{4} ){4}\d{4}", page)
    assert found, page
    return found[0]


def _staff_on_the_telephone(line: Hotline) -> None:
    newest = [case for case in line.cases() if case.awaits_contact and not case.hold][-1].reference
    line.text_from("anna", f"2 {newest}")
    line.text_from("bo", "?")
    line.text_from("bo", f"{MESSAGES[0]}")
    bo = line.phone("bo")
    bo.behaviour = "by hand"
    line.fast_forward(minutes=5)
    bo.answer()
    bo.press("5")
    bo.press("1")
    line.work()
    line.phone("carin").behaviour = "voicemail"
    line.fast_forward(minutes=10)


def _the_console(line: Hotline, pages: dict[str, str]) -> None:
    line.text_from(UNREACHABLE, MESSAGES[1])
    line.text_from("anna", "1")
    case = next(case for case in line.cases() if case.hold and case.hold.person.alias == "anna" and not case.join)
    ours = f"/console/cases/{case.reference}"
    anna = line.sign_in("anna")
    for name in ("", "board", "roster", f"cases/{case.reference}", "cases/ZZZZ", "log"):
        pages[name or "home"] = anna.get(f"/console/{name}").text
    pages["revealed"] = _do(anna, ours, "reveal", because="first_contact")
    pages["kept"] = _do(anna, ours, "keep")
    _beside_the_case(line, anna, case.reference)
    pages["senior"] = _do(anna, ours, "senior", whom="coordinator")
    _follow_a_link(line, anna)
    pages["attempted"] = _do(anna, ours, "attempts", channel="call", outcome="no_answer")
    pages["reached"] = _do(anna, ours, "attempts", channel="call", outcome="reached")
    pages["asked"] = _do(anna, ours, "permissions", voicemail="no")
    line.apply(
        f'{(line.folder / "programme.toml").read_text()}\n[knowledge]\ninclude = ["minimal"]\n{_ourselves(line)}'
    )
    carin = line.sign_in("carin")
    the_way_on(anna, carin, case.reference, handed_in=lambda one: _handed_in(line, one), says=MESSAGES[0])
    pages["closed"] = _do(anna, ours, "closure", code="advice")
    line.call_from(HIDES, withheld=True).hang_up()
    pages["tapped"] = _do(anna, f"/console/cases/{line.cases()[-1].reference}", "tap", code="silent_call")
    two_letters_of_one_person(line, anna, _do, MESSAGES[0])
    waiting = next(case for case in line.cases() if case.awaits_contact and not case.hold and not case.join)
    theirs = f"/console/cases/{waiting.reference}"
    pages["taken"] = _do(anna, theirs, "hold")
    pages["released"] = _do(anna, theirs, "release")
    pages["foreign"] = anna.post(f"{theirs}/hold", data={"csrf": "guessed"}).text
    pages["preferred"] = _do(anna, theirs, "preferences")
    carin = line.sign_in("carin")
    pages["excluded"] = _do(carin, theirs, "exclusions", alias="fatima")
    _the_figures(carin, pages)
    _the_roster(line, anna, pages)
    _the_channels(anna, pages)
    _a_channel_is_proved(line, anna, pages)
    _do(anna, "/console/sign-out", "")
    for passphrase in ("fel fel fel fel", "fyra gula cyklar i regn"):
        anna.post("/console/sign-in", data={"alias": "anna", "passphrase": passphrase})
    a_reading_is_looked_into(line, _do, WORDS[-1])
    something_is_forgotten(line, _do, pages)
    a_case_is_handed_over_whole(line, _do)
    the_law_wants_something(line, _do, pages)
    somebody_asks_what_is_kept(line, _do, pages)
    ways_in(line, pages)
    eva = line.sign_in("eva")
    pages["log"] = the_log_is_asked(line, eva, _do)
    colleagues_are_seen_to(line, _do, pages)
    line.work()


def _handed_in(line: Hotline, package: str) -> str:
    """The reference of the case that a package became."""
    with line.db.reading() as session:
        return session.get_one(Case, session.get_one(PackageCame, package).case_id).reference


def _ourselves(line: Hotline) -> str:
    """Our own house as one to hand people over to."""
    return card(NEIGHBOUR, line.folder / "keys")


def _beside_the_case(line: Hotline, anna: Browser, reference: str) -> None:
    """A note is written, two cases of one event are linked, and a colleague reads behind broken glass."""
    ours, carin = f"/console/cases/{reference}", line.sign_in("carin")
    _do(anna, ours, "notes", note=MESSAGES[0])
    other = next(case for case in line.cases() if case.awaits_contact and case.reference != reference and not case.join)
    _do(carin, ours, "links", other=other.reference)
    _do(line.sign_in("bo"), "/console/glass", "", reference=reference, because="danger")
    carin.get("/console/parts/running?page=1")
    carin.get("/console/morning")


def _the_figures(carin: Browser, pages: dict[str, str]) -> None:
    pages["published"] = _do(carin, "/console/statistics", "editions")
    pages["sheet"] = carin.get("/console/statistics/sheet").text
    pages["counted"] = _do(carin, "/console/statistics", "screenings")
    pages["equality"] = carin.get("/console/statistics/equality").text


def _follow_a_link(line: Hotline, anna: Browser) -> None:
    with line.db.transaction() as session:
        person = desk.named(session, "anna")
        theirs = select(Notification).where(Notification.case_id.is_not(None), Notification.person_id == person.id)
        links.keep(session, session.scalars(theirs.limit(1)).one(), "0123456789abcdef", at=line.now)
    answer = anna.get("/console/l/0123456789abcdef", follow_redirects=False)
    assert answer.headers["location"].startswith("/console/cases/")


def _the_channels(anna: Browser, pages: dict[str, str]) -> None:
    """Anna wants to be called as well, and thinks better of it; she lets a browser be pushed to, and takes it back."""
    pages["wished"] = _do(anna, CHANNELS, "", by_call="yes")
    _do(anna, CHANNELS, "")
    browser = receivers.Browser("https://fcm.googleapis.com/fcm/send/somewhere")
    pages["subscribed"] = _do(anna, CHANNELS, "browsers", **browser.subscription)
    found = re.search(rf'action="{CHANNELS}/(browsers/\S+/end)"', anna.get(CHANNELS).text)
    assert found
    pages["unsubscribed"] = _do(anna, CHANNELS, found[1])


def _a_channel_is_proved(line: Hotline, anna: Browser, pages: dict[str, str]) -> None:
    """Anna has a code texted and types it back, asks for a test page, and says that it arrived."""
    _do(anna, CHANNELS, "codes", channel="sms")
    line.work()
    pages["proved"] = _do(anna, CHANNELS, "codes/typed", channel="sms", code=line.phone("anna").inbox[-1].body[-6:])
    _do(anna, CHANNELS, "tests", channel="sms")
    with line.db.reading() as session:
        test = session.scalars(select(Probe.id).where(Probe.kind == "test")).one()
    pages["tested"] = anna.get(f"{CHANNELS}/tests/{test}").text
    _do(anna, CHANNELS, f"tests/{test}")
    line.work()


def _the_roster(line: Hotline, anna: Browser, pages: dict[str, str]) -> None:
    """Turns are offered, taken and kept, somebody is away and back, somebody stands in and is sent home."""
    evening = {"tier": "on-call", "starts": "2026-01-09T18:00", "ends": "2026-01-09T23:00"}
    bo, carin = line.sign_in("bo"), line.sign_in("carin")
    pages["offered"] = _do(anna, ROSTER, "offers", **evening)
    pages["swapped"] = _press(bo, "taking")
    _do(anna, ROSTER, "offers", **evening | {"starts": "2026-01-10T18:00", "ends": "2026-01-10T23:00"})
    pages["withdrawn"] = _press(anna, "withdrawal")
    pages["refused"] = _do(anna, ROSTER, "offers", **evening)
    pages["away"] = _do(anna, ROSTER, "leaves", starts="2026-01-08T08:00", ends="2026-01-08T20:00")
    pages["back"] = _press(anna, "return")
    pages["overridden"] = _do(carin, ROSTER, "overrides", **evening, alias="dag", because="ill")
    pages["restored"] = _press(carin, "lifting")
    pages["month"] = anna.get(f"{ROSTER}/month").text
    given = re.search(r"/console/calendar/[\w-]+\.ics", _do(anna, "/console/calendar", ""))
    assert given
    pages["feed"] = anna.get(given[0]).text
    _do(anna, "/console/calendar", "end")
    line.work()


def _press(browser: Browser, deed: str) -> str:
    """Press the first button of this kind on the roster's page."""
    found = re.search(rf'action="{ROSTER}/(\S+/{deed})"', browser.get(ROSTER).text)
    assert found
    return _do(browser, ROSTER, found[1])


def _do(browser: Browser, case: str, deed: str, **fields: str) -> str:
    return browser.post(f"{case}/{deed}".rstrip("/"), data={"csrf": browser.word, **fields}).text


def _the_night(line: Hotline) -> None:
    """No engine until an hour after the first deadlines: what was missed is folded, and what is due is done."""
    with _no_engine(line):
        line.fast_forward(hours=24)
    line.work()
    broken = next(case for case in line.cases() if case.breach and not case.join)
    _do(line.sign_in("carin"), f"/console/cases/{broken.reference}", "breach", breach="no_staff")
    line.apply(
        (line.folder / "programme.toml").read_text().replace('languages = ["sv", "en"]', 'languages = ["sv"]', 1)
    )

    line.work()


def _the_first_carrier_is_down(line: Hotline) -> None:
    """Pages go by the second: one is answered by key, one by text."""
    bring_recordings(line, "sv")
    line.exchange.faults.refuse(times=FOREVER, status=500, code=20500)
    line.text_from(TEXTS, MESSAGES[0])
    bo = line.phone("bo")
    for _ in range(A_LONG_HOUR):
        if bo.ringing and bo.ringing.sender == SECOND_NUMBER:
            break
        line.fast_forward(seconds=10)
    bo.answer()
    bo.press("2")
    line.work()
    line.phone("anna").text(SECOND_NUMBER, "1")
    line.work()
    line.exchange.faults.clear()


@contextmanager
def _no_engine(line: Hotline) -> Iterator[None]:
    """The engine is down: everything is received, and nothing escalates until it is back."""
    line.kill_the_engine()
    yield
    line.engine = worker_for(line.settings, line.db, line.clock)
    line.work()


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _once_more(body: bytes, receive: Receive) -> Receive:
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return unread.pop() if unread else await receive()

    return again


def _pattern(door: Door) -> re.Pattern[str]:
    path = re.sub(r"{\w+}", "[^/]+", door.path)
    return re.compile(path + "/.*" if door.static else path)


@contextmanager
def _listening() -> Iterator[io.StringIO]:
    """Standard error of a process whose logs are set to say everything."""
    root = logging.getLogger()
    before, was, page = root.handlers[:], root.level, io.StringIO()
    quieted = [
        name for name, each in root.manager.loggerDict.items() if isinstance(each, logging.Logger) and each.level
    ]
    levels = {name: logging.getLogger(name).level for name in quieted}
    try:
        with redirect_stderr(page):
            logs.start("DEBUG")
            yield page
    finally:
        root.handlers[:], root.level = before, was
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


__all__ = ["MESSAGES", "NUMBERS", "WORDS", "Day", "Request", "Tape", "copy_of", "day", "log"]
