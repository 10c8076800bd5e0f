from __future__ import annotations

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.vault.envelope import CannotOpen, open_box, seal
from app.vault.sealed import Sealed, SealedBox


class Shelf(DeclarativeBase):
    pass


class Note(Shelf):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[Sealed | None] = mapped_column(SealedBox)


@pytest.fixture
def session():
    engine = create_engine("sqlite://")
    Shelf.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_a_box_comes_back_from_the_database_as_it_went_in(session, rota, here):
    session.add(Note(id=1, text=Sealed(seal(b"hello", rota.public, binding=here))))
    session.flush()
    session.expire_all()
    assert open_box(session.get_one(Note, 1).text.box, rota, binding=here) == b"hello"


def test_nothing_is_stored_where_nothing_was_said(session):
    session.add(Note(id=1, text=None))
    session.flush()
    session.expire_all()
    assert session.get_one(Note, 1).text is None


@pytest.mark.parametrize("unsealed", ["hello", b"hello"])
def test_what_was_not_sealed_is_not_stored(session, unsealed):
    session.add(Note(id=1, text=unsealed))
    with pytest.raises(StatementError, match="seal it before storing it"):
        session.flush()


def test_plaintext_dressed_up_as_sealed_is_not_stored(session):
    session.add(Note(id=1, text=Sealed(b"hello")))
    with pytest.raises(StatementError) as refused:
        session.flush()
    assert isinstance(refused.value.orig, CannotOpen)


def test_a_damaged_row_can_still_be_listed(session):
    session.connection().exec_driver_sql("INSERT INTO notes VALUES (1, x'00')")
    assert repr(session.get_one(Note, 1).text) == "<sealed>"


def test_sealed_shows_nothing(rota, here):
    sealed = Sealed(seal(b"hello", rota.public, binding=here))
    assert repr(sealed) == str(sealed) == "<sealed>"
    assert sealed.key_id == rota.key_id
    assert sealed == Sealed(sealed.box)
    assert hash(sealed) == hash(Sealed(sealed.box))
