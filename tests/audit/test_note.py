from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.audit.note import BadNote, Checkpoint, Signer, VerifierKey, open_note
from app.audit.verifier import signatures

# The key and note that Go's implementation of signed notes is tested with.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    f"{TEXT}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of C2SP tlog-checkpoint; its key is not in the specification.
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)


def test_gos_note_opens_with_gos_key():
    assert open_note(NOTE, [VerifierKey.parse(VKEY)]) == TEXT


def test_our_signature_is_gos_signature():
    signer = Signer("PeterNeumann", Ed25519PrivateKey.from_private_bytes(SEED))
    assert str(signer.verifier_key) == VKEY
    assert signer.sign(TEXT) == NOTE


def test_a_signer_does_not_show_its_key(key):
    assert repr(Signer("log", key)) == "Signer(name='log')"


def test_the_specifications_checkpoint_is_read(key):
    with pytest.raises(BadNote, match="not signed by a key we trust"):
        open_note(SOFA, [VerifierKey.parse(VKEY)])
    read = Checkpoint.parse(SOFA.partition("\n\n")[0] + "\n")
    assert (read.origin, read.size) == ("example.com/behind-the-sofa", 20852163)
    assert Checkpoint.parse(read.text) == read


@given(st.integers(0, 2**63), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_comes_back_as_it_was_signed(size, root):
    signer = Signer("dygnet.example.org/log", Ed25519PrivateKey.from_private_bytes(SEED))
    head = Checkpoint(signer.name, size, root)
    note = signer.sign(head.text)
    assert Checkpoint.parse(open_note(note, [signer.verifier_key])) == head


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(1, 255))
def test_a_note_with_any_byte_changed_does_not_open(place, change):
    raw = bytearray(NOTE.encode())
    raw[place] ^= change
    try:
        changed = raw.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(BadNote):
        open_note(changed, [VerifierKey.parse(VKEY)])


def test_signatures_of_strangers_are_passed_over_but_a_wrong_one_of_ours_is_not(key):
    ours, theirs = Signer("log", key), Signer("witness", Ed25519PrivateKey.from_private_bytes(SEED))
    text = "text\n"
    both = ours.sign(text) + theirs.signature_line(text)
    assert open_note(both, [ours.verifier_key]) == text
    with pytest.raises(BadNote, match="the signature of log is wrong"):
        open_note(ours.sign(text) + ours.signature_line("other\n"), [ours.verifier_key])


def test_the_last_empty_line_ends_the_text(key):
    signer = Signer("log", key)
    text = "one\n\ntwo\n\nthree\n"
    assert open_note(signer.sign(text), [signer.verifier_key]) == text


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        VKEY.replace("c74f", "c74e"),
        VKEY.replace("Peter", "Petra"),
        VKEY.replace("+AR", "+AT"),
        VKEY[:-4],
        VKEY.replace("+c7", "+C7"),
        VKEY.replace("PeterNeumann", ""),
        VKEY.replace("PeterNeumann", "Peter Neumann"),
    ],
)
def test_a_mangled_verifier_key_is_refused(vkey):
    with pytest.raises(BadNote):
        VerifierKey.parse(vkey)


@pytest.mark.parametrize(
    "text",
    [
        "log\n1\n",
        "log\n1\nAAAA\n",
        "\n1\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "log\n01\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "log\n-1\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "log\n1\n" + base64.b64encode(bytes(32)).decode(),
        "log\n1\n" + base64.b64encode(bytes(32)).decode() + "\nextension\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text):
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


@pytest.mark.parametrize("text", ["no newline", "tab\there\n"])
def test_a_text_that_cannot_be_a_note_is_not_signed(text, key):
    with pytest.raises(BadNote):
        Signer("log", key).sign(text)


def test_the_single_file_verifier_reads_the_same_keys():
    name, key_id, public = signatures.parse_key(VKEY)
    assert (name, key_id.hex()) == ("PeterNeumann", "c74f20a3")
    assert public.public_bytes_raw() == VerifierKey.parse(VKEY).public
