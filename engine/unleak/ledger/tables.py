"""The ledger's tables."""

from datetime import UTC, datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def now() -> str:
    """The time as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Base(DeclarativeBase):
    """Base of the tables."""


class ModelRow(Base):
    """A model, by the digest of its files; `parent` is the model it was erased from."""

    __tablename__ = "models"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    parent: Mapped[str | None] = mapped_column(String(64))
    added: Mapped[str] = mapped_column(String(32), default=now)


class LeakRow(Base):
    """A finding tied to a model.

    `sealed` holds prefix and secret, encrypted; null once shredded.
    """

    __tablename__ = "leaks"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(String(64))
    preview: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(ForeignKey("models.digest"))
    origin: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sightings: Mapped[int] = mapped_column(default=1)
    added: Mapped[str] = mapped_column(String(32), default=now)


class EvidenceRow(Base):
    """What confirm measured."""

    __tablename__ = "evidence"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    leak: Mapped[str] = mapped_column(ForeignKey("leaks.id"), index=True)
    model: Mapped[str] = mapped_column(String(64))
    figures: Mapped[dict[str, object]] = mapped_column(JSON)
    at: Mapped[str] = mapped_column(String(32), default=now)


class TransitionRow(Base):
    """A change of a leak's state."""

    __tablename__ = "transitions"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    leak: Mapped[str] = mapped_column(ForeignKey("leaks.id"), index=True)
    before: Mapped[str | None] = mapped_column(String(16))
    after: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(32), default=now)


class ErasureRow(Base):
    """One run of a method, with its certificate."""

    __tablename__ = "erasures"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    model: Mapped[str] = mapped_column(String(64))
    new_model: Mapped[str | None] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(16))
    certificate: Mapped[dict[str, object]] = mapped_column(JSON)
    at: Mapped[str] = mapped_column(String(32), default=now)
