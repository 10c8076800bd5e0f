"""The way on, on a telephone in a real browser: three conversations, consent, children, asked, declined, accepted."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.console.office import Office, take
from tests.console.test_in_a_browser import desk, office
from tests.looked_at import well_made

__all__ = ["office"]


def test_a_screening_on_a_phone_and_the_whole_way_to_whoever_accepts(chromium: Browser, office: Office):
    received = office.approach()
    take(office.browser("anna"), received.reference)
    page = desk(chromium, office, "anna")
    page.goto(f"/console/cases/{received.reference}")
    page.click(f"a[href='/console/cases/{received.reference}/dossier']")
    well_made(page, "cover")

    _three_conversations(page)
    _a_decision(page)
    _a_consent_and_a_disclosure(page)
    _the_child_track(page)
    _declined_and_accepted(page)

    assert office.case(received).closure is None
    assert len(office.log("handover.declined")) == len(office.log("handover.accepted")) == 1
    page.context.close()


def turn_to(page: Page, sheet: str) -> None:
    page.click(f"button[name=sheet][value={sheet}]")


def _three_conversations(page: Page) -> None:
    turn_to(page, "screening")
    well_made(page, "screening")
    page.select_option("#wants_to_leave", "yes")
    page.select_option("#needs_support_and_protection", "yes")
    page.click("text=Spara screeningen")
    page.check("input[name=talk][value=new]")
    page.select_option("[id='threat.acute']", "unclear")
    page.fill("#in_household", "två")
    page.click("text=Spara screeningen")
    assert "Skriv antalet barn med siffror" in page.inner_text(".mistake[role=alert]")
    assert page.input_value("#in_household") == "två"
    assert page.input_value("[id='threat.acute']") == "unclear"
    page.fill("#in_household", "2")
    page.click("text=Spara screeningen")
    assert "ring 112" in page.inner_text(".raised")
    page.check("input[name=talk][value=new]")
    page.select_option("#possible_witness", "not_alone")
    page.click("text=Spara screeningen")
    expect(page.locator("fieldset ol li")).to_have_count(3)
    assert "inte ensam" in page.inner_text("#not-asked")
    well_made(page, "screening-raised")


def _a_decision(page: Page) -> None:
    turn_to(page, "route")
    well_made(page, "route")
    page.locator(".proposed", has_text="Barnspåret").locator("input").check()
    page.fill("#reason", "Två barn i hemmet.")
    page.click("button:has-text('Besluta')")
    page.click("button:has-text('Fråga')")
    assert "väntar på svar" in page.inner_text("main")
    well_made(page, "route-decided")


def _a_consent_and_a_disclosure(page: Page) -> None:
    turn_to(page, "leaving")
    page.click("summary:has-text('Anteckna ett samtycke')")
    page.select_option("#to", "police")
    page.select_option("#answer", "given")
    page.check("input[name='scope.threat']")
    page.click("text=Spara samtycket")
    page.click("summary:has-text('Besluta om ett utlämnande')")
    page.check("input[name=basis][value=consent]")
    well_made(page, "leaving")
    page.select_option("#receiver", "police-region")
    for condition in ("recorded", "in-force", "within"):
        page.check(f"input[name='condition.consent.{condition}']")
    page.fill("[id='field.threat']", "Hotad av tidigare vänner.")
    page.fill("#reason", "Polisen bedömer hotet.")
    page.click("button:has-text('Besluta')")
    assert "Hotad av tidigare vänner." in page.inner_text("article.told")


def _the_child_track(page: Page) -> None:
    turn_to(page, "children")
    well_made(page, "children")
    page.check("input[name=found][value=safe_now]")
    page.fill("#done", "Talat med mormor.")
    page.click("text=Spara bedömningen")
    page.check("input[name=made][value=yes]")
    page.fill("#seen", "Barnen är ensamma om kvällarna.")
    page.locator("form[action$='/concerns'] button").click()
    page.click("text=Öppna som dokument")
    well_made(page, "concern")
    assert "19 kap. 1 § SoL (2025:400)" in page.inner_text(".document")
    page.emulate_media(media="print")
    assert page.is_visible(".document") and not page.is_visible("nav")
    page.emulate_media(media="screen")
    page.click("text=Vägen vidare")


def _declined_and_accepted(page: Page) -> None:
    page.click("summary:has-text('Enheten avböjer')")
    page.check("input[name=because][value=full]")
    page.click("button:has-text('Avböj')")
    assert "sist i kedjan" in page.inner_text("#offers")
    page.click("button:has-text('Enheten tar emot')")
    well_made(page, "cover-accepted")
    assert "tar emot" in page.inner_text("#offers")
