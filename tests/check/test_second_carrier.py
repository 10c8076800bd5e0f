"""`dygnet check` asks the second carrier, where there is one, over its own wire."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.check import second
from app.simulator.elks import Elks
from app.simulator.faults import FOREVER
from app.telephony.second import sms_address
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import LINE
from tests.second_carrier import NUMBER, add_second_carrier

pytestmark = ON_ONE_DATABASE


@pytest.fixture
def elks(hotline: Hotline) -> Elks:
    return add_second_carrier(hotline)


def found(line: Hotline) -> list[str]:
    return [finding.what for finding in second.findings(line.settings, sender=LINE)]


def test_without_a_second_carrier_nothing_is_said_of_it(hotline: Hotline) -> None:
    assert found(hotline) == []


def test_one_that_answers_can_pay_and_knows_us_is_well(hotline: Hotline, elks: Elks) -> None:
    assert found(hotline) == []


@pytest.mark.parametrize("status", [401, 500])
def test_one_that_refuses_the_account_or_is_down_is_a_finding(hotline: Hotline, elks: Elks, status: int) -> None:
    elks.faults.refuse(times=FOREVER, status=status, code=0)
    assert found(hotline) == ["the second carrier does not answer, or refuses the account"]


def test_an_empty_account_is_a_finding(hotline: Hotline, elks: Elks) -> None:
    elks.account = replace(elks.account, credits=0.0)
    assert "0.00 is left" in found(hotline)[0]


def test_a_number_whose_texts_do_not_reach_us_is_a_finding_with_the_address_to_set(
    hotline: Hotline, elks: Elks
) -> None:
    elks.sell_number(NUMBER, sms_url="https://somewhere.example.org")
    (finding,) = second.findings(hotline.settings, sender=LINE)
    assert finding.serious
    assert finding.do.endswith(sms_address(hotline.settings))


def test_a_sender_that_is_not_the_accounts_is_doubted(hotline: Hotline, elks: Elks) -> None:
    hotline.settings = hotline.settings.model_copy(update={"elks_number": None})
    (finding,) = second.findings(hotline.settings, sender=LINE)
    assert not finding.serious
