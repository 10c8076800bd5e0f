from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.telephony.numbers import caller_number, keyed_number, may_be_dialled, spoken, written_number

WITHHELD_WORDS = ["Anonymous", "anonymous", "Restricted", "RESTRICTED", "Unavailable", "unknown", "Blocked", "private"]
WITHHELD_DIGITS = ["266696687", "7378742833", "86282452253", "8656696", "2562533", "7748283"]
NO_TELEPHONES = ["sip:+46701740605@example.org", "client:anna", "MYBANK", "Linjen 24", "71120", "+112", "112", "+46112"]


@pytest.mark.parametrize("raw", [None, "", " ", "+", "+   ", *WITHHELD_WORDS])
def test_a_withheld_number_is_no_number(raw):
    assert caller_number(raw) is None


@pytest.mark.parametrize("digits", WITHHELD_DIGITS)
@pytest.mark.parametrize("sign", ["+", "", " "])
def test_a_withheld_number_spelled_on_a_keypad_is_no_number(sign, digits):
    assert caller_number(sign + digits) is None


@pytest.mark.parametrize("raw", NO_TELEPHONES)
def test_what_is_no_telephone_has_no_number(raw):
    assert caller_number(raw) is None


@pytest.mark.parametrize("raw", ["+46701740605", "+46846500400", "+4790000000", "+358401234567"])
def test_a_number_is_a_number(raw):
    assert caller_number(raw) == raw


@pytest.mark.parametrize("raw", ["46701740605", "0701740605", "+46 70 174 06 05", "+46701740605 ", "+٤٦٧٠١٧٤٠٦٠٥"])
def test_a_number_in_another_form_is_not_guessed_at(raw):
    assert caller_number(raw) is None


def test_a_switchboard_stands_for_nobody():
    assert caller_number("+46846500499", unknown=frozenset({"+46846500499"})) is None


@given(st.text() | st.from_regex(r"\+?[0-9 ]{0,20}", fullmatch=True))
def test_whatever_the_carrier_sends_is_a_number_or_nothing(raw):
    number = caller_number(raw)
    assert number is None or (number.startswith("+") and number[1:].isdecimal())


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("0701740605", "+46701740605"),
        ("08465004 00".replace(" ", ""), "+46846500400"),
        ("0046701740605", "+46701740605"),
        ("004790000000", "+4790000000"),
    ],
)
def test_a_keyed_number_is_understood(keys, number):
    assert keyed_number(keys) == number


@pytest.mark.parametrize(
    "keys",
    [
        "112", "0112", "00112", "0046112", "11414", "11313", "116123", "116000", "0046116123", "118118", "177", "90000",
        "09001234567", "0939123456", "0944123456", "0046939123456", "00979123456789", "00881612345678",
        "701740605", "46701740605", "4790000000", "", "0", "00", "070174060", "07017406051", "0701740605#",
        "*31#0701740605", "+46701740605", "٠٧٠١٧٤٠٦٠٥", "0" * 41,
    ],
)  # fmt: skip
def test_what_must_not_be_dialled_is_not_taken(keys):
    assert keyed_number(keys) is None


@given(st.text("0123456789*#", max_size=20))
def test_every_keyed_number_may_be_dialled(keys):
    number = keyed_number(keys)
    assert number is None or may_be_dialled(number)


@pytest.mark.parametrize(
    "text", ["070-174 06 05", "+46701740605", "+46 (0)70-174 06 05", "0046 70 174 06 05", " 0701740605 ", "٠٧٠١٧٤٠٦٠٥"]
)
def test_a_written_number_may_be_written_as_people_do(text):
    assert written_number(text) == "+46701740605"


@pytest.mark.parametrize(
    "text", ["", "112", "call me", "0800-FLOWERS", "070-174 06 05,123", "070-174 06 05;ext=1", "9" * 50]
)
def test_a_written_number_that_is_none_is_refused(text):
    assert written_number(text) is None


@given(st.text(max_size=60))
def test_no_text_upsets_the_reader_of_numbers(text):
    number = written_number(text)
    assert number is None or may_be_dialled(number)


@pytest.mark.parametrize(
    "number", ["112", "+46112", "+4611414", "+46116123", "+469001234567", "0701740605", "+4670174", ""]
)
def test_the_last_check_stops_what_must_not_be_dialled(number):
    assert not may_be_dialled(number)


def test_a_number_is_read_back_digit_by_digit_in_its_groups():
    assert spoken("+46701740605") == "0 7 0, 1 7 4, 0 6, 0 5"
    assert spoken("+46846500400") == "0 8, 4 6 5, 0 0 4, 0 0"
    assert spoken("+4790000000").startswith("0 0 4 7, 9")
