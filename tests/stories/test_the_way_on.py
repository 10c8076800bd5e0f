"""From a voice on the line to somebody who owns it: asked in three conversations, decided, declined, accepted.

Every deed here is a form that a handler could have filled in; nothing is written past the doors.
"""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.cases.letters import case_key
from app.routing import papers
from app.routing.children import Checked, ProtectionCheck
from app.settings import Surface
from app.staff import sessions
from app.vault.envelope import WrongKey
from app.vault.keyring import Keyring
from tests.browsers import Browser
from tests.desk import named
from tests.dossiers import WANTS_OUT, Desk, link_in
from tests.evidence import everything_kept, given_away, log
from tests.hotline import PUBLIC_URL, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, PROGRAMME

DAG_ANSWERS = PROGRAMME.replace('roles = ["manager"]', 'roles = ["manager"]\nunits = ["socialtjansten"]')
TOLD, REASON, WORRY = "Räven på Tallåsvägen", "Hasselnötter vid bron", "Kråkan såg det i köket"


def at(line: Hotline, alias: str, reference: str) -> Desk:
    return Desk(lambda: signed_in(line, alias), reference)


def signed_in(line: Hotline, alias: str) -> TestClient:
    """A browser with a session of theirs; how one signs in is told elsewhere."""
    browser = Browser(line.app, base_url=PUBLIC_URL, follow_redirects=True)
    with line.db.transaction() as session:
        token = sessions.begin(session, named(session, alias), at=line.now)
    browser.cookies.set(line.app.surfaces[Surface.CONSOLE].state.site.cookie.wire_name, token)
    return browser


def taken(line: Hotline, number: str = A_STRANGER) -> Desk:
    """Somebody called in vain, and Anna took it."""
    line.caller_in_vain(number).press("1")
    line.text_from("anna", "1")
    return at(line, "anna", line.cases()[-1].reference)


def test_three_conversations_a_decision_and_a_decline_that_neither_moves_the_clock_nor_closes_anything(
    hotline: Hotline,
):
    hotline.apply(DAG_ANSWERS)
    anna, due = taken(hotline), hotline.case().due_at

    first = anna.screen(gender="woman", **WANTS_OUT)
    second = anna.screen(talk="new", weapons_at_home="unclear", custody="yes", in_household="2", **WANTS_OUT)
    third = anna.screen(talk="new", possible_witness="yes", criminality="not_safe", in_household="2", **WANTS_OUT)

    assert "Gör detta nu" not in first and "Inte frågat (9)" in first
    assert "ring 112" in second and "sociala kanal" in second and hotline.case().danger is not None
    assert "polisens personsäkerhet" in third and "inte frågat: inte tryggt" in third
    assert [entry["facts"]["nth"] for entry in log(hotline.db, "screening.answered")] == [1, 2, 3]
    assert TOLD in anna.do("steps", step="witness", became="done", note=TOLD)
    assert "Samtal för screeningen: 3" in anna.cover() and "Strängaste kontakt" in anna.look()

    changed = anna.do("route", shown_as="another", reason=REASON, **{"take.0": "yes"})
    assert "Förslaget har ändrats" in changed and REASON in changed
    assert "väntar på svar" in anna.decide("Barnspåret", reason=REASON)
    anna.press(link_in(anna.cover(), r"(/console/offers/\w+/answer)"), answer="declined", because="full")
    dag = at(hotline, "dag", anna.reference)
    asked = dag.look("/console/offers")
    assert anna.reference in asked and "sist i kedjan" in asked and "Barnspåret" not in asked
    assert "är det ni som leder" in asked, "the lead came with the decline"
    answer = link_in(asked, r"(/console/offers/\w+/answer)")
    at(hotline, "bo", anna.reference).press(answer, answer="accepted")
    dag.press(answer, answer="declined", because="full")
    assert len(log(hotline.db, "handover.declined")) == 1, "the last in line cannot decline"
    dag.press(answer, answer="accepted")
    dag.press(answer, answer="accepted")

    case = hotline.case()
    assert (case.due_at, case.closure, case.first_contact) == (due, None, None)
    assert "dag för enheten" in anna.cover()
    assert [entry["facts"]["word"] for entry in log(hotline.db, "handover.accepted")] == ["unit"]
    kept = everything_kept(hotline.db)
    assert not [word for word in (TOLD, REASON, "possible_witness", "weapons_at_home") if word.encode() in kept]
    assert given_away(hotline) == []


@ON_ONE_DATABASE
def test_a_child_is_checked_and_reported_or_there_is_a_reason(hotline: Hotline):
    anna = taken(hotline)
    anna.screen(in_household="1", **WANTS_OUT)
    assert "skyddsbedömningen är inte gjord" in anna.cover()

    anna.do("children", age="4", guardian="person", needs="en docka")
    anna.do("protection", found="at_risk", done=TOLD)
    assert "Skriv varför" in anna.do("concerns", made="no")
    page = anna.do("concerns", made="yes", board="Farsta stadsdelsnämnd", seen=WORRY)
    document = anna.press(link_in(page, r'(/console/cases/\w+/concerns/\w+)"'))

    assert "19 kap. 1 § SoL (2025:400)" in document and WORRY in document and "Farsta stadsdelsnämnd" in document
    assert "26 kap. 1 § offentlighets- och sekretesslagen" in document and "Barn 1, 4 år" in document
    assert "Vägen vidare" in anna.look() and "inte gjord" not in anna.cover()
    assert [entry["facts"]["what"] for entry in log(hotline.db, "case.printed")] == ["concern"]
    assert not [word for word in (WORRY, TOLD, "Farsta stadsdelsnämnd") if word.encode() in everything_kept(hotline.db)]


@ON_ONE_DATABASE
def test_a_relatives_words_are_sealed_from_whom_they_concern_and_the_other_way_round(hotline: Hotline):
    """26 kap. 5 § OSL: two requests about one event never show each other's content, whoever may read both."""
    theirs, relatives = taken(hotline), taken(hotline, A_BORROWED_PHONE)
    theirs.do("protection", found="safe_now", done=TOLD)
    relatives.do("concerns", made="yes", board="Farsta", seen=WORRY)

    page = relatives.do("dossier", sheet="children")
    document = relatives.press(link_in(page, r'(/console/cases/\w+/concerns/\w+)"'))
    for mine, other, secret, foreign in ((theirs, relatives, TOLD, WORRY), (relatives, theirs, WORRY, TOLD)):
        pages = [mine.do("dossier", sheet=sheet) for sheet in ("screening", "leaving", "children")]
        pages += [mine.do("reveal", because="first_contact"), *([document] if mine is relatives else [])]
        assert any(secret in page for page in pages)
        assert not [page for page in pages if foreign in page or other.reference in page]
    _no_key_of_one_opens_the_other(hotline)


def _no_key_of_one_opens_the_other(line: Hotline) -> None:
    """Not by the pages' care, but by the boxes: each opens with its own case's key alone."""
    (rota,) = Keyring.load(line.settings.keys_dir, private=("rota",)).privates("rota")
    one, another = line.cases()
    with line.db.reading() as session:
        (paper,) = papers.of(session, ProtectionCheck, [one.id])
        keys = {each.id: case_key(session, each.id, rota) for each in (one, another)}
        assert papers.read(paper, Checked, keys).done == TOLD
        with pytest.raises(WrongKey):
            papers.read(paper, Checked, {one.id: keys[another.id]})
