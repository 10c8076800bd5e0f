"""What could leave the house by the back of the dossier: a consent taken back in between, a unit's list, a row gone."""

from __future__ import annotations

import pytest

from app.cases.queries import by_reference
from app.programme.apply import apply, read
from app.routing.disclosures import Disclosure
from app.staff.directory import by_alias
from tests import people
from tests.console.office import Office, take
from tests.console.test_dossier import REASON, TOLD, at
from tests.dossiers import A_CONSENT, CONDITIONS, WANTS_OUT, Desk, link_in

STOCKHOLM = people.PROGRAMME + '\n[knowledge]\ninclude = ["stockholm"]\n'
DAG_ANSWERS = people.PROGRAMME.replace('roles = ["manager"]', 'roles = ["manager"]\nunits = ["socialtjansten"]')


@pytest.fixture
def anna(office: Office) -> Desk:
    """Anna, who has a case."""
    received = office.approach()
    take(office.browser("anna"), received.reference)
    return at(office, "anna", received.reference)


def in_force(office: Office, tmp_path, text: str) -> None:
    (tmp_path / "programme.toml").write_text(text)
    with office.db.transaction() as session:
        duty = office.keyring.public("duty")
        apply(session, read(tmp_path / "programme.toml"), at=office.now, by="operator", duty=duty)


def test_a_second_person_says_yes_to_nothing_that_stands_no_more(office: Office, anna: Desk):
    anna.screen(**WANTS_OUT)
    sheet = anna.do("consents", **A_CONSENT, **{"scope.threat": "yes", "scope.place": "yes"})
    told = {
        "receiver": "police-region",
        "basis": "consent",
        "reason": REASON,
        "field.threat": TOLD,
        "field.place": "yes",
    }
    anna.do("disclosures", **told, **CONDITIONS)
    carin = at(office, "carin", anna.reference)
    waiting = link_in(carin.cover(), r"disclosures/(\w+)/reading")
    anna.press(link_in(sheet, r"(/console/cases/\w+/consents/\w+/withdrawal)"))

    page = carin.do(f"disclosures/{waiting}/second", agreed="yes")
    with office.db.reading() as session:
        assert not session.get_one(Disclosure, waiting).may_be_told
    assert carin.status == 422
    assert "Samtycket omfattar inte allt detta" in page
    carin.do(f"disclosures/{waiting}/second", agreed="no")
    assert len(office.log("disclosure.seconded")) == 1, "no may always be said"


def test_a_route_whose_rows_are_gone_from_the_knowledge_is_read_all_the_same(office: Office, anna: Desk, tmp_path):
    in_force(office, tmp_path, STOCKHOLM)
    anna.screen(belongs="farsta", **WANTS_OUT, **{"need.housing": "yes"})
    sheet = anna.do("dossier", sheet="route").rpartition('id="proposal"')[2]
    shown_as = link_in(sheet, r'name="shown_as" value="([^"]+)"')
    every = {f"take.{place}": "yes" for place in range(sheet.count('name="take.'))}
    decided = anna.do("route", shown_as=shown_as, reason=REASON, **every)
    decision = link_in(decided, r'name="decision" value="([^"]+)"')
    for place in ("9" * 30, "9" * 5000, "\u00b2", "-1", "99"):
        anna.do("offers", decision=decision, place=place)
        assert anna.status in (409, 422), place
    anna.do("offers", decision=decision, place="0")
    assert anna.status == 200
    in_force(office, tmp_path, people.PROGRAMME)
    page = anna.do("dossier", sheet="route")
    assert (anna.status, REASON in page) == (200, True)
    for sheet in ("screening", "leaving", "children"):
        anna.do("dossier", sheet=sheet)
        assert anna.status == 200, sheet


def test_whoever_is_kept_from_a_case_does_not_meet_it_in_their_units_list(office: Office, anna: Desk, tmp_path):
    in_force(office, tmp_path, DAG_ANSWERS)
    anna.screen(in_household="2", **WANTS_OUT)
    anna.decide("Barnspåret", reason=REASON)
    dag = at(office, "dag", anna.reference)
    anna.press(link_in(anna.cover(), r"(/console/offers/\w+/answer)"), answer="declined", because="full")
    assert anna.reference in dag.look("/console/offers")
    with office.db.transaction() as session:
        case = by_reference(session, anna.reference)
        case.exclude(by_alias(session, "dag"), by="dag", at=office.now)
    assert anna.reference not in dag.look("/console/offers")


def test_what_no_keyboard_types_is_answered_calmly_on_both_databases(office_on_both: Office):
    received = office_on_both.approach()
    browser = office_on_both.browser("anna")
    take(browser, received.reference)
    typed = dict.fromkeys(("mark", "decision", "done", "needs", "reason", "receiver", "basis", "board", "seen"), "a\0b")
    typed |= {"csrf": browser.word, "found": "safe_now", "made": "yes", "side": "case", "place": "0"}
    for deed in ("offers", "consents", "protection", "concerns", "side", "consents/%00/withdrawal", "%00"):
        assert browser.post(f"/console/cases/{received.reference}/{deed}", data=typed).status_code < 500, deed
    for path in ("/console/offers/%00/answer", "/console/account/passkeys/%00/removal"):
        assert browser.post(path, data=typed).status_code == 404
