from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from app.audit.folder import bundle, tile_path, tiles
from app.audit.proofs import consistency_proof, includes, inclusion_proof, is_consistent
from app.audit.tree import (
    EMPTY_ROOT,
    Edge,
    leaf_hash,
    range_root,
    root,
    subtrees_of_leaves,
    subtrees_of_tiles,
    unfull_tiles,
)

# The eight leaves and roots that Certificate Transparency's own implementations are tested with.
CT_LEAVES = "  00 10 2021 3031 40414243 5051525354555657 606162636465666768696a6b6c6d6e6f".split(" ")[1:]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(1200)]
SIZES = st.integers(0, 1200)


def test_the_roots_are_those_of_certificate_transparency():
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES]
    assert [root(leaves[:size]).hex() for size in range(1, 9)] == CT_ROOTS
    assert sha256(b"").digest() == EMPTY_ROOT == root([])


def test_the_proofs_are_those_of_certificate_transparency():
    subtrees = subtrees_of_leaves([leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES])
    assert [step.hex() for step in inclusion_proof(subtrees, 5, 8)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [step.hex() for step in consistency_proof(subtrees, 2, 5)] == [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ]


def test_somebody_elses_tree_has_the_same_roots_and_paths():
    entries = [b"entry %d" % number for number in range(300)]
    theirs = InmemoryTree()
    for entry in entries:
        theirs.append_entry(entry)
    leaves = [leaf_hash(entry) for entry in entries]
    for size in (1, 2, 3, 128, 255, 256, 257, 300):
        assert root(leaves[:size]) == theirs.get_root(size)
    ours = subtrees_of_leaves(leaves)
    for index in (0, 1, 127, 255, 256, 299):
        assert [leaves[index], *inclusion_proof(ours, index, 300)] == theirs.prove_inclusion(index + 1, 300).path


@given(SIZES)
def test_the_root_is_the_same_however_it_is_worked_out(size):
    edge = Edge()
    list(edge.extend(LEAVES[:size]))
    whole = root(LEAVES[:size])
    assert edge.root() == whole == range_root(subtrees_of_leaves(LEAVES), 0, size)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 600), max_size=6))
def test_a_tree_that_grew_in_batches_has_the_tiles_of_one_that_grew_at_once(batches):
    stored = {}
    size = 0
    for batch in batches:
        unfull = {tile.level: stored[tile[:2]] for tile, _ in unfull_tiles(size)}
        more = [leaf_hash(b"%d" % number) for number in range(size, size + batch)]
        stored |= {tile[:2]: tile.hashes for tile in Edge(size, unfull).extend(more)}
        size += batch
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    assert {(level, number, width) for level, number, width in tiles(size)} == {
        (*place, len(hashes)) for place, hashes in stored.items()
    }
    for (level, number), hashes in stored.items():
        span = 256**level
        for place, hashed in enumerate(hashes):
            start = (number * 256 + place) * span
            assert hashed == root(leaves[start : start + span])


def test_growing_reads_and_writes_only_the_right_edge():
    edge = Edge(70_000, {0: [bytes(32)] * 112, 1: [bytes(32)] * 17, 2: [bytes(32)]})
    changed = list(edge.extend([bytes(32)]))
    assert [(tile.level, tile.number, len(tile.hashes)) for tile in changed] == [(0, 273, 113)]


def test_an_edge_that_does_not_fit_its_size_is_refused():
    with pytest.raises(ValueError, match=r"tile 0/1 holds 3 hashes instead of 44"):
        Edge(300, {0: [bytes(32)] * 3, 1: [bytes(32)]})


@given(SIZES.filter(bool), st.data())
def test_an_inclusion_proof_convinces_for_its_leaf_and_no_other(size, data):
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda there: there != index) if size > 1 else st.just(size))
    whole = root(LEAVES[:size])
    proof = inclusion_proof(subtrees_of_leaves(LEAVES), index, size)
    assert includes(whole, size, leaf=LEAVES[index], index=index, proof=proof)
    assert not includes(whole, size, leaf=LEAVES[index], index=other, proof=proof)
    assert not includes(whole, size, leaf=leaf_hash(b"forged"), index=index, proof=proof)
    assert not includes(whole, size, leaf=LEAVES[index], index=index, proof=[*proof, bytes(32)])
    assert not proof or not includes(whole, size, leaf=LEAVES[index], index=index, proof=proof[:-1])


@given(SIZES, SIZES)
def test_a_consistency_proof_convinces_for_the_old_tree_and_no_other(one, another):
    old, new = sorted((one, another))
    old_root, new_root = root(LEAVES[:old]), root(LEAVES[:new])
    proof = consistency_proof(subtrees_of_leaves(LEAVES), old, new)
    assert is_consistent(old, old_root, new, new_root, proof)
    assert not is_consistent(old, old_root, new, new_root, [*proof, bytes(32)])
    if 0 < old < new:
        assert not is_consistent(old, leaf_hash(b"forged"), new, new_root, proof)
        assert not is_consistent(old, old_root, new, leaf_hash(b"forged"), proof)
        assert not is_consistent(old, old_root, new, new_root, proof[:-1])


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2)])
def test_there_is_no_proof_that_a_log_shrank(old, new):
    with pytest.raises(ValueError, match="cannot have grown"):
        consistency_proof(subtrees_of_leaves(LEAVES), old, new)
    assert not is_consistent(old, bytes(32), new, bytes(32), [bytes(32)])


def test_there_is_no_proof_for_a_leaf_outside_the_tree():
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_proof(subtrees_of_leaves(LEAVES), 5, 5)
    assert not includes(root(LEAVES[:5]), 5, leaf=LEAVES[5], index=5, proof=[])


def test_proofs_can_be_made_from_tiles_alone():
    stored = {tile[:2]: tile.hashes for tile in Edge().extend(LEAVES)}
    from_tiles = subtrees_of_tiles(lambda level, number: stored[level, number])
    from_leaves = subtrees_of_leaves(LEAVES)
    for index in (0, 255, 256, 700, 1199):
        assert inclusion_proof(from_tiles, index, 1200) == inclusion_proof(from_leaves, index, 1200)
    for old in (1, 255, 256, 257, 1024):
        assert consistency_proof(from_tiles, old, 1200) == consistency_proof(from_leaves, old, 1200)


def test_paths_are_those_of_the_tlog_tiles_specification():
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(1, 0, 17) == "tile/1/000.p/17"
    assert tile_path("entries", 273, 112) == "tile/entries/273.p/112"
    assert tile_path(0, 1000) == "tile/0/x001/000"


def test_tiles_of_the_specifications_example_of_seventy_thousand_leaves():
    found = list(tiles(70_000))
    assert found[:273] == [(0, number, 256) for number in range(273)]
    assert found[273:] == [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert list(tiles(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles(0)) == []


def test_a_bundle_puts_each_length_before_its_entry():
    assert bundle([b"", b"ab", b"x" * 258]) == b"\x00\x00" + b"\x00\x02ab" + b"\x01\x02" + b"x" * 258
