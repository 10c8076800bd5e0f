"""What no browser would send, at every public door in every language: a calm answer, nothing reflected, nothing lost.

`DYGNET_ATTACKS=5000` tries so many of each kind; without it a few.
"""

from __future__ import annotations

import os
import resource
import socket
import time
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from sqlalchemy import func, select

from app.cases import profile
from app.cases.models import Case
from app.db import Database
from app.intake.answers import LONGEST_MESSAGE, _plain
from app.web import LARGEST_BODY
from tests.intake.attacking import FORM, HOSTILE, TOKEN, Answer, knock, wrong_with

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

ATTACKS: Final = int(os.environ.get("DYGNET_ATTACKS", "20"))
SLOWEST: Final = 5.0
"""Seconds of computing for one answer: a few Argon2 at the longest. What grows faster than its input takes more."""

MORE_MEMORY: Final = 200
"""MB that a whole run may take for itself: each body is 384 kB at most, and none is kept."""

LANGUAGES: Final = ("sv", "sv-simple", "en", "ar", "so")
READ: Final = ("", "contact", "work", "mailbox", "receipt", "exit", "accessibility", "privacy", "tips", "2", "5")
POSTED: Final = ("contact", "work", "mailbox", "receipt", "mailbox/answer", "mailbox/wishes", "mailbox/withdrawal")
COMES_BACK: Final = ("contact", "work", "mailbox", "mailbox/answer", "mailbox/wishes")
"""Pages that show again what was typed, when something has to be put right."""

QUICKLY: Final = ("/{lang}/work", "/{lang}/{leaf}")
"""Doors at which Schemathesis knocks in the short run; it takes a while to make up its mind."""

FIELDS: Final = (
    *("nonce", "solved", "danger", "contact", "number", "hours", "since", "until", "voicemail", "role", "message"),
    *("day_1", "day_8", "homepage", "receipt", "ticket", "words", "spare", *profile.CHOSEN, *profile.WRITTEN),
)

relentlessly = settings(
    max_examples=ATTACKS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.explicit, Phase.generate] if ATTACKS < 100 else list(Phase),
)

hostile = st.sampled_from(HOSTILE) | st.text(max_size=80).map(lambda text: TOKEN + text)
chosen = st.sampled_from(["call", "sms", "both", "any", "day", "yes", "9", "+46701740605", "1" * 20, "none"])
field = st.sampled_from(FIELDS) | hostile
languages = st.sampled_from(LANGUAGES)


@st.composite
def bodies(draw: Any) -> tuple[bytes, list[bytes]]:
    """A body and what it says it is, which need not be so."""
    pairs = draw(st.lists(st.tuples(field, hostile | chosen), max_size=12))
    form = urlencode(pairs, errors="surrogatepass").encode()
    body = draw(
        st.sampled_from([form, form[: len(form) // 2], form.replace(b"%", b"%%"), form.replace(b"=", b";")])
        | st.binary(max_size=300)
        | st.sampled_from(
            [b"&" * 50_000, b"a=1&" * 90_000, b"=" * 65_536, b"%" * 394_000, b"\xff\xfe" * 9000, form * 40]
        )
    )
    kind = draw(
        st.sampled_from(
            [
                *(FORM, FORM + b"; charset=utf-16", FORM.upper(), b"", b"application/json", b"\xff\xfe", b"*/*"),
                *(b"multipart/form-data; boundary=q7zx", b"multipart/form-data", b";;;="),
            ]
        )
    )
    step = len(body) // draw(st.integers(1, 4)) + 1
    return kind, [body[start : start + step] for start in range(0, len(body) + 1, step)]


headers = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *(b"accept-language", b"cookie", b"content-length", b"transfer-encoding", b"x-forwarded-for"),
                *(b"content-encoding", b"range", b"if-none-match", b"origin", b"authorization", b"x-real-ip"),
                b"x-http-method-override",
            ]
        ),
        st.binary(max_size=40) | st.sampled_from([b"sv" * 20_000, b"en;q=,,;=," * 500, b"DELETE", TOKEN.encode()]),
    ),
    max_size=4,
)


def asked_of(public: FastAPI, *request: Any, comes_back: bool = False, **more: Any) -> Answer:
    """Knock, and complain of whatever is wrong with the answer, the time it took among it."""
    began = time.process_time()
    answer = knock(public, *request, **more)
    assert time.process_time() - began < SLOWEST
    assert wrong_with(answer, typed_comes_back=comes_back) == []
    return answer


