from __future__ import annotations

import pytest

from app.telephony.carrier import TROUBLE_BY_CODE, CarrierError, Trouble, classify

PERMANENT, TRANSIENT, CONFIGURATION = Trouble.PERMANENT, Trouble.TRANSIENT, Trouble.CONFIGURATION

TABLE = {
    11200: CONFIGURATION,
    11205: CONFIGURATION,
    11217: CONFIGURATION,
    11751: CONFIGURATION,
    12100: CONFIGURATION,
    12200: CONFIGURATION,
    13214: CONFIGURATION,
    13223: PERMANENT,
    13224: TRANSIENT,
    13227: CONFIGURATION,
    17008: TRANSIENT,
    20003: CONFIGURATION,
    20005: CONFIGURATION,
    20009: TRANSIENT,
    20404: CONFIGURATION,
    20429: TRANSIENT,
    20500: TRANSIENT,
    21210: CONFIGURATION,
    21211: PERMANENT,
    21212: CONFIGURATION,
    21214: PERMANENT,
    21215: CONFIGURATION,
    21216: CONFIGURATION,
    21217: PERMANENT,
    21220: PERMANENT,
    21408: CONFIGURATION,
    21606: CONFIGURATION,
    21610: PERMANENT,
    21611: TRANSIENT,
    21612: PERMANENT,
    21614: PERMANENT,
    21635: PERMANENT,
    21663: CONFIGURATION,
    23005: CONFIGURATION,
    23006: CONFIGURATION,
    30001: TRANSIENT,
    30002: CONFIGURATION,
    30003: TRANSIENT,
    30004: PERMANENT,
    30005: PERMANENT,
    30006: PERMANENT,
    30007: CONFIGURATION,
    30008: TRANSIENT,
    30029: CONFIGURATION,
    30036: TRANSIENT,
    57012: CONFIGURATION,
}


@pytest.mark.parametrize(("code", "trouble"), TABLE.items(), ids=str)
def test_every_known_error_has_its_class(code, trouble):
    assert classify(code, 400) is trouble


def test_no_error_is_classed_without_a_test():
    assert TROUBLE_BY_CODE.keys() == TABLE.keys()


@pytest.mark.parametrize("status", [400, 404, 429, 500, 502, 503, None])
def test_an_unknown_error_is_tried_again(status):
    assert classify(None, status) is TRANSIENT
    assert classify(99999, status) is TRANSIENT


@pytest.mark.parametrize("status", [401, 403])
def test_being_turned_away_at_the_gate_is_for_the_operator(status):
    assert classify(None, status) is CONFIGURATION


def test_an_error_says_its_class_and_code():
    assert str(CarrierError(PERMANENT, code=21610)) == "the carrier failed (permanent, code 21610)"
    assert str(CarrierError(TRANSIENT)) == "the carrier failed (transient, no code)"
