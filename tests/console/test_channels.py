"""What is typed into the page of one's own channels by somebody who means no good, or by a broken program."""

from __future__ import annotations

import pytest

from tests.calling import signed_in
from tests.hotline import Hotline, hidden_fields
from tests.receivers import Browser

HERE = "/console/channels"


@pytest.mark.parametrize(
    ("path", "asked"),
    [("/codes/typed", {"channel": "\x00", "code": "1"}), ("/codes", {"channel": "\x00"}), ("/browsers/%00/end", {})],
)
def test_what_no_page_of_ours_sends_is_refused_in_words(hotline: Hotline, path: str, asked: dict[str, str]) -> None:
    anna = signed_in(hotline, "anna")
    token = hidden_fields(anna.get(HERE).text)["csrf"]
    assert anna.post(HERE + path, data={"csrf": token, **asked}).status_code < 500


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example\\.fcm.googleapis.com/x",
        "https://evil.example/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://fcm.googleapis.com@evil.example/x",
    ],
)
def test_nobody_makes_the_house_send_pushes_wherever_they_like(hotline: Hotline, address: str) -> None:
    anna = signed_in(hotline, "anna")
    token = hidden_fields(anna.get(HERE).text)["csrf"]
    asked = {"csrf": token, **Browser(address).subscription}
    assert anna.post(f"{HERE}/browsers", data=asked).status_code == 422
