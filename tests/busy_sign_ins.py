"""On the busy day: an administrator adds every second factor there is, signs in with each, and takes some away."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pyotp

from app.settings import Surface
from tests.authenticator import Authenticator
from tests.browsers import Browser
from tests.holding import a_browser
from tests.hotline import PASSPHRASE, PUBLIC_URL, Hotline
from tests.identity_provider import come_back, open_provider

HERE, SIGN_IN = "/console/account", "/console/sign-in"
OTHER = "grå sälar på gles is"


def ways_in(line: Hotline, pages: dict[str, str]) -> None:
    """Nothing of it concerns a case."""
    gun = line.sign_in("gun")
    _post(gun, f"{HERE}/app")
    seed = re.search(r"<code>([A-Z2-7 ]+)</code>", gun.get(f"{HERE}/app").text)
    assert seed
    shows = pyotp.TOTP(seed[1].replace(" ", ""))
    pages["codes"] = _post(gun, f"{HERE}/app/code", code=shows.at(line.now - timedelta(seconds=30)))
    key = Authenticator(PUBLIC_URL)
    asked = gun.post(f"{HERE}/passkeys/question", data={"csrf": gun.word, "purpose": "register"}).json()
    _post(gun, f"{HERE}/passkeys", credential=key.registers(asked), name="telefonen")
    _post(gun, f"{HERE}/codes")
    _post(gun, f"{HERE}/duress", other=OTHER)
    _post(gun, f"{HERE}/stay")
    gun.get(f"{HERE}/left")
    gun.get(f"{SIGN_IN}/second")
    _by_a_code(line, shows)
    _by_a_passkey(line, key)
    _by_the_city(line, gun)
    pages["account"] = _post(gun, f"{HERE}/sessions/others/end")
    _post(gun, f"{HERE}/duress/removal")
    _post(gun, f"{HERE}/app/removal")
    found = re.search(rf'action="({HERE}/passkeys/\w+/removal)"', gun.get(HERE).text)
    assert found
    _post(gun, found[1])


def _by_a_code(line: Hotline, shows: pyotp.TOTP) -> None:
    browser = a_browser(line)
    browser.post(SIGN_IN, data={"alias": "gun", "passphrase": PASSPHRASE})
    for code in ("000000", shows.at(line.now)):
        browser.post(f"{SIGN_IN}/second", data={"code": code})


def _by_a_passkey(line: Hotline, key: Authenticator) -> None:
    browser = a_browser(line)
    asked = browser.post(f"{SIGN_IN}/passkey/question").json()
    for signed in ("nonsense", key.signs(asked)):
        browser.post(f"{SIGN_IN}/passkey", data={"credential": signed})
    assert browser.get(HERE).status_code == 200


def _by_the_city(line: Hotline, gun: Browser) -> None:
    """The account at the city's identity provider is bound, proves and signs in; an answer to nothing is refused."""
    doors = getattr(line.app, "app", line.app)  # the day's tape stands before them
    site, there = doors.surfaces[Surface.CONSOLE].state, f"{HERE}/provider"
    before = site.site
    with open_provider(lambda: line.now) as city:
        site.site = replace(before, provider=city.client(PUBLIC_URL))
        come_back(gun, city, _post(gun, there))
        come_back(gun, city, _post(gun, f"{there}/proof"))
        browser = a_browser(line)
        browser.post(f"{SIGN_IN}/provider/return", data={"state": "nobody asked"})
        come_back(browser, city, browser.post(f"{SIGN_IN}/provider", data={"next": HERE}).text)
        assert browser.get(HERE).status_code == 200
        _post(gun, f"{there}/removal")
    site.site = before


def _post(browser: Browser, path: str, **fields: str) -> str:
    return browser.post(path, data={"csrf": browser.word, **fields}).text
