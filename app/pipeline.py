"""Several statements on one journey to PostgreSQL, which lies across a network while somebody waits on the line.

What can be said together is: the beginning of a transaction with its first questions, and what is written with its
end. psycopg's own pipeline takes a journey for the beginning alone, sends each statement as it comes, and looks a dozen
times whether it may; that was a fifth of a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

MOST_REMEMBERED: Final = 100
"""Statements that the server reads and plans once for one connection. What is said only once is not among them."""


class Statement(NamedTuple):
    """Words with `$1`, `$2` and so on in the place of values, and those."""

    words: str
    values: Sequence[Any] = ()


_BEGIN: Final = Statement("BEGIN")
_COMMIT: Final = Statement("COMMIT")
_WRONG: Final = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)
_UNENDED: Final = (TransactionStatus.INTRANS, TransactionStatus.INERROR)

_Kind = tuple[str, tuple[int, ...]]
"""Words, and what kinds of values they are said with: the server plans for both."""


class Pipelined(psycopg.Connection[Any]):
    """A connection on which statements travel together. psycopg.Error as soon as one of them fails; the rest of them
    is not done."""

    def __init__(self, *made_of: Any, **more: Any) -> None:
        super().__init__(*made_of, **more)
        self._owed: list[Statement] = []
        self._values = Transformer(self)
        self._heard: set[_Kind] = set()
        self._names: dict[_Kind, bytes] = {}
        self._named = 0

    def ask(self, *statements: Statement) -> tuple[Any, ...] | None:
        """Say these; the first row that the last of them finds."""
        return self._travel(statements)

    def owe(self, statement: Statement) -> None:
        """Say this with whatever is said next on this connection: a question, a statement, or that all is done."""
        self._owed.append(statement)

    def commit(self) -> None:
        """Write what is owed, and end the transaction: undone when something of it fails, as by PostgreSQL's COMMIT."""
        if not self._owed:
            super().commit()
            return
        try:
            self._travel([_COMMIT])
        except BaseException:
            if self.pgconn.transaction_status in _UNENDED:
                self.rollback()
            raise

    def rollback(self) -> None:
        """Undo everything; nothing is owed any more."""
        self._owed.clear()
        super().rollback()

    def cursor(self, *told: Any, **more: Any) -> Any:
        """psycopg's, for what is said in its way. What is owed goes first."""
        if self._owed:
            self._travel([])
        return super().cursor(*told, **more)

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        """psycopg has the server forget one statement, or all of them."""
        if name is None:
            self._names.clear()
        return super()._deallocate(name)

    def _travel(self, statements: Iterable[Statement]) -> tuple[Any, ...] | None:
        with self.lock:
            direct, said = self.pgconn, [*self._owed, *statements]
            self._owed.clear()
            if direct.transaction_status == TransactionStatus.IDLE and not self.autocommit:
                said.insert(0, _BEGIN)
            new: dict[_Kind, bytes] = {}
            sending = [send for each in said for send in self._sendings(each, new)]
            direct.enter_pipeline_mode()
            try:
                for send in sending:
                    send()
                direct.pipeline_sync()
                results = self.wait(_answers_to(len(sending), direct))
                if direct.status == ConnStatus.OK:
                    direct.exit_pipeline_mode()
            except BaseException:
                direct.finish()  # nobody knows any more what is an answer to what
                raise
            for result in results:
                if result.status in _WRONG:
                    raise error_from_result(result, encoding=self.info.encoding)
            self._names |= new
            return self._first_row_of(results[-1])

    def _sendings(self, statement: Statement, new: dict[_Kind, bytes]) -> list[Callable[[], None]]:
        """How it is said. What was heard before is given a name, by which it is called from then on."""
        direct, tx = self.pgconn, self._values
        values = tx.dump_sequence(statement.values, [PyFormat.AUTO] * len(statement.values))
        types, formats = tx.types or (), tx.formats
        kind = statement.words, types
        name = self._names.get(kind) or new.get(kind)
        if name:
            return [partial(direct.send_query_prepared, name, values, param_formats=formats)]
        words = statement.words.encode()
        if kind not in self._heard or len(self._names) + len(new) >= MOST_REMEMBERED:
            self._hear(kind)
            return [partial(direct.send_query_params, words, values, param_types=types, param_formats=formats)]
        self._named += 1
        name = new[kind] = f"dygnet_{self._named}".encode()
        return [
            partial(direct.send_prepare, name, words, param_types=types),
            partial(direct.send_query_prepared, name, values, param_formats=formats),
        ]

    def _hear(self, kind: _Kind) -> None:
        if len(self._heard) >= MOST_REMEMBERED:
            self._heard.clear()
        self._heard.add(kind)

    def _first_row_of(self, result: PGresult) -> tuple[Any, ...] | None:
        if not result.ntuples:
            return None
        self._values.set_pgresult(result)
        return self._values.load_row(0, tuple)


def _answers_to(count: int, direct: PGconn) -> PQGen[list[PGresult]]:
    """What the server says to so many sendings; less when it hangs up."""
    yield from generators.send(direct)
    results: list[PGresult] = []
    while len(results) < count and direct.status == ConnStatus.OK:
        results += yield from generators.fetch_many(direct)
    if direct.status == ConnStatus.OK:
        yield from generators.fetch_many(direct)  # that it is through with them
    return results
