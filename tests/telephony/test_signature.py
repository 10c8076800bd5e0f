"""Each numbered trap is one of those listed in twilio.md, section 1."""

from __future__ import annotations

import hashlib
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from app.errors import Misconfigured, NotSigned
from app.telephony.signature import MAX_BODY, Form, Signatures, signature_of

ORIGIN = "https://line.example.org"
TOKEN = "test-token"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
FIELDS = {"CallSid": "CA1", "From": "Anonymous", "CallerZip": ""}
SIGNATURES = Signatures(ORIGIN, (TOKEN,))
SDK = RequestValidator(TOKEN)


class Posted(list):
    """Fields as the SDK's validator wants them: a name may come more than once."""

    def __iter__(self):
        return iter(dict(super().__iter__()))

    def __bool__(self):
        return len(self) > 0

    def getlist(self, name):
        return [value for key, value in super().__iter__() if key == name]

    def encoded(self):
        return urlencode(list(super().__iter__())).encode()


def verify(signature, *, path=b"/carrier/voice", query=b"", content_type=FORM, fields=FIELDS, body=None, by=SIGNATURES):
    body = urlencode(fields).encode() if body is None else body
    return by.verified_form(path, query, content_type, body, signature)


def sign(path="/carrier/voice", fields=FIELDS, token=TOKEN, origin=ORIGIN):
    return RequestValidator(token).compute_signature(origin + path, fields)


def refused(*args, **kwargs):
    with pytest.raises(NotSigned) as problem:
        verify(*args, **kwargs)
    return str(problem.value) == "" and problem.value.__cause__ is None


GOLDEN = [
    pytest.param(
        "12345",
        "https://mycompany.com/myapp.php?foo=1&bar=2",
        {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675309",
            "Digits": "1234",
            "From": "+14158675309",
            "To": "+18005551212",
        },
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        id="the carrier's own example",
    ),
    pytest.param(
        "test-token",
        "https://linje.example.se/t/sthlm/voice/inbound?v=1",
        {
            "CallSid": "CA00000000000000000000000000000001",
            "From": "Anonymous",
            "To": "+46850000000",
            "CallStatus": "ringing",
            "CallerZip": "",
            "Direction": "inbound",
        },
        "8XE4MTZLr8Lkz4V/yf8Q0quk6Fc=",
        id="a hidden number and a blank field",
    ),
]


@pytest.mark.parametrize(("token", "url", "fields", "signature"), GOLDEN)
def test_the_golden_vectors_verify(token, url, fields, signature):
    parts = urlsplit(url)
    by = Signatures(f"{parts.scheme}://{parts.netloc}", (token,))
    form = verify(signature, path=parts.path.encode(), query=parts.query.encode(), fields=fields, by=by)
    assert dict(form) == fields


JSON_BODY = b'{"a":1}'
JSON_HASH = b"015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
JSON_SIGNATURE = "Z8/s1vt478pDmhgeCLoClVevg2w="


def verify_json(query=b"v=1&bodySHA256=" + JSON_HASH, body=JSON_BODY, content_type=JSON, signature=JSON_SIGNATURE):
    by = Signatures("https://linje.example.se", (TOKEN,))
    return by.verified_form(b"/t/sthlm/voice/inbound", query, content_type, body, signature)


def test_the_golden_vector_for_json_verifies():
    form = verify_json()
    assert form.raw == JSON_BODY
    assert dict(form) == {}


def test_trap_1_blank_values_are_kept():
    form = verify(sign())
    assert form["CallerZip"] == ""
    assert refused(sign(), fields={"CallSid": "CA1", "From": "Anonymous"})


def test_trap_1_values_are_never_trimmed():
    fields = {"Body": "  hello \n", "From": "+   "}
    assert dict(verify(sign(fields=fields), fields=fields)) == fields


@pytest.mark.parametrize("header", [None, "", "x", "å", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "\ud800", "=" * 10_000])
def test_trap_2_a_missing_or_garbled_header_is_not_signed(header):
    assert refused(header)


