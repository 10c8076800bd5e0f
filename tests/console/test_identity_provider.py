"""The city's identity provider as a way in: who gets in by it, and how every lie about it ends."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import requests
from joserfc.jwk import ECKey
from sqlalchemy import select
from starlette.testclient import TestClient

from app.clock import WallClock
from app.console.console import create_console
from app.settings import Surface
from app.staff import people, sessions, tries
from app.staff.credentials import StaffSession
from app.staff.directory import by_alias
from app.staff.provider_models import ProviderVisit
from app.staff.signin import make_link
from tests.console.office import PASSPHRASE, PUBLIC_URL, Office, send
from tests.evidence import everything_kept
from tests.holding import PASSPHRASES, a_browser, enrol, held_by_staff
from tests.hotline import Hotline, hidden_fields
from tests.identity_provider import (
    IdentityProvider,
    brought_back,
    come_back,
    open_provider,
    signed_by,
    signed_with_what_everybody_knows,
    unsigned,
    way_there,
)

Lie = Callable[[IdentityProvider, Office], None]

BACK, ANNA = "/console/sign-in/provider/return", "a-number-that-is-annas"


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with open_provider(WallClock().now) as opened:
        yield opened


@pytest.fixture
def city(provider: IdentityProvider, office: Office) -> IdentityProvider:
    provider.reset(lambda: office.now)
    use(office, provider)
    return provider


def use(office: Office, provider: IdentityProvider, *, only: bool = False, **wishes: Any) -> None:
    """The console takes this provider."""
    site = office.face.state.site
    office.face.state.site = replace(site, provider=provider.client(PUBLIC_URL, **wishes), provider_only=only)


def link_for(office: Office, alias: str = "anna") -> str:
    with office.db.transaction() as session:
        return f"/console/enrol/{make_link(session, by_alias(session, alias), at=office.now, by='operator')}"


def set_out(browser: TestClient) -> Any:
    return browser.post("/console/sign-in/provider", data={"next": "/console/roster"})


def bind(office: Office, city: IdentityProvider, alias: str = "anna", subject: str = ANNA) -> TestClient:
    browser = office.browser()
    out = browser.post(link_for(office, alias) + "/provider")
    assert come_back(browser, city, out.text, subject).headers["location"] == "/console/"
    return browser


def sign_in(office: Office, city: IdentityProvider, subject: str = ANNA, browser: TestClient | None = None) -> Any:
    browser = browser or office.browser()
    out = set_out(browser)
    return come_back(browser, city, out.text, subject)


def sessions_of(office: Office) -> int:
    with office.db.reading() as session:
        return len(session.scalars(select(StaffSession)).all())


def why(office: Office) -> list[object]:
    return [entry["purpose"] for entry in office.log("staff.sign_in_failed")]


def test_an_account_is_bound_by_a_link_once_and_signs_in_from_then_on(
    provider: IdentityProvider, office_on_both: Office
):
    office = office_on_both
    provider.reset(lambda: office.now)
    use(office, provider)
    browser = bind(office, provider)
    assert browser.get("/console/").status_code == 200

    again = office.browser()
    assert sign_in(office, provider, browser=again).headers["location"] == "/console/roster"
    assert "anna" in again.get("/console/account").text
    assert [entry["facts"]["what"] for entry in office.log("staff.enrolled")] == ["provider"]
    assert [entry["facts"]["what"] for entry in office.log("staff.factor_added")] == ["provider"]
    kept = everything_kept(office.db)
    assert ANNA.encode() not in kept
    with office.db.reading() as session:
        assert all(visit.used_at for visit in session.scalars(select(ProviderVisit)))


def test_nothing_is_offered_and_no_door_opens_where_there_is_no_provider(office: Office):
    browser = office.browser()
    assert "stadens konto" not in browser.get("/console/sign-in").text
    assert set_out(browser).status_code == 404
    assert browser.get(BACK).status_code == browser.post(BACK, data={"state": "x"}).status_code == 404


def test_an_account_that_nobody_bound_lets_nobody_in_whatever_name_it_bears(office: Office, city: IdentityProvider):
    bind(office, city)
    city.claims = {"email": "anna@example.org", "preferred_username": "anna", "email_verified": True}
    answer = sign_in(office, city, "somebody-else")

    assert answer.status_code == 401
    assert "inte kopplat hit" in answer.text
    assert why(office) == ["provider_unknown"]
    assert sessions_of(office) == 1


def claims(**said: Any) -> Lie:
    """Said in the token instead of the truth; a number is seconds from now."""

    def tell(city: IdentityProvider, office: Office) -> None:
        now = int(office.now.timestamp())
        city.claims |= {name: now + what if isinstance(what, int) else what for name, what in said.items()}

    return tell


def signing(how: Callable[[ECKey], Callable[[Mapping[str, Any]], str]]) -> Lie:
    return lambda city, _office: setattr(city, "sign", how(city.key))


ANOTHERS = ECKey.generate_key("P-256", auto_kid=True)
LIES: dict[str, Lie] = {
    "another nonce: claims": claims(nonce="x" * 43),
    "no nonce: claims": claims(nonce=None),
    "another audience: claims": claims(aud="another-client"),
    "several audiences and none of them named: claims": claims(aud=["dygnet", "another-client"]),
    "made for another of several: claims": claims(aud=["dygnet", "x"], azp="x"),
    "another issuer: claims": claims(iss="https://evil.example.org"),
    "no subject: claims": claims(sub=None),
    "a subject that is no text: claims": claims(sub=["a"]),
    "expired: claims": claims(exp=-600),
    "never expires: claims": claims(exp=None),
    "not yet good: claims": claims(nbf=600),
    "made for another token: claims": claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "alg none: signature": signing(lambda _key: unsigned),
    "HMAC under the public key: signature": signing(signed_with_what_everybody_knows),
    "another's key by the known name: signature": signing(lambda key: partial(signed_by, ANOTHERS, kid=key.kid)),
    "an unknown key: key": signing(lambda _key: partial(signed_by, ANOTHERS)),
    "no token: signature": signing(lambda _key: lambda _said: ""),
    "garbage: signature": signing(lambda _key: lambda _said: "a.b.c"),
    "an access token: claims": signing(lambda key: partial(signed_by, key, typ="at+jwt")),
    "too weak: strength": claims(amr=["pwd"]),
    "means that are no list: claims": claims(amr="pwd mfa"),
}
"""What a provider, or somebody in its place, can do wrong; each ends with the code that the log gives it."""


TAMPERED = {
    "another state": ({"state": "x" * 43}, "state"),
    "no state": ({"state": ""}, "state"),
    "another provider's": ({"iss": "https://evil.example.org"}, "issuer"),
    "nobody's": ({"iss": ""}, "issuer"),
    "a guessed code": ({"code": "guessed"}, "code"),
    "no code": ({"code": ""}, "answer"),
    "a no": ({"error": "access_denied"}, "denied"),
    "a failure": ({"error": "server_error"}, "answer"),
}
"""What can become of an answer on its way through a browser, and the code that the log gives it."""


def refusals(office: Office, answers: Mapping[str, Callable[[], Any]]) -> dict[str, str]:
    """What the log says of each, having seen one plain sentence and nobody signed in."""
    before, found = sessions_of(office), {}
    for name, answer in answers.items():
        office.clock.at += timedelta(minutes=16)
        seen, noted = answer(), len(why(office))
        assert (seen.status_code, seen.text.count('role="alert"')) == (401, 1), name
        found[name] = str(why(office)[noted - 1]).removeprefix("provider_")
    assert sessions_of(office) == before
    return found


def test_a_lie_signs_nobody_in_and_stands_in_the_log(office: Office, city: IdentityProvider):
    use(office, city, amr=("mfa",))
    honest = city.claims = {"amr": ["pwd", "mfa"]}
    bind(office, city)

    def told(lie: Lie) -> Any:
        city.claims, city.sign = dict(honest), None
        lie(city, office)
        return sign_in(office, city)

    found = refusals(office, {name: partial(told, lie) for name, lie in LIES.items()})

    assert found == {name: name.rpartition(": ")[2] for name in LIES}


def test_an_answer_that_was_tampered_with_on_the_way_is_refused(office: Office, city: IdentityProvider):
    bind(office, city)

    def tampered(changed: dict[str, str]) -> Any:
        browser = office.browser()
        return brought_back(browser, city.agree(way_there(set_out(browser).text), ANNA) | changed)

    found = refusals(office, {name: partial(tampered, changed) for name, (changed, _) in TAMPERED.items()})

    assert found == {name: code for name, (_, code) in TAMPERED.items()}


def test_an_answer_is_listened_to_once_and_in_the_browser_that_asked(office: Office, city: IdentityProvider):
    bind(office, city)
    browser, thief = office.browser(), office.browser()
    brought = city.agree(way_there(set_out(browser).text), ANNA)
    asked = city.asked.count("token")

    assert brought_back(thief, brought).status_code == 401
    assert city.asked.count("token") == asked, "nobody asked what a stranger's code is worth"
    assert brought_back(browser, brought).status_code == 303
    assert brought_back(browser, brought).status_code == 401
    assert why(office) == ["provider_state", "provider_state"]


def test_whoever_comes_back_after_ten_minutes_begins_again(office: Office, city: IdentityProvider):
    bind(office, city)
    browser = office.browser()
    brought = city.agree(way_there(set_out(browser).text), ANNA)
    office.later(minutes=11)
    assert "Det tog för lång tid" in brought_back(browser, brought).text


def test_a_form_of_another_site_neither_sets_out_nor_comes_back(office: Office, city: IdentityProvider):
    browser, cross = office.browser(), {"sec-fetch-site": "cross-site"}
    assert browser.post("/console/sign-in/provider", headers=cross).status_code == 403
    assert browser.post(BACK, headers=cross, data={"code": "x", "state": "x"}).status_code == 403


def test_coming_back_changes_nothing_before_the_page_sends_itself_on(office: Office, city: IdentityProvider):
    bind(office, city)
    browser = office.browser()
    brought = city.agree(way_there(set_out(browser).text), ANNA)
    for _ in range(3):
        page = browser.get(BACK, params=brought | {"state": brought["state"], "x": '"><script>'})
    assert "set-cookie" not in page.headers
    assert "<script>" not in page.text
    assert brought_back(browser, brought).status_code == 303


def test_new_keys_are_asked_for_when_one_is_unknown_but_not_all_the_time(office: Office, city: IdentityProvider):
    bind(office, city)
    old, city.key = city.key, ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
    assert sign_in(office, city).status_code == 401
    assert why(office) == ["provider_key"]
    office.later(minutes=2)
    assert sign_in(office, city).status_code == 303
    assert city.asked.count("discovery") == 2

    city.sign = lambda said: signed_by(old, said)
    assert sign_in(office, city).status_code == 401
    assert city.asked.count("discovery") == 2


WRONG_OF_ITSELF = (
    {"issuer": "https://evil.example.org"},
    {"token_endpoint": "http://evil.example.org/token"},
    {"authorization_endpoint": "javascript:alert(1)"},
    {"jwks_uri": None},
    {"code_challenge_methods_supported": ["plain"]},
)


def test_a_provider_that_says_something_wrong_of_itself_is_not_used(office: Office, city: IdentityProvider):
    for city.says_of_itself in WRONG_OF_ITSELF:
        answer = set_out(office.browser())
        assert answer.status_code == 503, city.says_of_itself
        assert "svarar inte just nu" in answer.text


def test_while_the_provider_is_down_the_passphrase_still_opens(enrolled: Office, city: IdentityProvider):
    city.issuer, kept = "http://localhost:9", city.issuer
    use(enrolled, city)
    browser = enrolled.browser()
    down = set_out(browser)
    city.issuer = kept

    assert down.status_code == 503
    assert "fungerar som vanligt" in down.text
    assert why(enrolled) == ["provider_down"]
    signed = browser.post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASE})
    assert signed.status_code == 303


def test_where_only_the_provider_opens_no_passphrase_and_no_passkey_does(enrolled: Office, city: IdentityProvider):
    use(enrolled, city, only=True)
    browser = enrolled.browser()
    assert 'name="passphrase"' not in browser.get("/console/sign-in").text
    assert browser.post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASE}).status_code == 401
    link = link_for(enrolled)
    browser.post(link, data={"passphrase": PASSPHRASE})
    assert browser.get("/console/").status_code == 303
    assert bind(enrolled, city).get("/console/").status_code == 200


def test_a_link_binds_no_account_beside_a_factor_that_its_person_has(office: Office, city: IdentityProvider):
    bind(office, city)
    stolen, browser = link_for(office), office.browser()
    assert "Koppla" not in browser.get(stolen).text
    assert browser.post(stolen + "/provider").headers["location"] == stolen

    out = browser.post(link_for(office, "bo") + "/provider")
    assert "kopplat till någon annan" in come_back(browser, city, out.text, ANNA).text
    assert browser.get("/console/").status_code == 303


def test_a_link_that_was_used_meanwhile_binds_nothing(office: Office, city: IdentityProvider):
    browser, link = office.browser(), link_for(office)
    out = browser.post(link + "/provider")
    office.browser().post(link, data={"passphrase": PASSPHRASE})
    assert "gäller inte längre" in come_back(browser, city, out.text, ANNA).text


def test_the_account_is_a_second_step_after_the_passphrase(enrolled: Office, city: IdentityProvider):
    anna = enrolled.browser("anna")
    brought = city.agree(way_there(send(anna, "/console/account/provider", proof=PASSPHRASE).text), ANNA)
    assert "reservkoder" in brought_back(anna, brought).text, "the day the city's sign-in is down"

    browser = enrolled.browser()
    page = browser.post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASE})
    assert "Logga in med stadens konto" in page.text
    assert browser.get("/console/").status_code == 303
    answer = sign_in(enrolled, city, browser=browser)
    assert answer.headers["location"] == "/console/roster"
    assert browser.get("/console/").status_code == 200


def test_a_passphrase_of_one_and_an_account_of_another_are_nobody(enrolled: Office, city: IdentityProvider):
    bind(enrolled, city, "bo", "bos")
    anna = enrolled.browser("anna")
    come_back(anna, city, send(anna, "/console/account/provider", proof=PASSPHRASE).text, ANNA)
    browser = enrolled.browser()
    browser.post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASE})
    assert "ett annat konto än ditt" in sign_in(enrolled, city, "bos", browser).text


def test_a_grave_deed_is_done_after_the_provider_has_asked_anew(office: Office, city: IdentityProvider):
    anna = bind(office, city)
    office.later(minutes=6)
    asked = send(anna, "/console/account/provider/removal")
    assert asked.status_code == 403
    assert "Visa med stadens konto" in asked.text

    def proof(**claims: Any) -> Any:
        out = send(anna, "/console/account/provider/proof")
        assert "prompt=login" in way_there(out.text)
        assert "max_age=0" in way_there(out.text)
        city.claims = claims
        return come_back(anna, city, out.text, ANNA)

    an_hour_ago = int((office.now - timedelta(hours=1)).timestamp())
    assert "inte efter dig på nytt" in proof(auth_time=an_hour_ago).text
    assert "inte efter dig på nytt" in proof(auth_time=None).text
    assert "Tack, det är du" in proof().text
    assert [entry["facts"]["what"] for entry in office.log("staff.proved_again")] == ["provider"]
    assert send(anna, "/console/account/provider/removal").status_code == 303
    assert sign_in(office, city).status_code == 401


def test_a_proof_is_of_the_session_that_set_out(office: Office, city: IdentityProvider):
    anna = bind(office, city)
    out = send(anna, "/console/account/provider/proof")
    sign_in(office, city, browser=anna)
    assert come_back(anna, city, out.text, ANNA).status_code == 401
    assert why(office) == ["provider_state"]


def test_strangers_who_try_codes_are_stopped_and_a_known_browser_is_not(office: Office, city: IdentityProvider):
    anna, stranger = bind(office, city), office.browser()
    with office.db.transaction() as session:
        for _ in range(60):
            tries.count(session, sessions.hashed("provider:"), at=office.now)
    asked = city.asked.count("token")

    assert "för många gånger" in sign_in(office, city, browser=stranger).text
    assert city.asked.count("token") == asked
    assert sign_in(office, city, browser=anna).status_code == 303


def test_a_session_under_duress_meets_the_provider_in_its_own_house(enrolled: Office, city: IdentityProvider):
    anna = enrolled.browser("anna")
    come_back(anna, city, send(anna, "/console/account/provider", proof=PASSPHRASE).text, ANNA)
    with enrolled.db.transaction() as session:
        begun = session.scalars(select(StaffSession).order_by(StaffSession.started_at.desc())).first()
        token_of = sessions.begin(session, by_alias(session, "anna"), at=enrolled.now, duress=True)
    assert begun
    site = enrolled.face.state.site
    decoy = site.decoys.for_session(sessions.hashed(token_of)).state
    decoy.site = replace(decoy.site, provider=site.provider)
    forced = enrolled.browser()
    forced.cookies.set(site.cookie.wire_name, token_of)

    assert "Tack, det är du" in come_back(forced, city, send(forced, "/console/account/provider/proof").text, ANNA).text
    assert enrolled.log("staff.proved_again") == []


def test_whoever_left_is_not_let_in_by_the_city(office: Office, city: IdentityProvider):
    bind(office, city)
    with office.db.transaction() as session:
        people.leave(session, by_alias(session, "anna"), at=office.now, by="operator")
    assert sign_in(office, city).status_code == 401


def test_a_real_provider_that_others_wrote_signs_a_colleague_in(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(os.environ, "AUTHLIB_INSECURE_TRANSPORT", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import oidc_provider_mock as real  # noqa: PLC0415

        office.face = create_console(
            office.db, office.clock, office.keyring, public_url=PUBLIC_URL, door_clock=WallClock()
        )
        with real.run_server_in_thread(user_claims=[real.User(sub=ANNA, claims={"acr": "loa3"})]) as server:
            there_is = IdentityProvider(office.clock.now, issuer=f"http://localhost:{server.server_port}")
            use(office, there_is, acr=("loa3",))
            with office.db.transaction() as session:
                link = make_link(session, by_alias(session, "anna"), at=WallClock().now(), by="operator")
            browser = office.browser()
            for door in (f"/console/enrol/{link}/provider", "/console/sign-in/provider"):
                out = way_there(browser.post(door, data={"next": ""}).text)
                agreed = requests.post(out, data={"sub": ANNA}, allow_redirects=False, timeout=5)
                back = browser.get(agreed.headers["location"])
                assert browser.post(BACK, data=hidden_fields(back.text)).status_code == 303
                assert browser.get("/console/").status_code == 200


def test_where_staff_hold_the_key_the_account_comes_after_the_passphrase_and_opens_nothing_by_itself(
    hotline: Hotline, provider: IdentityProvider
):
    provider.reset(lambda: hotline.now)
    line = held_by_staff(hotline)
    state = line.app.surfaces[Surface.CONSOLE].state
    state.site = replace(state.site, provider=provider.client(PUBLIC_URL))
    anna = enrol(line, "anna")
    form = hidden_fields(anna.get("/console/account").text)
    come_back(anna, provider, anna.post("/console/account/provider", data={"csrf": form["csrf"]}).text, ANNA)

    browser = a_browser(line)
    alone = browser.post("/console/sign-in/provider", data={"next": ""})
    assert alone.status_code == 401
    assert "lösenfrasen öppnar nyckeln" in alone.text
    browser.post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASES["anna"]})
    assert browser.get("/console/").url.path == "/console/sign-in"
    out = browser.post("/console/sign-in/provider", data={"next": ""})
    assert come_back(browser, provider, out.text, ANNA).url.path == "/console/"
    assert browser.cookies["__Host-dygnet-lock"], "the passphrase unwrapped the key, and the session has it"
