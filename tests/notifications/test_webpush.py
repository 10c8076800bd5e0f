"""A push can be read by one browser alone, and says who sends it."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from app.notifications import webpush
from app.notifications.pushes import trouble_of
from app.notifications.webpush import NotASubscription, Subscription, unwritten
from app.telephony.carrier import Trouble
from tests.people import MONDAY
from tests.receivers import Browser

ENDPOINT = "https://push.example.org/p/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unwritten(text)), ec.SECP256R1())


def test_the_example_of_the_standard_comes_out_byte_for_byte() -> None:
    """RFC 8291, section 5 and appendix A."""
    to = Subscription.read(
        {
            "endpoint": ENDPOINT,
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        }
    )
    body = webpush.encrypted(
        b"When I grow up, I want to be a watermelon",
        to,
        ours=private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        salt=unwritten("DGv6ra1nlYgDCS1FRnbzlw"),
    )

    assert webpush.written(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@settings(max_examples=30, deadline=None)
@given(plain=st.binary(max_size=webpush.LONGEST))
def test_whatever_is_pushed_the_browser_reads_it(plain: bytes) -> None:
    browser = Browser(ENDPOINT)
    body = webpush.encrypted(plain, Subscription.read(browser.subscription))

    assert browser.decrypted(body) == plain
    assert len(body) <= 4096


def test_the_same_words_look_different_each_time_and_their_length_says_nothing() -> None:
    to = Subscription.read(Browser(ENDPOINT).subscription)
    bodies = {webpush.encrypted(webpush.padded(words), to) for words in (b'{"a":1}', b'{"a":1}', b'{"a":"K7Q2"}')}

    assert len(bodies) == 3
    assert len({len(body) for body in bodies}) == 1


def test_the_token_is_for_this_push_service_for_an_hour_and_signed_with_our_key() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    header = webpush.token(key, endpoint=ENDPOINT, subject="https://linjen.example.org", at=MONDAY)
    scheme, _, rest = header.partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(", "))
    claims = jwt.decode(
        parts["t"],
        key.public_key(),
        algorithms=["ES256"],
        audience="https://push.example.org",
        options={"verify_exp": False},
    )

    assert scheme == "vapid"
    assert parts["k"] == webpush.written(webpush.point_of(key.public_key()))
    assert claims["sub"] == "https://linjen.example.org"
    assert claims["exp"] == int((MONDAY + timedelta(hours=1)).timestamp())


@pytest.mark.parametrize(
    "wrong",
    [
        {"p256dh": ""},
        {"p256dh": base64.urlsafe_b64encode(b"\4" + bytes(64)).decode()},
        {"p256dh": "inte base64!"},
        {"auth": "AAAA"},
        {"auth": "å"},
    ],
)
def test_what_is_no_subscription_is_not_taken_for_one(wrong: dict[str, str]) -> None:
    with pytest.raises(NotASubscription):
        Subscription.read(Browser(ENDPOINT).subscription | wrong)


def test_a_subscription_shows_itself_nowhere() -> None:
    browser = Browser(ENDPOINT)
    shown = repr(Subscription.read(browser.subscription))

    assert not [secret for secret in browser.subscription.values() if secret in shown]
    assert json.dumps(browser.subscription)


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (404, Trouble.PERMANENT),
        (410, Trouble.PERMANENT),
        (413, Trouble.PERMANENT),
        (401, Trouble.CONFIGURATION),
        (403, Trouble.CONFIGURATION),
        (429, Trouble.TRANSIENT),
        (500, Trouble.TRANSIENT),
        (302, Trouble.TRANSIENT),
    ],
)
def test_each_refusal_means_one_of_three_things(status: int, trouble: Trouble) -> None:
    assert trouble_of(status) is trouble