def test_trap_3_json_without_a_hash_is_not_signed():
    assert refused(sign(fields={}), content_type=JSON, body=b"{}")


@pytest.mark.parametrize("query", ["bodySHA256=", "bodySHA256=00", "bodySHA256=a&bodySHA256=b", "bodySHA256=%C3%A5"])
def test_trap_3_json_with_a_wrong_hash_is_not_signed(query):
    signature = sign(f"/carrier/voice?{query}", fields={})
    assert refused(signature, query=query.encode(), content_type=JSON, body=b"{}")


def test_trap_4_a_json_body_cannot_be_swapped():
    with pytest.raises(NotSigned):
        verify_json(body=b'{"a":2}')


def test_trap_4_a_json_request_cannot_be_sent_again_as_a_form():
    for body in (b"", b"a=1", JSON_BODY):
        with pytest.raises(NotSigned):
            verify_json(body=body, content_type=FORM)


def test_trap_4_a_hash_binds_a_forms_body_too():
    body = urlencode(FIELDS).encode()
    right, wrong = (hashlib.sha256(each).hexdigest() for each in (body, b"another"))
    assert verify(sign(f"/carrier/voice?bodySHA256={right}"), query=f"bodySHA256={right}".encode())
    assert refused(sign(f"/carrier/voice?bodySHA256={wrong}"), query=f"bodySHA256={wrong}".encode())


def test_trap_5_the_raw_path_is_signed_not_the_decoded_one():
    signature = sign("/t/a%2Fb/%C3%A5?x=%20")
    assert verify(signature, path=b"/t/a%2Fb/%C3%A5", query=b"x=%20")
    assert refused(signature, path="/t/a/b/å".encode(), query=b"x=%20")


def test_trap_5_the_origin_is_the_configured_one():
    assert refused(sign(origin="https://attacker.example.org"))


def test_trap_6_a_fragment_is_no_part_of_the_signed_address():
    assert verify(sign("/carrier/voice"))
    assert refused(sign("/carrier/voice#rc=2"))


@pytest.mark.parametrize("configured", ["https://line.example.org", "https://line.example.org:8443"])
def test_trap_7_the_carrier_may_sign_with_the_port_or_without(configured):
    by = Signatures(configured, (TOKEN,))
    with_port = configured if configured.endswith("8443") else f"{configured}:443"
    assert verify(sign(origin=ORIGIN), by=by)
    assert verify(sign(origin=with_port), by=by)
    assert refused(sign(origin="https://line.example.org:9000"), by=by)


def test_trap_7_a_loopback_origin_keeps_its_port():
    by = Signatures("http://127.0.0.1:8000", (TOKEN,))
    assert verify(sign(origin="http://127.0.0.1:8000"), by=by)


def test_trap_8_a_json_body_is_hashed_raw_without_the_sdks_help():
    with pytest.raises(NotSigned):
        verify_json(body=b'{"a": 1}')


def test_trap_9_a_signature_cut_short_or_drawn_out_is_not_signed():
    for altered in (sign()[:-1], sign() + "=", sign().lower(), " " + sign()):
        assert refused(altered)


def test_trap_10_a_signature_is_the_same_every_time_so_doors_must_be_idempotent():
    assert dict(verify(sign())) == dict(verify(sign()))


def test_either_token_is_good_while_one_replaces_the_other():
    by = Signatures(ORIGIN, ("new", "old"))
    assert verify(sign(token="new"), by=by)
    assert verify(sign(token="old"), by=by)
    assert refused(sign(token="older"), by=by)


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencodedx"]
)
def test_a_body_of_another_kind_is_not_signed(content_type):
    assert refused(sign(), content_type=content_type)


@pytest.mark.parametrize("content_type", [FORM + "; charset=UTF-8", FORM.upper(), f" {FORM} "])
def test_a_form_may_say_its_character_set(content_type):
    assert verify(sign(), content_type=content_type)


