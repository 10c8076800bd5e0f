"""`dygnet check` and the city's identity provider: what is wrong is said before anybody stands at the door."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.check.provider import findings
from app.errors import Misconfigured
from app.settings import Settings, settings_from, settings_of
from tests.identity_provider import open_provider

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REGISTERED = {"oidc_client_id": "dygnet", "oidc_client_secret": "x", "public_url": "https://linjen.example.org"}


def told(**given: object) -> Settings:
    return settings_of(**(REGISTERED | {"oidc_amr": "mfa"} | given))


def test_a_provider_is_asked_and_what_is_wrong_with_it_is_said() -> None:
    with open_provider(lambda: AT) as city:
        assert list(findings(told(oidc_issuer=city.issuer), at=AT)) == []
        (other,) = findings(told(oidc_issuer=f"{city.issuer}/"), at=AT)
        city.says_of_itself = {"jwks_uri": "http://evil.example.org/keys"}
        (unsafe,) = findings(told(oidc_issuer=city.issuer), at=AT)
        city.says_of_itself = {}
        (weak,) = findings(told(oidc_issuer=city.issuer, oidc_amr="", second_factor="offered"), at=AT)

    assert "calls itself something else than OIDC_ISSUER" in other.what
    assert "its jwks_uri is no https address" in unsafe.what
    assert "password alone" in weak.what


def test_a_provider_that_does_not_answer_is_serious_and_more_so_where_it_is_the_only_way() -> None:
    (down,) = findings(told(oidc_issuer="http://localhost:9"), at=AT)
    (alone,) = findings(told(oidc_issuer="http://localhost:9", oidc_only=True), at=AT)
    assert (down.serious, "nobody signs in" in down.do, "nobody signs in" in alone.do) == (True, False, True)


def test_without_a_provider_nothing_is_asked() -> None:
    assert list(findings(settings_of(), at=AT)) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"oidc_issuer": "http://login.example.org"}, "must begin with https://"),
        ({"oidc_issuer": "https://login.example.org/?x=1"}, "holds no ? or #"),
        ({"oidc_issuer": "https://login.example.org", "oidc_client_secret": ""}, "belong together"),
        ({"oidc_issuer": "https://login.example.org", "oidc_amr": ""}, "OIDC_ACR or OIDC_AMR"),
        ({"oidc_issuer": "https://login.example.org", "oidc_claim": "email"}, "take sub or an id"),
        ({"oidc_only": "yes", "oidc_client_id": "", "oidc_client_secret": ""}, "set OIDC_ISSUER as well"),
    ],
    ids=str,
)
def test_settings_that_would_let_the_wrong_ones_in_are_refused_at_start(given: dict[str, str], says: str) -> None:

    with pytest.raises(Misconfigured, match=says.replace("?", r"\?")):
        settings_from(env_file=None, **(REGISTERED | {"oidc_amr": "mfa"} | given))
