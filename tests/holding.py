"""A line whose staff hold the key: they enrol, sign in, let each other in, each in a browser of their own."""

from __future__ import annotations

from dataclasses import replace

from starlette.testclient import TestClient

from app.console.opening import HeldByStaff
from app.settings import Surface
from app.staff.directory import by_alias
from app.staff.signin import make_link
from tests.browsers import Browser
from tests.hotline import PUBLIC_URL, Hotline, hidden_fields

PASSPHRASES = {
    "anna": "fyra gula cyklar i regn",
    "bo": "en båt full med plommon",
    "carin": "sju svanar över sundet",
    "dag": "mossan växer åt norr",
}
KEYS = "/console/keys"
CHEAP = "argon2id,m=64,t=1,p=1"


def held_by_staff(hotline: Hotline) -> Hotline:
    """The same line, restarted with ROTA_KEY=staff. A guess at a passphrase is cheap, for these tests."""
    hotline.settings = hotline.settings.model_copy(update={"rota_key": "staff"})
    hotline.start()
    state = hotline.app.surfaces[Surface.CONSOLE].state
    state.site = replace(state.site, rota=HeldByStaff(hotline.settings.keys_dir, terms=CHEAP))
    return hotline


def enrol(hotline: Hotline, alias: str) -> TestClient:
    """Somebody follows a one-time link from the operator and sets their passphrase."""
    with hotline.db.transaction() as session:
        person = by_alias(session, alias)
        assert person
        token = make_link(session, person, at=hotline.now, by="operator")
    browser = a_browser(hotline)
    answer = browser.post(f"/console/enrol/{token}", data={"passphrase": PASSPHRASES[alias]})
    assert answer.status_code == 200, answer.text
    return browser


def sign_in(hotline: Hotline, alias: str, passphrase: str = "") -> TestClient:
    """Somebody signs in with their passphrase, in a new browser."""
    browser = a_browser(hotline)
    typed = {"alias": alias, "passphrase": passphrase or PASSPHRASES[alias]}
    answer = browser.post("/console/sign-in", data=typed)
    assert answer.status_code == 200, answer.text
    return browser


def sign_out(browser: TestClient) -> None:
    """Their session ends."""
    posted = browser.post("/console/sign-out", data=hidden_fields(browser.get("/console/channels").text))
    assert posted.url.path == "/console/sign-in"


def let_in(holder: TestClient, alias: str, **changed: str) -> str:
    """A holder lets a colleague in, having compared their digits; returns the page they see."""
    page = holder.get(KEYS).text
    form = page.partition(f'action="{KEYS}/{alias}/grant"')[2]
    assert form, f"{alias} does not wait"
    fields = hidden_fields(form.partition("</form>")[0]) | {"compared": "yes"} | changed
    return holder.post(f"{KEYS}/{alias}/grant", data=fields).text


def a_browser(hotline: Hotline) -> TestClient:
    """A browser that was never here."""
    return Browser(hotline.app, base_url=PUBLIC_URL, follow_redirects=True)
