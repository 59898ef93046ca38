"""The ledger's tables, as the last migration leaves them."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()

# About the ledger itself: "key" is the id of the key it is made with.
about = Table(
    "about",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# A model by the digest of its files, or "served:NAME" where only a server's name is known.
# parent: the model it was erased from, by which erasure. linked: the digest behind a served name.
models = Table(
    "models",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent", Text),
    Column("added", Text, nullable=False),
    Column("path", Text),
    Column("erasure", Integer),
    Column("current", Boolean, nullable=False),
    Column("linked", Text),
)

# A finding tied to a model. sealed: prefix and secret, encrypted; null once shredded.
# number: the order in which they came. key: the id of the key that made the fingerprint.
# length: of the secret, in characters. reason: null until there is evidence; the verdict before
# is what a front end said.
leaks = Table(
    "leaks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("preview", Text, nullable=False),
    Column("model", Text, ForeignKey("models.digest"), nullable=False, index=True),
    Column("origin", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("sealed", LargeBinary),
    Column("sightings", Integer, nullable=False),
    Column("added", Text, nullable=False),
    Column("number", Integer, nullable=False, index=True),
    Column("key", Text, nullable=False),
    Column("length", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text),
    Column("last_seen", Text, nullable=False),
    Index("ix_leaks_identity", "fingerprint", "model", unique=True),
)

# The id of a leak that turned out to be another one.
aliases = Table(
    "aliases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("leak", Text, ForeignKey("leaks.id"), nullable=False, index=True),
)

# Each time that a leak was seen: by whom, through what client, as what the server calls the model.
sightings = Table(
    "sightings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("leak", Text, ForeignKey("leaks.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("served", Text, nullable=False),
    Column("verdict", Text),
    Column("hint", Float),
)

# What confirm measured.
evidence = Table(
    "evidence",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("leak", Text, ForeignKey("leaks.id"), nullable=False, index=True),
    Column("model", Text, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("at", Text, nullable=False),
)

# A change of a leak's state.
transitions = Table(
    "transitions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("leak", Text, ForeignKey("leaks.id"), nullable=False, index=True),
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Text, nullable=False),
)

# One run of a method; `report` is its JSON.
erasures = Table(
    "erasures",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("model", Text, nullable=False, index=True),
    Column("new_model", Text, index=True),
    Column("verdict", Text, nullable=False),
    Column("report", JSON, nullable=False),
    Column("at", Text, nullable=False),
)

# What an erasure was asked to erase, and what came of each.
erased_leaks = Table(
    "erased_leaks",
    metadata,
    Column("erasure", Integer, ForeignKey("erasures.id"), primary_key=True),
    Column("leak", Text, ForeignKey("leaks.id"), primary_key=True, index=True),
    Column("verdict", Text, nullable=False),
)

# The certificate of the model that an erasure made.
certificates = Table(
    "certificates",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("erasure", Integer, ForeignKey("erasures.id"), nullable=False, index=True),
    Column("model", Text, nullable=False, index=True),
    Column("document", JSON, nullable=False),
    Column("at", Text, nullable=False),
)

# Which case of which suite came of a leak; both digests are keyed.
suite_cases = Table(
    "suite_cases",
    metadata,
    Column("suite", Text, primary_key=True),
    Column("case", Text, primary_key=True),
    Column("leak", Text, ForeignKey("leaks.id"), nullable=False, index=True),
    Column("path", Text, nullable=False),
    Column("at", Text, nullable=False),
)

# What changed, in the order of the commits; a number never comes twice.
changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Index("ix_changes_kind", "kind", "id"),
    sqlite_autoincrement=True,
)

# The engine's jobs, in the order they came. line: jobs of one line run one after the other.
# owner: the engine process that runs it. version: grows with every change.
jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("stage", Text, nullable=False),
    Column("done", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("leaks", JSON, nullable=False),
    Column("model", Text, nullable=False),
    Column("out", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("options", JSON, nullable=False),
    Column("result", JSON),
    Column("error", Text, nullable=False),
    Column("error_type", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("cancel", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created", Text, nullable=False),
    Column("started", Text),
    Column("ended", Text),
)
