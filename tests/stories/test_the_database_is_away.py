"""The database is away: whoever calls reaches whoever is on call, and afterwards it is one case from that moment on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from app.cases.facts import Connection
from app.cases.first_contact import Standing
from app.db import Database
from app.intake.away.answers import INSTEAD
from app.intake.away.meanwhile import STAYS_AWAY
from app.main import create_app
from app.oncall import changes
from app.programme.fields import Tier
from app.simulator.debugger import Posted
from app.staff.directory import by_alias
from app.vault.keyring import Keyring
from tests.away import NoFile, NoServer, Outage, keep, keeper_of, meanwhile_of, own_server
from tests.browsers import Browser
from tests.doorways import every_door
from tests.evidence import given_away
from tests.fallback import keep_the_fallback
from tests.grammar import Document, faults
from tests.hotline import PUBLIC_URL, Hotline, Switchboard
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANNA, BO, CARIN, DAG, FATIMA, LINE, NUMBERS
from tests.postgres import _folder

RINGS = 20
NOBODY = "Ingen kunde svara just nu. Ring gärna igen om en stund, eller skicka ett sms till det här numret."


@pytest.fixture(params=["sqlite", "postgresql"])
def on_both(
    request: pytest.FixtureRequest, switchboard: Switchboard, tmp_path: Path
) -> Iterator[tuple[Hotline, Outage]]:
    """The line on a database of its own, which can really be taken away."""
    if request.param == "sqlite":
        hotline: Hotline = request.getfixturevalue("hotline_on_sqlite")
        yield hotline, NoFile(hotline, tmp_path)
        return
    with _folder(durable=False) as folder, own_server(folder) as (server, url):
        database = Database(url)
        database.migrate()
        line = Hotline(database, switchboard, tmp_path)
        keep(line)
        yield line, NoServer(server)
        assert given_away(line) == []
        database.close()


@pytest.fixture
def hotline_on_sqlite(sqlite_template: Path, switchboard: Switchboard, tmp_path: Path) -> Iterator[Hotline]:
    path = tmp_path / "dygnet.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    line = Hotline(database, switchboard, tmp_path)
    keep(line)
    yield line
    assert given_away(line) == []
    database.close()


@pytest.fixture
def line(hotline_on_sqlite: Hotline) -> Hotline:
    """The line, with its roster kept."""
    return hotline_on_sqlite


@pytest.fixture
def outage(line: Hotline, tmp_path: Path) -> Iterator[Outage]:
    """Over at the end of the story, at the latest."""
    outage = NoFile(line, tmp_path)
    yield outage
    outage.ends()


def seconds(line: Hotline, count: float) -> None:
    """Time passes at the telephone company; no engine of ours could do anything."""
    line.timeline.advance(count)


def rung(line: Hotline) -> list[str]:
    """Whose telephones rang, in order."""
    return [leg.to for leg in line.exchange.legs.values() if leg.to != LINE]


def asked(line: Hotline) -> list[Posted]:
    return [posted for posted in line.exchange.debugger.requests if posted.url.startswith(PUBLIC_URL)]


def look_in_the_list(line: Hotline) -> None:
    """The engine compares the carrier's list with ours, when it does so next."""
    line.fast_forward(minutes=3)
    assert line.engine
    line.engine.lookout.find_missed()
    line.work()


def test_the_caller_is_greeted_whoever_is_on_call_is_rung_and_afterwards_it_is_one_case_that_they_hold(
    on_both: tuple[Hotline, Outage],
) -> None:
    """One journey, looked at from all sides: a server takes long to start."""
    line, outage = on_both
    outage.begins()
    called_at = line.now
    caller = line.call_from(A_STRANGER)
    seconds(line, 2)

    assert "Vid fara för liv, ring 112." in caller.heard_text
    assert "Vi söker en människa" in caller.heard_text
    assert "skrivit upp" not in caller.heard_text
    anna = line.phone("anna")
    assert anna.ringing
    assert anna.ringing.sender == LINE
    anna.answer()
    assert "Någon väntar i telefonen" in anna.heard_text
    assert caller.bridged_with == []
    anna.press("1")
    seconds(line, 60)
    assert caller.bridged_with == [ANNA]
    assert line.doors.get("/readyz").status_code == 503
    caller.hang_up()
    seconds(line, 2)

    outage.ends()
    keep(line)
    line.work()
    look_in_the_list(line)
    keep(line)

    case = line.case()
    assert (case.opened_at, case.due_at) == (called_at, called_at + timedelta(hours=24))
    assert [approach.channel for approach in case.approaches] == ["phone"]
    assert case.standing is Standing.TAKEN
    assert [hold.person.alias for hold in case.holds] == ["anna"]
    assert case.first_contact is None
    with line.db.reading() as session:
        connection = session.get(Connection, case.approaches[0].id)
    assert connection
    assert called_at < connection.at < called_at + timedelta(seconds=60)