@relentlessly
@given(language=languages, page=st.sampled_from(POSTED), sent=bodies(), more=headers)
def test_whatever_is_posted_anywhere_is_answered_calmly(
    public: FastAPI, language: str, page: str, sent: tuple[bytes, list[bytes]], more: list[tuple[bytes, bytes]]
) -> None:
    kind, pieces = sent
    path = f"/{language}/{page}".encode()
    answer = asked_of(
        public, "POST", path, headers=[(b"content-type", kind), *more], body=pieces, comes_back=page in COMES_BACK
    )

    assert answer.status in {200, 413, 415, 422}


@relentlessly
@given(
    method=st.sampled_from(
        ["GET", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND", "<q7zx>"]
    ),
    path=st.builds(
        lambda language, page, tail: f"/{language}/{page}".encode() + tail,
        languages | hostile.map(lambda text: text.encode("utf-8", "replace").decode("latin-1")).map(quote_plus),
        st.sampled_from((*READ, *POSTED)),
        st.sampled_from(
            [b"", b"/", b"//", b"/..", b"/../../etc/passwd", b"%00", b"%2e%2e%2f", b";q7zx=1", b"/" + b"a" * 60_000]
        )
        | st.binary(max_size=30),
    ),
    query=st.binary(max_size=40) | st.sampled_from([b"p=3&" * 5000, b"p=q7zx", b"p[]=1", b"lang=q7zx", b"%ff=%"]),
    more=headers,
)
def test_whatever_is_asked_for_is_answered_calmly(
    public: FastAPI, method: str, path: bytes, query: bytes, more: list[tuple[bytes, bytes]]
) -> None:
    asked_of(public, method, path, query=query, headers=more)


@relentlessly
@given(language=languages, typed=st.dictionaries(st.sampled_from(["message", "place", "number", "code_word"]), hostile))
def test_what_has_to_be_put_right_comes_back_letter_for_letter(
    public: FastAPI, language: str, typed: dict[str, str]
) -> None:
    body = urlencode(typed, errors="surrogatepass").encode()
    assume(len(body) <= LARGEST_BODY)
    answer = asked_of(
        public, "POST", f"/{language}/contact".encode(), headers=[(b"content-type", FORM)], body=[body], comes_back=True
    )
    as_read = {
        name: _plain(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")) for name, text in typed.items()
    }

    assert answer.status == 422
    assert {name: text for name, text in _Filled(answer.body).fields.items() if name in as_read} == as_read


@settings(relentlessly, max_examples=max(3, ATTACKS // 10))
@given(language=languages, extra=st.dictionaries(field, hostile, max_size=6))
def test_a_form_that_is_valid_is_received_whatever_else_it_carries(
    public: FastAPI, db: Database, language: str, extra: dict[str, str]
) -> None:
    shown = ("number", "since", "until", "hours", "homepage")
    kept = {name: text for name, text in extra.items() if name in shown or name not in FIELDS}
    sent = {**kept, "contact": "none", "message": extra.get("message", TOKEN)[:LONGEST_MESSAGE]}
    before = _cases(db)
    answer = asked_of(
        public,
        *("POST", f"/{language}/contact".encode()),
        headers=[(b"content-type", FORM)],
        body=[urlencode(sent, errors="surrogatepass").encode()],
    )

    assert answer.status == 200
    assert _cases(db) == before + 1


@pytest.mark.parametrize("mode", list(GenerationMode) if ATTACKS >= 100 else [GenerationMode.POSITIVE])
def test_the_doors_keep_to_what_they_say_of_themselves(public: FastAPI, mode: GenerationMode) -> None:
    """By the app's own description, with the fields of its forms, which it does not describe."""
    described = public.openapi()
    for methods in described["paths"].values():
        if "post" in methods:
            methods["post"]["requestBody"] = _form_body()
        for lang in (
            one for method in methods.values() for one in method.get("parameters", ()) if one["name"] == "lang"
        ):
            lang["schema"] = {"type": "string", "enum": list(LANGUAGES)}
    schema = schemathesis.openapi.from_dict(described)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 18
    for operation in operations:
        if ATTACKS >= 100 or operation.path in QUICKLY:
            _at(operation, public, mode)


def _at(operation: Any, public: FastAPI, mode: GenerationMode) -> None:
    comes_back = operation.method == "post" and operation.path.removeprefix("/{lang}/") in COMES_BACK

    @settings(relentlessly, max_examples=max(1, ATTACKS // 20))
    @given(case=operation.as_strategy(generation_mode=mode))
    def _(case: Any) -> None:
        path = case.formatted_path.encode("utf-8", "surrogatepass")
        query = urlencode(case.query or {}, errors="surrogatepass", doseq=True).encode()
        more = [(b"content-type", FORM)] + [
            (str(name).lower().encode("latin-1", "replace"), str(value).encode("latin-1", "replace"))
            for name, value in (case.headers or {}).items()
        ]
        body = [_urlencoded(case.body)]
        asked_of(public, case.method.upper(), path, query=query, headers=more, body=body, comes_back=comes_back)

    try:
        _()
    except Unsatisfiable:  # a door that takes nothing in has nothing to get wrong
        assert (mode, operation.method) == (GenerationMode.NEGATIVE, "get")


def test_the_server_before_the_doors_survives_what_is_no_request(origin: str) -> None:
    host, _, port = origin.removeprefix("http://").partition(":")
    start, end = b"POST /sv/contact HTTP/1.1\r\nHost: x\r\nContent-Type: " + FORM, b"\r\n\r\n"
    nonsense = [
        *(b"\x00" * 400, b"GET / HTTP/9.9" + end, b"GET " + b"/" * 70_000 + b" HTTP/1.1" + end, b"\x16\x03\x01\x02"),
        *(start + b"\r\nContent-Length: -5" + end, start + b"\r\nContent-Length: 5\r\nContent-Length: 6" + end),
        start + b"\r\nContent-Length: 3\r\nTransfer-Encoding: chunked" + end + b"0\r\n\r\nGET /q7zx HTTP/1.1" + end,
        start + b"\r\nTransfer-Encoding: chunked" + end + b"FFFFFFFFFFFFFFFF\r\n" + b"a" * 90_000,
        start + b"\r\nX: " + b"a" * 100_000 + end,
        start + b"\r\n" + b"X: a\r\n" * 20_000 + end,
    ]
    for each in nonsense:
        told = _sent(host, int(port), each, patience=0.2)
        assert TOKEN.encode() not in told
        assert not told.startswith(b"HTTP/1.1 5"), told[:80]

    assert b"200 OK" in _sent(
        host, int(port), b"GET /sv/contact HTTP/1.1\r\nHost: x\r\nConnection: close" + end, patience=9
    )


def test_memory_is_bounded_by_what_is_in_hand(public: FastAPI) -> None:
    body = urlencode({"message": "å" * 10_000, "contact": "none"}).encode()
    for attack in range(max(20, ATTACKS)):
        asked_of(public, "POST", b"/sv/contact", headers=[(b"content-type", FORM)], body=[body], comes_back=True)
        if attack == 10:
            before = _resident()

    assert _resident() - before < MORE_MEMORY


class _Filled(HTMLParser):
    """The form's fields as a browser would show them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._within = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name = told.get("name") or ""
        if tag == "input" and told.get("type") in ("text", "tel", "hidden"):
            self.fields[name] = told.get("value") or ""
        if tag == "textarea":
            self._within, self.fields[name] = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.fields[self._within] = self.fields[self._within].removeprefix("\n")
            self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within:
            self.fields[self._within] += data


def _form_body() -> dict[str, Any]:
    fields: dict[str, Any] = {name: {"type": "string"} for name in FIELDS if name not in ("receipt", "nonce")}
    fields |= {"contact": {"type": "string", "enum": ["call", "sms", "both", "pigeon"]}}
    return {"content": {FORM.decode(): {"schema": {"type": "object", "properties": fields}}}}


def _urlencoded(body: Any) -> bytes:
    if isinstance(body, dict):
        return urlencode(body, errors="surrogatepass", doseq=True).encode()
    return body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")


def _cases(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def _resident() -> float:
    """The most memory this process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _sent(host: str, port: int, nonsense: bytes, *, patience: float) -> bytes:
    """What the server says to it, within so many seconds of silence."""
    told = bytearray()
    with socket.create_connection((host, port), timeout=patience) as line:
        try:
            line.sendall(nonsense)
            while piece := line.recv(65_536):
                told += piece
        except (ConnectionError, TimeoutError):
            pass
    return bytes(told)
