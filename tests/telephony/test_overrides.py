from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from app.simulator.posting import sign
from app.telephony.overrides import CONNECT_MS, READ_MS, RETRIES, TOTAL_MS, with_overrides

URL = "https://line.example.org/carrier/ring?n=2"
LONGEST_OF_ALL = 15_000


def overrides(url: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(url).fragment).items()}


def test_the_address_says_how_long_to_wait_how_often_to_ask_and_from_where():
    assert overrides(with_overrides(URL)) == {
        "ct": "1500",
        "rt": "4000",
        "tt": "9000",
        "rc": "1",
        "rp": "ct,rt,5xx",
        "e": "dublin,frankfurt",
    }


def test_the_numbers_are_within_what_the_carrier_takes():
    assert 100 <= CONNECT_MS <= 10_000
    assert 100 <= READ_MS <= LONGEST_OF_ALL
    assert (CONNECT_MS + READ_MS) <= TOTAL_MS <= LONGEST_OF_ALL
    assert 0 <= RETRIES <= 5


def test_the_edges_are_the_settings_where_it_names_some():
    assert overrides(with_overrides(URL, ("ashburn", "dublin")))["e"] == "ashburn,dublin"


def test_nothing_but_the_fragment_changes_and_the_signature_does_not():
    assert with_overrides(URL).partition("#")[0] == URL
    assert sign("token", with_overrides(URL), {"CallSid": "CA1"}) == sign("token", URL, {"CallSid": "CA1"})


def test_an_address_that_has_overrides_keeps_them():
    assert with_overrides(f"{URL}#rc=2") == f"{URL}#rc=2"