def test_nobody_answers_one_after_another_is_rung_and_the_words_promise_nothing(line: Hotline, outage: Outage) -> None:
    outage.begins()
    called_at = line.now
    caller = line.call_from(A_STRANGER)
    seconds(line, 5 * RINGS)

    assert rung(line) == [ANNA, BO, CARIN, DAG]
    assert NOBODY in caller.heard_text
    assert "No one could answer just now" in caller.heard_text, "in the line's other language, too"
    assert "skrivit upp" not in caller.heard_text
    assert not caller.on_a_call

    outage.ends()
    keep(line)
    line.work()
    case = line.case()
    assert (case.opened_at, case.standing) == (called_at, Standing.WAITING)
    assert line.phone("anna").inbox


def test_a_voicemail_never_gets_the_caller_and_whoever_presses_another_key_does_not_either(
    line: Hotline, outage: Outage
) -> None:
    outage.begins()
    line.phone("anna").behave("voicemail")
    caller = line.call_from(A_STRANGER)
    bo = line.phone("bo")
    while not bo.ringing:
        seconds(line, 1)
        assert caller.bridged_with == []
    bo.answer()
    bo.press("2")
    seconds(line, 2)
    assert caller.bridged_with == []
    carin = line.phone("carin")
    carin.answer()
    carin.press("1")
    seconds(line, 2)

    assert caller.bridged_with == [CARIN]


def test_whoever_stays_on_after_a_talk_is_helped_on_and_the_case_says_that_the_first_one_had_them(
    line: Hotline, outage: Outage
) -> None:
    outage.begins()
    caller = line.call_from(A_STRANGER)
    seconds(line, 2)
    anna = line.phone("anna")
    anna.answer()
    anna.press("1")
    seconds(line, 30)
    anna.hang_up()
    seconds(line, 2)

    assert "Om du redan har fått svar kan du lägga på." in caller.heard_text
    assert line.phone("bo").ringing
    caller.hang_up()
    seconds(line, 2)
    outage.ends()
    keep(line)
    line.work()

    assert [hold.person.alias for hold in line.case().holds] == ["anna"]
    assert not line.phone("bo").ringing


def test_a_process_that_starts_while_it_is_away_rings_by_the_file_and_the_carriers_list_brings_the_call(
    on_both: tuple[Hotline, Outage],
) -> None:
    line, outage = on_both
    outage.begins()
    restart_the_doors(line)
    called_at = line.now
    caller = line.call_from(A_STRANGER)
    seconds(line, 2)
    anna = line.phone("anna")
    anna.answer()
    anna.press("1")
    seconds(line, 600)
    assert caller.bridged_with == [ANNA]
    assert line.doors.get("/sv/").status_code == 503

    outage.ends()
    line.start()  # nothing is in its memory
    caller.hang_up()
    seconds(line, 1)
    case = line.case()
    assert abs(case.opened_at - called_at) < timedelta(seconds=5), "by the carrier's last word on it"
    look_in_the_list(line)
    keep(line)
    assert len(line.case().approaches) == 1
    assert line.case().first_contact is None


def test_the_list_alone_brings_a_call_whose_process_and_last_word_are_lost(line: Hotline, outage: Outage) -> None:
    outage.begins()
    called_at = line.now
    line.call_from(A_STRANGER)
    seconds(line, 5 * RINGS)
    outage.ends()
    line.start()
    look_in_the_list(line)

    case = line.case()
    assert (case.opened_at, case.due_at) == (called_at, called_at + timedelta(hours=24))


def test_the_last_word_on_a_call_comes_when_the_database_is_back_and_nobody_has_looked_yet(
    line: Hotline, outage: Outage
) -> None:
    outage.begins()
    called_at = line.now
    caller = line.call_from(A_STRANGER)
    seconds(line, 2)
    line.phone("anna").answer()
    line.phone("anna").press("1")
    seconds(line, 1200)
    outage.ends()
    seconds(line, STAYS_AWAY.total_seconds())
    caller.hang_up()
    seconds(line, 1)

    case = line.case()
    assert (case.opened_at, case.standing) == (called_at, Standing.TAKEN)
    keep(line)
    look_in_the_list(line)
    assert len(line.case().approaches) == 1
    assert [hold.person.alias for hold in line.case().holds] == ["anna"]


