"""The way on, on a telephone in a real browser: three conversations, consent, children, asked, declined, accepted."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.console.office import Office, take
from tests.console.test_in_a_browser import desk, office
from tests.looked_at import onward, well_made

__all__ = ["office"]


def test_a_screening_on_a_phone_and_the_whole_way_to_whoever_accepts(chromium: Browser, office: Office):
    received = office.approach()
    take(office.browser("anna"), received.reference)
    page = desk(chromium, office, "anna")
    page.goto(f"/console/cases/{received.reference}")
    onward(page, f"a[href='/console/cases/{received.reference}/dossier']")
    well_made(page, "cover")

    _three_conversations(page)
    _a_decision(page)
    _a_consent_and_a_disclosure(page)
    _the_child_track(page)
    _followed_up(page)
    _declined_and_accepted(page)

    assert office.case(received).closure is None
    assert len(office.log("handover.declined")) == len(office.log("handover.accepted")) == 1
    page.context.close()


def turn_to(page: Page, sheet: str) -> None:
    onward(page, f"button[name=sheet][value={sheet}]")


def _three_conversations(page: Page) -> None:
    turn_to(page, "screening")
    well_made(page, "screening")
    page.select_option("#wants_to_leave", "yes")
    page.select_option("#needs_support_and_protection", "yes")
    onward(page, "text=Spara screeningen")
    page.check("input[name=talk][value=new]")
    page.select_option("[id='threat.acute']", "unclear")
    page.fill("#in_household", "två")
    onward(page, "text=Spara screeningen")
    expect(page.locator(".mistake[role=alert]")).to_contain_text("Skriv antalet barn med siffror")
    expect(page.locator("#in_household")).to_have_value("två")
    expect(page.locator("[id='threat.acute']")).to_have_value("unclear")
    page.fill("#in_household", "2")
    onward(page, "text=Spara screeningen")
    expect(page.locator(".raised")).to_contain_text("ring 112")
    page.check("input[name=talk][value=new]")
    page.select_option("#possible_witness", "not_alone")
    onward(page, "text=Spara screeningen")
    expect(page.locator("fieldset ol li")).to_have_count(3)
    expect(page.locator("#not-asked")).to_contain_text("inte ensam")
    well_made(page, "screening-raised")


def _a_decision(page: Page) -> None:
    turn_to(page, "route")
    well_made(page, "route")
    page.locator(".proposed", has_text="Barnspåret").locator("input").check()
    page.fill("#reason", "Två barn i hemmet.")
    onward(page, "button:has-text('Besluta')")
    onward(page, "button:has-text('Fråga')")
    expect(page.locator("main")).to_contain_text("väntar på svar")
    well_made(page, "route-decided")


def _a_consent_and_a_disclosure(page: Page) -> None:
    turn_to(page, "leaving")
    page.click("summary:has-text('Anteckna ett samtycke')")
    page.select_option("#to", "police")
    page.select_option("#answer", "given")
    page.check("input[name='scope.threat']")
    onward(page, "text=Spara samtycket")
    page.click("summary:has-text('Besluta om ett utlämnande')")
    page.check("input[name=basis][value=consent]")
    well_made(page, "leaving")
    page.select_option("#receiver", "police-region")
    for condition in ("recorded", "in-force", "within"):
        page.check(f"input[name='condition.consent.{condition}']")
    page.fill("[id='field.threat']", "Hotad av tidigare vänner.")
    page.fill("#reason", "Polisen bedömer hotet.")
    onward(page, "button:has-text('Besluta')")
    expect(page.locator("article.told")).to_contain_text("Hotad av tidigare vänner.")


def _the_child_track(page: Page) -> None:
    turn_to(page, "children")
    well_made(page, "children")
    page.check("input[name=found][value=safe_now]")
    page.fill("#done", "Talat med mormor.")
    onward(page, "text=Spara bedömningen")
    page.check("input[name=made][value=yes]")
    page.fill("#seen", "Barnen är ensamma om kvällarna.")
    onward(page, "form[action$='/concerns'] button")
    onward(page, "text=Öppna som dokument")
    well_made(page, "concern")
    expect(page.locator(".document")).to_contain_text("19 kap. 1 § SoL (2025:400)")
    page.emulate_media(media="print")
    expect(page.locator(".document")).to_be_visible()
    expect(page.locator("nav").first).to_be_hidden()
    page.emulate_media(media="screen")
    onward(page, "text=Vägen vidare")


def _followed_up(page: Page) -> None:
    """In with a debt that is a risk, out without it, and what changed stands there."""
    onward(page, "button[name=sheet][value=follow_up]")
    expect(page.locator("select[name^='area.']")).to_have_count(10)
    for moment, on, answer in (("in", "2026-01-01", "yes"), ("out", "2026-01-05", "no")):
        page.check(f"input[name=moment][value={moment}]")
        page.fill("#on", on)
        page.select_option("[id='area.skulder-kriminella']", answer)
        onward(page, "text=Spara uppföljningen")
        expect(page.locator("main p.warn")).to_have_count(1 if answer == "yes" else 0)
    well_made(page, "follow-up")
    expect(page.locator("table .tag")).to_have_text("Ändrat")
    expect(page.locator("section[aria-labelledby=history] li li", has_text="Ja → Nej")).to_be_visible()
    onward(page, ".back a[href$='/dossier']")


def _declined_and_accepted(page: Page) -> None:
    page.click("summary:has-text('Enheten avböjer')")
    page.check("input[name=because][value=full]")
    onward(page, "button:has-text('Avböj')")
    expect(page.locator("#offers")).to_contain_text("sist i kedjan")
    onward(page, "button:has-text('Enheten tar emot')")
    well_made(page, "cover-accepted")
    expect(page.locator("#offers")).to_contain_text("tar emot")
