"""What is already stored must stay readable: these values were written once and never change."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from app.vault.envelope import Binding, PrivateKey, open_box
from app.vault.index import short_tag
from app.vault.receipts import Receipt, locator, mailbox_key, mark_of, receipt_from

NONCE = "n" * 43
INDEX_KEY = b"k" * 32
RECEIPT = Receipt("12345678901234567890")


def test_a_box_of_version_1_opens():
    key = PrivateKey("rota", bytes(range(96)))
    box = base64.b64decode(Path(__file__).with_name("box.v1.txt").read_text())
    here = Binding(table="contents", column="number", row="r1", case="c1")
    assert open_box(box, key, binding=here).decode() == "Hej från version 1"


def test_a_key_keeps_its_id():
    assert PrivateKey("rota", bytes(range(96))).key_id == "rota-d99e4496"


def test_a_binding_is_written_as_it_was():
    info = Binding(table="t", column="col", row="r", case="").info("rota-00000000")
    assert info == (b"\0\0\0\x06dygnet\0\0\0\x011\0\0\0\x01t\0\0\0\x03col\0\0\0\x01r\0\0\0\0\0\0\0\x0drota-00000000")


def test_a_form_keeps_its_receipt_and_its_mark():
    assert receipt_from(NONCE).digits == "40588379371794532326"
    assert mark_of(NONCE) == "1500d6c897132c332ff1316032228da0"


@pytest.mark.usefixtures("at_full_strength")
def test_a_receipt_keeps_its_mailbox():
    assert locator(INDEX_KEY, RECEIPT) == 2101
    assert mailbox_key(RECEIPT, b"salt of sixteen!").key_id == "receipt-16b42959"


def test_a_number_keeps_its_short_tag():
    assert short_tag(INDEX_KEY, "+46701740605") == 236