def test_it_comes_back_in_the_middle_of_a_call_and_the_next_one_is_rung_all_the_same(
    line: Hotline, outage: Outage
) -> None:
    outage.begins()
    called_at = line.now
    caller = line.call_from(A_STRANGER)
    seconds(line, 2)
    outage.ends()
    keep(line)
    line.work()
    assert line.case().opened_at == called_at
    assert line.phone("anna").inbox, "who is on call is paged as ever"

    seconds(line, RINGS)
    bo = line.phone("bo")
    bo.answer()
    bo.press("1")
    seconds(line, 2)
    assert caller.bridged_with == [BO]
    keep(line)
    assert [hold.person.alias for hold in line.case().holds] == ["bo"]
    assert line.case().first_contact is None


def test_it_goes_away_in_the_middle_of_the_menu_and_somebody_is_rung(line: Hotline, outage: Outage) -> None:
    caller = line.call_from(A_STRANGER)
    outage.begins()
    caller.press("1")
    seconds(line, 2)

    assert line.phone("anna").ringing
    caller.hang_up()
    seconds(line, 2)
    outage.ends()
    keep(line)
    assert len(line.case().approaches) == 1


def test_it_goes_away_while_a_telephone_rings_and_pressing_1_still_gets_the_caller(
    line: Hotline, outage: Outage
) -> None:
    caller = line.caller_waiting(A_STRANGER)
    anna = line.phone("anna")
    assert anna.ringing
    outage.begins()
    anna.answer()
    assert "Någon väntar i telefonen" in anna.heard_text
    anna.press("1")
    seconds(line, 30)
    assert caller.bridged_with == [ANNA]
    caller.hang_up()
    seconds(line, 2)
    outage.ends()
    keep(line)

    assert [hold.person.alias for hold in line.case().holds] == ["anna"]


def test_it_goes_away_while_a_telephone_rings_out_and_everybody_is_rung_from_the_first_on(
    line: Hotline, outage: Outage
) -> None:
    line.caller_waiting(A_STRANGER)
    outage.begins()
    seconds(line, 5 * RINGS)

    assert rung(line) == [ANNA, ANNA, BO, CARIN, DAG]
    outage.ends()


def test_whoever_was_asked_whether_we_may_call_back_hears_that_they_may_call_again(
    line: Hotline, outage: Outage
) -> None:
    caller = line.caller_in_vain(A_STRANGER)
    outage.begins()
    caller.press("1")
    seconds(line, 2)

    assert NOBODY in caller.heard_text
    outage.ends()


def test_who_changed_the_roster_an_hour_ago_is_rung(line: Hotline, outage: Outage) -> None:
    with line.db.transaction() as session:
        fatima, carin = by_alias(session, "fatima"), by_alias(session, "carin")
        assert fatima
        assert carin
        until = line.now + timedelta(days=1)
        changes.stand_in(
            session, Tier.ON_CALL, fatima, starts=line.now, ends=until, because="ill", by=carin, at=line.now
        )
    keep(line)
    seconds(line, 3600)
    outage.begins()
    line.call_from(A_STRANGER)
    seconds(line, 2)

    assert rung(line) == [FATIMA]
    outage.ends()


def test_a_turn_that_changes_hands_while_it_is_away_is_rung_by_the_new_hands_and_after_a_week_the_chain(
    line: Hotline, outage: Outage
) -> None:
    seconds(line, timedelta(days=6).total_seconds())
    keep(line)
    outage.begins()
    for days, first in ((2, FATIMA), (6, CARIN)):
        seconds(line, timedelta(days=days).total_seconds())
        before = len(rung(line))
        line.call_from(A_STRANGER)
        seconds(line, 2)
        assert rung(line)[before] == first
        line.phone(A_STRANGER).hang_up()
        seconds(line, 2)
    outage.ends()


def test_somebody_who_calls_from_their_own_duty_telephone_is_not_rung_themselves(line: Hotline, outage: Outage) -> None:
    outage.begins()
    line.call_from(ANNA)
    seconds(line, 2)

    assert rung(line) == [BO]
    outage.ends()


def test_a_full_disk_is_as_good_as_away(line: Hotline) -> None:
    with line.commits_fail():
        line.call_from(A_STRANGER)
        seconds(line, 2)
        assert line.phone("anna").ringing
    assert line.cases() == []


