"""The board: what waits, how long is left, whose it is, what is asked next; and nothing secret."""

from __future__ import annotations

import asyncio
import math
import re

from sqlalchemy import event

from app.cases.pressing import SHOWN
from app.console import watch
from app.console.teller import Teller
from app.console.watch import Watch
from app.intake.approach import Callback
from tests.at_work import Workplace
from tests.console.office import MESSAGE, NUMBER, Office, take
from tests.dossiers import link_in
from tests.routing.test_collisions import A_MEETING, place


def rows(page: str) -> list[str]:
    return re.findall(r'class="reference" href="[^"]*">(\w+)<', page)


def test_an_empty_board_says_what_to_do(office: Office, anna):
    idle = "Du behöver inte göra något"
    page = anna.get("/console/").text
    assert "Inget väntar" in page
    assert idle not in page, "while no page goes out, somebody has to be rung"
    office.later(seconds=1)
    assert idle in anna.get("/console/").text


def test_danger_comes_first_and_then_who_has_waited_longest(office: Office, anna):
    first = office.approach().reference
    office.later(minutes=5)
    second = office.approach().reference
    office.later(minutes=5)
    danger = office.approach(danger=True).reference
    page = anna.get("/console/").text
    assert rows(page) == [danger, first, second]
    assert "Fara" in page
    assert "23 h 50 min kvar" in page


def test_nothing_secret_is_in_any_list(office: Office):
    office.approach(channel="phone", number=NUMBER, message=MESSAGE)
    page = office.browser("carin").get("/console/").text
    for secret in (NUMBER, NUMBER[3:], "070", "Kalle", "hotad"):
        assert secret not in page


def test_a_handler_sees_the_queue_and_their_own_and_a_number_of_others(office: Office, anna):
    mine, theirs, waiting = (office.approach().reference for _ in range(3))
    take(anna, mine)
    take(office.browser("bo"), theirs)
    page = anna.get("/console/").text
    assert set(rows(page)) == {mine, waiting}
    assert theirs not in page
    assert "1 ärende till ligger hos en kollega" in page


def test_a_coordinator_sees_whose_each_case_is(office: Office):
    reference = office.approach().reference
    carin = office.browser("carin")
    assert "anna står i tur" in carin.get("/console/").text
    take(office.browser("bo"), reference)
    assert "Hos bo" in carin.get("/console/").text


def test_the_board_says_what_is_asked_of_me(office: Office, anna):
    reference = office.approach(callback=Callback(wish="call", number=NUMBER, hours="evening")).reference
    assert "Ta ärendet" in anna.get("/console/").text
    take(anna, reference)
    assert "Ring inte nu, utan 17:00" in anna.get("/console/").text


def test_an_overdue_case_says_by_how_much(office: Office):
    office.approach()
    office.later(hours=24, minutes=12)
    assert "12 min över tiden" in office.browser("anna").get("/console/").text


def test_looking_at_the_board_is_in_the_log(office: Office, anna):
    anna.get("/console/")
    (entry,) = office.log("case.listed")
    assert (entry["actor"], entry["role"]) == ("anna", "handler")


def test_every_page_says_when_the_engine_is_silent(office: Office, anna):
    reference = office.approach().reference
    pages = ["/console/", "/console/roster", f"/console/cases/{reference}"]
    assert all("Larmen går inte ut" not in anna.get(page).text for page in pages)
    office.clock.at = office.clock.at.replace(minute=2)
    assert all("Larmen går inte ut" in anna.get(page).text for page in pages)
    office.clock.speed = 60.0
    assert all("Larmen går inte ut" not in anna.get(page).text for page in pages)


def test_an_engine_that_never_ran_is_silent(anna):
    assert "Motorn har inte startat" in anna.get("/console/").text


def test_a_colleague_reads_the_board_in_english(office: Office):
    office.approach()
    page = office.browser("fatima").get("/console/").text
    assert '<html lang="en">' in page
    assert "1 case awaits contact" in page


def test_the_fragment_is_the_board_alone(office: Office, anna):
    reference = office.approach().reference
    fragment = anna.get("/console/board").text
    assert rows(fragment) == [reference]
    assert "<html" not in fragment


