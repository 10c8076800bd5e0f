"""The dossier's sheets: what each refuses and why, and who may open it."""

from __future__ import annotations

import pytest

from app.routing.disclosures import SECRECY
from tests.console.office import Office, send, take
from tests.dossiers import A_CONSENT, CONDITIONS, WANTS_OUT, Desk, hidden_value, link_in
from tests.evidence import everything_kept

TOLD, REASON, WORRY = "Räven på Tallåsvägen", "Hasselnötter vid bron", "Kråkan såg det i köket"


@pytest.fixture
def anna(office: Office) -> Desk:
    """Anna, who has a case."""
    received = office.approach()
    take(office.browser("anna"), received.reference)
    return at(office, "anna", received.reference)


def at(office: Office, alias: str, reference: str) -> Desk:
    return Desk(lambda: office.browser(alias), reference)


def test_what_cannot_be_used_is_said_by_its_field_and_nothing_typed_is_lost(office: Office, anna: Desk):
    page = anna.screen(age="tonåring", joint_city="carin", custody="yes")

    assert anna.status == 422
    assert "Skriv åldern i hela år" in page
    assert 'value="tonåring"' in page and 'value="carin"' in page
    assert not office.log("screening.answered")


def test_of_two_who_save_the_form_at_once_the_second_is_shown_what_the_first_wrote(anna: Desk):
    earlier = hidden_value(anna.do("dossier", sheet="screening"), "since")
    anna.screen(custody="no")
    page = anna.do("screening", since=earlier, custody="yes", age="30")

    assert anna.status == 422
    assert "En kollega hann före" in page and 'value="30"' in page


def test_the_same_form_sent_twice_is_kept_once(office: Office, anna: Desk):
    since = hidden_value(anna.do("dossier", sheet="screening"), "since")
    for _ in range(2):
        anna.do("screening", since=since, mark="the-same", **WANTS_OUT)
        anna.do("protection", mark="the-same-too", found="safe_now", done=TOLD)

    assert len(office.log("screening.answered")) == len(office.log("child.checked")) == 1
    assert "Samtal för screeningen: 1" in anna.cover()


def test_nothing_leaves_without_a_basis_and_place_takes_two_people(office: Office, anna: Desk):
    anna.screen(**WANTS_OUT)
    told = {"receiver": "police-region", "basis": "consent", "reason": REASON, "field.threat": TOLD}
    assert "Kryssa i varje villkor" in anna.do("disclosures", **told)
    told |= CONDITIONS
    page = anna.do("disclosures", **told)
    assert "Samtycket omfattar inte allt detta" in page and TOLD in page

    anna.do("consents", **A_CONSENT, **{"scope.threat": "yes", "scope.place": "yes"})
    page = anna.do("disclosures", **told)
    assert "10 kap. 1 §, 12 kap. 2 § OSL (2009:400)" in page and SECRECY in page
    assert "Väntar på en andra person" in anna.do("disclosures", **told, **{"field.place": "yes"})

    carin, dag = (at(office, alias, anna.reference) for alias in ("carin", "dag"))
    waiting = link_in(carin.cover(), r"disclosures/(\w+)/reading")
    assert "/reading" not in anna.cover(), "whoever decided it is nobody's second"
    assert TOLD in carin.do(f"disclosures/{waiting}/reading")
    anna.do(f"disclosures/{waiting}/second", agreed="yes")
    assert anna.status == 404
    carin.do(f"disclosures/{waiting}/second", agreed="yes")
    dag.do(f"disclosures/{waiting}/second", agreed="no")
    assert dag.status == 404
    sheet = anna.do("dossier", sheet="leaving")
    assert "carin sa ja" in sheet

    assert "Återtaget" in anna.press(link_in(sheet, r"(/console/cases/\w+/consents/\w+/withdrawal)"))
    assert "Samtycket omfattar inte allt detta" in anna.do("disclosures", **told)
    assert len(office.log("disclosure.decided")) == 2
    assert TOLD.encode() not in everything_kept(office.db)


def test_a_basis_that_is_blocked_or_for_another_age_lets_nothing_out(anna: Desk):
    told = {"receiver": "police-region", "reason": REASON, "field.threat": TOLD}

    blocked = anna.do("disclosures", **told, basis="between-authorities")
    young = anna.do("disclosures", **told, basis="risk-of-crime-under-21")

    assert "spärrad tills stadens jurist har svarat. Välj en annan" in blocked
    assert "personens ålder är en annan eller okänd" in young


