"""A log line may be read by anybody: it names no person, no number and nothing that anybody said."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import logs
from app.logs import ALLOWED, JsonLines, Log, scrub

NUMBER, NATIONAL = "+46701740660", "0701740660"
SHAPES = [
    "{}",
    "from {}",
    "To={}",
    "tel:{}",
    "'{}'",
    "({})",
    "<{}>",
    "{}.",
    "{}, and so on",
    "caller:{};",
    "number={} refused",
    '{{"From": "{}"}}',
]
SPELLINGS = [
    NUMBER,
    NATIONAL,
    "46701740660",
    "0046701740660",
    "+46 70 174 06 60",
    "+46 (0)70-174 06 60",
    "070-174 06 60",
    "070-1740660",
    "070 174 0660",
    "070.174.06.60",
    "070/174 06 60",
    "%2B46701740660",
    "%2b46701740660",
]
HARMLESS = [
    "2026-01-05T08:00:00.123456+00:00",
    "at 08:00:00",
    "K7Q2",
    "untaken.1.3",
    "rota-1a2b3c4d",
    "9f86d081884c7d659a2feaa0c55ad015",
    "SM00000000000000000000000000000001",
    "127.0.0.1:8000",
    "21610",
    "86400.0 s",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_number_is_struck_out_however_it_is_spelled_and_wherever_it_stands(shape: str, spelling: str) -> None:
    shown = scrub(shape.format(spelling))

    assert "<number>" in shown
    assert "174" not in shown
    assert "0660" not in shown.replace(" ", "")


@pytest.mark.parametrize("address", ["anna@example.org", "Anna.B+jour@mail.example.org", "anna%40example.org"])
def test_an_address_is_struck_out(address: str) -> None:
    assert scrub(f"to <{address}>, twice") == "to <<address>>, twice"


@pytest.mark.parametrize("text", HARMLESS)
def test_moments_references_and_ids_stay_readable(text: str) -> None:
    assert scrub(text) == text


@given(st.integers(0, 99), st.lists(st.sampled_from(["", " ", "-", "/", ".", " (", ") "]), min_size=9, max_size=9))
def test_no_punctuation_hides_a_number(last: int, between: list[str]) -> None:
    digits = f"07017406{last:02}"
    written = digits[0] + "".join(gap + digit for gap, digit in zip(between, digits[1:], strict=True))

    assert "<number>" in scrub(f"the caller {written} rang")


@contextmanager
def written(level: str = "DEBUG") -> Iterator[io.StringIO]:
    """What a process started with this level writes on standard error."""
    root = logging.getLogger()
    before, was = root.handlers[:], root.level
    page = io.StringIO()
    try:
        with redirect_stderr(page):
            logs.start(level)
            yield page
    finally:
        root.handlers[:], root.level = before, was


def only_line(page: io.StringIO) -> dict[str, object]:
    line, rest = page.getvalue().split("\n")
    assert rest == ""
    return json.loads(line)


def test_a_line_is_one_json_object_whatever_stands_in_it() -> None:
    with written() as page:
        Log("room").info('two\nlines "quoted" \u2028', case="a\nb", status=200)

    line = only_line(page)
    assert line["level"] == "info"
    assert line["from"] == "dygnet.room"
    assert line["status"] == 200


@pytest.mark.parametrize(
    "name", ["body", "caller", "digits", "email", "message", "number", "phone", "text", "to", "ip"]
)
def test_a_value_that_is_not_on_the_list_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Log("room").info("something", **{name: "x"})


def test_no_name_on_the_list_invites_personal_data() -> None:
    assert not ALLOWED & {
        "address",
        "alias",
        "body",
        "caller",
        "from",
        "ip",
        "message",
        "number",
        "phone",
        "user_agent",
    }


def test_values_are_scrubbed_too() -> None:
    with written() as page:
        Log("room").warning("refused", name=f"call to {NUMBER}", reference="K7Q2")

    line = only_line(page)
    assert (line["name"], line["reference"]) == ("call to <number>", "K7Q2")


def test_libraries_are_scrubbed_too() -> None:
    with written() as page:
        logging.getLogger("some.library").warning("GET /Messages?To=%s by %s", "%2B46701740660", "anna@example.org")

    assert only_line(page)["event"] == "GET /Messages?To=<number> by <address>"


def fail() -> None:
    try:
        raise KeyError(f"the caller said: I am at home, {NUMBER}")
    except KeyError as problem:
        raise ValueError("I am at home") from problem


@pytest.mark.parametrize("ours", [True, False])
def test_a_traceback_says_where_and_never_what(ours: bool) -> None:
    with written() as page:
        try:
            fail()
        except ValueError as problem:
            if ours:
                Log("room").error("broke", problem=problem)
            else:
                logging.getLogger("some.library").exception("broke", stack_info=True)

    line = only_line(page)
    assert line["error"] == "ValueError"
    assert any("test_logs.py" in place and "fail" in place for place in line["where"])
    assert "at home" not in page.getvalue()


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
@pytest.mark.parametrize(
    "library", ["twilio.http_client", "urllib3.connectionpool", "uvicorn.access", "python_multipart"]
)
def test_libraries_that_quote_requests_are_quiet_at_every_level(level: str, library: str) -> None:
    with written(level) as page:
        logging.getLogger(library).info("POST To=%s Body=%s", NUMBER, "I am at home")

    assert page.getvalue() == ""


def test_the_formatter_stands_a_record_without_values_and_with_odd_ones() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "plain %s", ("words",), None)
    assert json.loads(JsonLines().format(record))["event"] == "plain words"
    record.values = {"case": None, "count": 3, "seconds": 0.5, "kind": Exception(NUMBER)}
    line = json.loads(JsonLines().format(record))
    assert (line["case"], line["count"], line["seconds"], line["kind"]) == (None, 3, 0.5, "<number>")
    assert sys.exc_info() == (None, None, None)