@pytest.mark.parametrize(
    "body", [b"\xff", b"a=%FF", b"a=%ED%A0%80", b"&".join([b"a=1"] * 301), b"a=" + b"x" * MAX_BODY]
)
def test_a_body_that_is_no_form_is_not_signed(body):
    assert refused(sign(), body=body)


def test_a_swapped_value_is_not_signed():
    assert refused(sign(), fields=FIELDS | {"From": "+46701740605"})


def test_a_repeated_name_keeps_its_first_value_and_all_of_them():
    fields = Posted([("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "b")])
    form = verify(sign(fields=fields), body=fields.encoded())
    assert form["MediaUrl"] == "b"
    assert form.every("MediaUrl") == ["b", "a", "b"]
    assert form.every("Nothing") == []


def test_a_form_shows_names_and_no_values():
    assert repr(verify(sign())) == "<Form CallSid From CallerZip>"
    assert repr(SIGNATURES) == "<Signatures for https://line.example.org>"


@pytest.mark.parametrize("tokens", [(), ("",), ("a", "")])
def test_without_a_token_nothing_starts(tokens):
    with pytest.raises(Misconfigured, match="TWILIO_AUTH_TOKEN"):
        Signatures(ORIGIN, tokens)


@pytest.mark.parametrize(
    "url",
    ["", "line.example.org", "ftp://line", "https://", "https://a/b", "https://a?b", "https://u@a", "https://a:x"],
)
def test_the_public_address_must_be_an_origin(url):
    with pytest.raises(Misconfigured, match="PUBLIC_URL"):
        Signatures(url, (TOKEN,))


def test_a_trailing_slash_on_the_origin_does_no_harm():
    assert verify(sign(), by=Signatures(ORIGIN + "/", (TOKEN,)))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=8).map(Posted)
PATHS = TEXT.map(lambda text: "/" + quote(text))
QUERIES = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(urlencode)


@given(PAIRS, PATHS, QUERIES)
def test_we_accept_what_the_sdk_signs(fields, path, query):
    signature = SDK.compute_signature(ORIGIN + path + (f"?{query}" if query else ""), fields)
    form = verify(signature, path=path.encode(), query=query.encode(), body=fields.encoded())
    assert list(form) == list(fields)


@given(PAIRS, PATHS, QUERIES)
def test_the_sdk_accepts_what_we_sign(fields, path, query):
    url = ORIGIN + path + (f"?{query}" if query else "")
    assert SDK.validate(url, fields, signature_of(TOKEN.encode(), url, list.__iter__(fields)).decode())


@given(PAIRS, PAIRS)
@example(Posted([("a", "1"), ("b", "2")]), Posted([("b", "2"), ("a", "1")]))
@example(Posted([("a", "1"), ("b", "2")]), Posted([("a", "1b2")]))
@example(Posted([("a", "1")]), Posted([("a", "1"), ("a", "1")]))
@example(Posted([("a", "1")]), Posted([("a", "1"), ("b", "")]))
def test_we_and_the_sdk_judge_a_changed_form_alike(signed, sent):
    signature = sign(fields=signed)
    expected = SDK.validate(f"{ORIGIN}/carrier/voice", sent, signature)
    try:
        verify(signature, body=sent.encoded())
        accepted = True
    except NotSigned:
        accepted = False
    assert accepted == expected


@given(
    st.binary(max_size=50),
    st.binary(max_size=50),
    st.none() | st.text(),
    st.binary(max_size=200),
    st.none() | st.text(),
)
def test_garbage_is_not_signed_and_nothing_worse(path, query, content_type, body, signature):
    with pytest.raises(NotSigned):
        SIGNATURES.verified_form(path, query, content_type, body, signature)


def test_a_form_is_read_only():
    assert not hasattr(Form([("a", "1")]), "__setitem__")