def test_below_twelve_a_guardian_consents_and_from_fifteen_nobody_but_the_person(anna: Desk):
    anna.screen(age="16", **WANTS_OUT)
    assert "Vid den åldern" in anna.do("consents", **A_CONSENT | {"whose": "guardian"}, **{"scope.needs": "yes"})
    anna.screen(age="11", **WANTS_OUT)
    assert "Vid den åldern" in anna.do("consents", **A_CONSENT, **{"scope.needs": "yes"})
    anna.do("consents", **A_CONSENT | {"whose": "guardian"}, **{"scope.needs": "yes"})
    assert anna.status == 200


def test_whoever_is_reached_is_advice_or_a_case_and_the_coordinator_sees_what_nobody_decided(
    office: Office, anna: Desk
):
    send(office.browser("anna"), f"{anna.at}/attempts", channel="call", outcome="reached")
    listed = f"{anna.at}/dossier#side"
    carin = at(office, "carin", anna.reference)

    assert listed not in carin.look("/console/")
    office.later(hours=24)
    assert listed in carin.look("/console/")
    anna.do("side", side="case", told_of_right="yes")
    assert listed not in carin.look("/console/")
    assert "utredning inleds genast" in anna.cover()
    (weighed,) = office.log("case.weighed")
    assert (weighed["actor"], weighed["facts"]) == ("anna", {"side": "case", "told_of_right": True})


FOLLOWED = {"moment": "in", "on": "2026-01-01", "area.arbete": "no", "area.boende": "not_safe"}


def test_follow_up_tells_what_was_said_when_they_went_in_and_out_and_what_changed(office: Office, anna: Desk):
    assert "Ingen uppföljning är gjord" in anna.do("dossier", sheet="follow_up")
    page = anna.do("follow-ups", **FOLLOWED, **{"area.skulder-kriminella": "yes"})
    assert "Skulder till kriminella:</strong> detta kan vara en risk" in page
    assert "Boende (inte frågat: inte tryggt)" in page

    since = hidden_value(page, "since")
    out = {"moment": "out", "on": "2026-01-02", "ended": "relapse", "area.arbete": "yes"}
    page = anna.do("follow-ups", since=since, **out)

    assert "Arbete: Nej → <strong>Ja</strong>" in page
    assert 'Arbete <span class="tag">Ändrat</span>' in page and "Återfall" in page
    assert page.count(">Ändrat<") == 1
    assert len(office.log("followup.answered")) == 2


def test_a_follow_up_that_cannot_be_used_loses_nothing_typed(office: Office, anna: Desk):
    page = anna.do("follow-ups", **FOLLOWED | {"on": "2030-01-01"}, since="")
    assert anna.status == 422 and "Dagen ligger framåt i tiden" in page and 'value="2030-01-01"' in page
    anna.do("follow-ups", **FOLLOWED, mark="one")
    anna.do("follow-ups", **FOLLOWED, mark="one")
    page = anna.do("follow-ups", **FOLLOWED | {"area.studier": "yes"}, mark="another", since="")
    assert "En kollega hann före" in page
    assert len(office.log("followup.answered")) == 1


def test_follow_up_asks_everybody_the_same(office: Office, anna: Desk):
    def asked() -> str:
        sheet = anna.do("dossier", sheet="follow_up")
        return sheet.partition("De tio områdena")[2].partition("</fieldset>")[0]

    pages = set()
    for gender in ("woman", "man"):
        anna.screen(gender=gender)
        pages.add(asked())
    assert len(pages) == 1 and pages.pop().count("<select") == 10


def test_nobody_opens_a_sheet_of_a_case_that_is_not_theirs(office: Office, anna: Desk):
    anna.screen(**WANTS_OUT)
    for alias in ("fatima", "carin"):
        desk = at(office, alias, anna.reference)
        desk.do("dossier", sheet="screening")
        assert desk.status == 404
        assert at(office, alias, "ZZZZ").do("dossier", sheet="screening") == desk.do("dossier", sheet="screening")

    assert "Bladen öppnas bara för den som har ärendet" in at(office, "carin", anna.reference).cover()
    opened = [entry["actor"] for entry in office.log("case.revealed") if entry["facts"].get("via") == "dossier"]
    assert set(opened) == {"anna"}


def test_the_entry_comes_before_the_opening_and_a_closed_case_opens_no_more(office: Office, anna: Desk):
    anna.do("dossier", sheet="route")
    (entry,) = office.log("case.revealed")
    assert (entry["purpose"], entry["facts"]) == ("first_contact", {"via": "dossier", "what": "route"})
    assert len(office.log("route.proposed")) == 1

    send(office.browser("anna"), f"{anna.at}/closure", code="withdrew")
    assert "Ärendet är avslutat" in anna.do("protection", found="safe_now", done=TOLD)
    assert anna.status == 422