def test_the_questions_to_the_database_do_not_grow_with_the_board(office: Office, anna, monkeypatch):
    monkeypatch.setattr(watch, "_FRESH_FOR", math.inf)  # else it asks anew once a second, however the board looks

    def questions() -> int:
        asked: list[str] = []

        def note(_connection, _cursor, statement: str, *_rest) -> None:
            asked.append(statement)

        event.listen(office.db.engine, "before_cursor_execute", note)
        anna.get("/console/")
        event.remove(office.db.engine, "before_cursor_execute", note)
        return len(asked)

    take(anna, office.approach().reference)
    office.approach()
    questions()  # the first look reads the programme, which is kept
    few = questions()
    for _ in range(4):
        take(anna, office.approach().reference)
        office.approach()
    assert questions() == few


def test_the_stream_speaks_when_a_case_comes_in_and_not_when_somebody_looks(office: Office, anna):
    def version() -> str:
        return Watch(office.db, office.clock).version()

    before = version()
    anna.get("/console/")
    assert version() == before
    reference = office.approach().reference
    after = version()
    assert after != before
    take(anna, reference)
    assert version() != after


def test_the_stream_speaks_of_colleagues_alongside_and_of_what_is_to_be_done(office: Office):
    work, heard = Workplace(office), [Watch(office.db, office.clock).version()]
    desk = work.case()
    for deed, said in (
        ("co-handlers", {"beside": "fatima", "why": "load", "until": "2026-01-19"}),
        ("to-dos", {"kind": "call", "day": "2026-01-05"}),
    ):
        page = desk.do(deed, **said)
        heard.append(Watch(office.db, office.clock).version())
        desk.do(link_in(page, rf"({deed}/\w+/end)"), how="done")
        heard.append(Watch(office.db, office.clock).version())
    assert len({*heard}) == len(heard)


def test_the_stream_speaks_of_meetings_and_of_what_shuts_their_place(office: Office):
    work, heard = Workplace(office), []
    oak, anna, carin = place(work, "Eken"), work.case(), work.desk("ZZZZ", "carin")

    def listen() -> None:
        heard.append(Watch(office.db, office.clock).version())

    listen()
    page = anna.do("meetings", place=oak, **A_MEETING)
    listen()
    anna.do("incidents", where=oak, kind="watched", when="2026-01-05T08:00", words="En bil")
    listen()
    anna.press(f"/console/places/{oak}/opening", because="looked_over")
    carin.press(f"/console/places/{oak}/opening/second", agreed="yes")
    listen()
    anna.do(link_in(page, r"(meetings/\w+/check-in)"), how="called_off")
    listen()
    assert len({*heard}) == len(heard)


def test_the_stream_says_at_once_which_version_it_is_and_then_only_what_is_new(office: Office):
    async def heard() -> list[str]:
        watch = Watch(office.db, office.clock)
        words = iter([watch.version(), "another"])
        stream = Teller(lambda: next(words, "another")).editions(lasts=60)
        said = [await anext(stream), await anext(stream)]
        await stream.aclose()
        return said

    first, second = asyncio.run(heard())
    assert re.fullmatch("[0-9a-f]{16}", first)
    assert second == "another"


def test_two_hundred_boards_cost_one_look_a_second():
    looks: list[float] = []

    async def watched() -> float:
        began = asyncio.get_running_loop().time()
        teller = Teller(lambda: looks.append(0) or str(len(looks)))
        streams = [teller.editions(lasts=60) for _ in range(200)]
        for _ in range(2):
            await asyncio.gather(*(anext(stream) for stream in streams))
        await asyncio.gather(*(stream.aclose() for stream in streams))
        return asyncio.get_running_loop().time() - began

    passed = asyncio.run(watched())
    assert 2 <= len(looks) <= 1 + passed


def test_a_long_board_shows_the_most_pressing_and_leads_to_the_rest(office: Office, anna):
    late = office.approach().reference
    office.later(minutes=1)
    for _ in range(SHOWN):
        office.approach()
    office.later(minutes=1)
    acute = office.approach(danger=True).reference
    page = anna.get("/console/").text
    assert f"({SHOWN + 2})" in page
    assert page.count('<li class="row') == SHOWN
    assert 0 < page.index(acute) < page.index(late)
    assert "2 till, med längre tid kvar" in page
    rest = anna.get("/console/parts/running?page=1").text
    assert rest.count('<li class="row') == 2
    assert "2 till" not in rest
    assert "Här finns inga" in anna.get("/console/parts/reached?page=3").text
    assert [anna.get(f"/console/parts/{odd}").status_code for odd in ("else", "running?page=-1")] == [422, 422]
