"""Proofs in the tree of RFC 6962: that a leaf is in it, and that it grew out of an older one.

Making a proof follows RFC 6962 section 2.1; checking one follows the loops of RFC 9162 section 2.1.3.2
and 2.1.4.2, so that maker and checker do not share a mistake.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.audit.tree import Subtrees, largest_power_below, node_hash, range_root


def inclusion_proof(subtrees: Subtrees, index: int, size: int) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of the first `size` leaves."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size} leaves")
    return _path(subtrees, index, 0, size)


def consistency_proof(subtrees: Subtrees, old: int, new: int) -> list[bytes]:
    """The hashes that show a tree of `new` leaves to begin with the tree of `old` leaves."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves cannot have grown out of one of {old}")
    return _growth(subtrees, old, 0, new, whole=True) if 0 < old < new else []


def _path(subtrees: Subtrees, index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + largest_power_below(end - start)
    if index < middle:
        return [*_path(subtrees, index, start, middle), range_root(subtrees, middle, end)]
    return [*_path(subtrees, index, middle, end), range_root(subtrees, start, middle)]


def _growth(subtrees: Subtrees, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    if old == end:
        return [] if whole else [range_root(subtrees, start, end)]
    middle = start + largest_power_below(end - start)
    if old <= middle:
        return [*_growth(subtrees, old, start, middle, whole=whole), range_root(subtrees, middle, end)]
    return [*_growth(subtrees, old, middle, end, whole=False), range_root(subtrees, start, middle)]


def includes(root: bytes, size: int, *, leaf: bytes, index: int, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows the leaf hash to be leaf `index` of the tree."""
    if not 0 <= index < size:
        return False
    here, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            result = node_hash(sibling, result)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and result == root


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows the newer tree to begin with the older one."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not 0 < old < new or not path:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old_result = new_result = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old_result = node_hash(sibling, old_result)
            new_result = node_hash(sibling, new_result)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new_result = node_hash(new_result, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and old_result == old_root and new_result == new_root