def test_a_database_that_says_nothing_is_waited_for_once_and_what_was_begun_is_written_all_the_same(
    line: Hotline,
) -> None:
    waiting, says_something = list[str](), threading.Event()

    def say_nothing(*_: object) -> None:
        waiting.append(threading.current_thread().name)
        says_something.wait(60)

    meanwhile_of(line).waits_for = 0.2
    with line.doors:  # a task that nobody waits for any more needs a loop that goes on
        event.listen(line.db.engine, "before_cursor_execute", say_nothing)
        try:
            line.call_from(A_STRANGER)
            assert line.phone("anna").ringing
            line.call_from(A_BORROWED_PHONE)
            seconds(line, STAYS_AWAY.total_seconds() - 1)
            line.phone("anna").decline()
            seconds(line, 0)
            assert line.phone("bo").ringing
            asked_by_callers = [name for name in waiting if name.startswith("AnyIO")]
        finally:
            says_something.set()
        assert len(asked_by_callers) == 1
        assert meanwhile_of(line).answered == 2
        keep(line)
    event.remove(line.db.engine, "before_cursor_execute", say_nothing)
    assert len(line.cases()) == 2


@pytest.mark.parametrize("how", ["missing", "damaged", "sealed to another key", "forged"])
def test_without_a_usable_file_the_carriers_own_fallback_rings_the_standing_chain(
    line: Hotline, outage: Outage, how: str, tmp_path: Path
) -> None:
    keep_the_fallback(line)
    file = keeper_of(line).file
    written = file.path.read_bytes()
    match how:
        case "missing":
            file.path.unlink()
        case "damaged":
            file.path.write_bytes(written[:-1] + bytes([written[-1] ^ 1]))
        case "forged":
            file.path.write_bytes(bytes(32) + written[32:])
        case _:
            Keyring.create(tmp_path / "other")
            other = Keyring.load(tmp_path / "other", private=("duty",))
            type(file)(file.path, other, kind="duty", name="roster").write(b"{}")
    outage.begins()
    restart_the_doors(line)
    line.call_from(A_STRANGER)
    seconds(line, 2)

    assert rung(line) == [CARIN]
    outage.ends()


def test_a_text_is_refused_so_that_it_is_found_in_the_list(line: Hotline, outage: Outage) -> None:
    outage.begins()
    written_at = line.now
    line.exchange.phone(A_STRANGER).text(LINE, "jag vill ut härifrån")
    seconds(line, 2)
    assert {posted.answer.status for posted in asked(line)} == {500}
    outage.ends()
    look_in_the_list(line)

    assert line.case().opened_at == written_at


def test_what_is_kept_and_said_meanwhile_gives_nobody_away(
    line: Hotline, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    file = keeper_of(line).file.path
    kept = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    for number in (*NUMBERS.values(), LINE):
        assert number.encode() not in kept
    assert not any(alias.encode() in kept for alias in NUMBERS)
    outage.begins()
    line.call_from(A_STRANGER)
    seconds(line, 5 * RINGS)

    for posted in asked(line):
        assert "+46" not in posted.url
        assert "%2B" not in posted.url
        judged = Document(
            posted.answer.body,
            PUBLIC_URL,
            LINE,
            NUMBERS.values(),
            secrets=[A_STRANGER],
            screening="/screen" in posted.url,
        )
        assert posted.answer.status == 204 or faults(judged) == []
    assert "kept roster" in caplog.text
    assert "+46" not in caplog.text
    outage.ends()


def test_what_stands_in_for_a_door_belongs_to_a_door(line: Hotline) -> None:
    doors = {door.path for door in every_door(line.app) if door.face == "carrier" and door.method == "POST"}
    assert set(INSTEAD) <= doors
    about_callers = {
        path for path in doors if path.startswith(("/carrier/voice", "/carrier/ring", "/carrier/callback"))
    }
    assert about_callers <= set(INSTEAD)


def test_a_repeated_webhook_gets_the_same_answer(line: Hotline, outage: Outage) -> None:
    outage.begins()
    line.exchange.faults.duplicate_webhooks = True
    line.call_from(A_STRANGER)
    seconds(line, 2)
    first, again = [posted.answer.body for posted in asked(line)][:2]

    assert first == again
    assert meanwhile_of(line).answered == 1
    outage.ends()
    keep(line)
    assert len(line.case().approaches) == 1


@ON_ONE_DATABASE
def test_how_often_it_happened_can_be_read_afterwards(hotline: Hotline) -> None:
    keep(hotline)
    with hotline.commits_fail():
        hotline.call_from(A_STRANGER)
    told = metrics_of(hotline)

    assert "dygnet_kept_roster_calls_total 1.0" in told
    assert "dygnet_kept_roster_age_seconds" in told


def test_while_it_is_away_the_figures_of_the_process_are_told_and_nobody_waits_for_the_others(
    line: Hotline, outage: Outage
) -> None:
    assert "dygnet_database_away 0.0" in metrics_of(line)
    outage.begins()
    assert "dygnet_database_away 1.0" in metrics_of(line), "the database is asked, and does not answer"
    line.call_from(A_STRANGER)
    told = metrics_of(line)

    assert "dygnet_database_away 1.0" in told
    assert "dygnet_kept_roster_calls_total 1.0" in told
    assert "dygnet_kept_roster_age_seconds" in told
    assert 'dygnet_answer_seconds_count{status="200",surface="carrier"}' in told
    assert "dygnet_waiting" not in told, "nobody knows"
    outage.ends()
    keep(line)
    told = metrics_of(line)
    assert "dygnet_database_away 0.0" in told
    assert "dygnet_waiting 1.0" in told


@pytest.mark.parametrize(
    ("asked_for", "language", "words"),
    [
        ("/sv/", "", "Något gick fel hos oss"),
        ("/ar/contact", "", "حدث خطأ عندنا"),
        ("/", "so,sv;q=0.5", "Wax ayaa naga khaldamay"),
        ("/en/no/such/page", "", "Something went wrong on our side"),
        ("/xx/", "de", "Något gick fel hos oss"),
    ],
)
def test_doors_that_started_without_it_speak_calmly_in_the_visitors_language_with_the_number_and_the_way_out(
    line: Hotline, outage: Outage, asked_for: str, language: str, words: str
) -> None:
    usual = line.doors.get("/sv/").headers
    outage.begins()
    restart_the_doors(line)
    answer = line.doors.get(asked_for, headers={"accept-language": language})

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert words in answer.text
    assert f'href="tel:{LINE}"' in answer.text
    assert 'href="tel:112"' in answer.text
    assert 'id="exit"' in answer.text
    for name in ("cache-control", "referrer-policy", "x-frame-options", "permissions-policy"):
        assert answer.headers[name] == usual[name]
    only_the_way_out = answer.headers["content-security-policy"]
    assert set(only_the_way_out.replace(";", " ").split()) < set(
        usual["content-security-policy"].replace(";", " ").split()
    )
    assert "script-src 'self' 'sha256-" in only_the_way_out
    assert line.doors.get("/assets/public.css").status_code == 200
    left = line.doors.get("/sv/exit", follow_redirects=False)
    assert (left.status_code, left.headers["clear-site-data"]) == (303, '"cache", "storage"')
    sent = line.doors.post("/sv/contact", data={"message": "min lillebror"})
    assert (sent.status_code, "lillebror" in sent.text) == (503, False)
    outage.ends()


def test_staff_are_told_what_is_the_matter_and_that_the_line_is_answered(line: Hotline, outage: Outage) -> None:
    outage.begins()
    restart_the_doors(line)
    for address in ("/console/", "/console/sign-in", "/console/cases/K7Q2"):
        answer = line.doors.get(address)
        assert answer.status_code == 503
        assert "Konsolen är stängd: databasen går inte att nå" in answer.text
        assert "Den som ringer kopplas ändå till den som har jour" in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert "cannot be reached" in line.doors.get("/console/", headers={"accept-language": "en"}).text
    assert line.doors.get("/console/assets/console.css").status_code == 200

    keeper_of(line).file.path.unlink()
    restart_the_doors(line)
    assert "kopplas till den fasta kedjan" in line.doors.get("/console/").text
    public = line.doors.get("/sv/")
    assert (public.status_code, "Något gick fel hos oss" in public.text) == (503, True)
    assert public.text.count('href="tel:') == 1, "no number is known but 112"
    outage.ends()


def metrics_of(line: Hotline) -> str:
    line.app.health.state.metrics_token = "x" * 16
    return line.doors.get("/metrics", headers={"authorization": f"Bearer {'x' * 16}"}).text


def restart_the_doors(line: Hotline) -> None:
    """The doors alone end and start again: an engine cannot start without the database, and there is none."""
    line.app = create_app(line.settings, clock=line.clock, database=line.db)
    line.doors = Browser(line.app, base_url=PUBLIC_URL, raise_server_exceptions=False)
