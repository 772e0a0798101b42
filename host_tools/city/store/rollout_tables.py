"""The tables of programmes: drafts, and rollouts (of releases too) with what became of them on each pole.

Times are Unix seconds at the site.  Who rolls out writes ``rollout`` rows of the state ``written``, and ``asked``;
everything else of them, and ``rollout_pole``, is the receiver's.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, SmallInteger, Table, Text, text

from host_tools.city.store.metadata import Key, metadata

# states of a rollout
WRITTEN, ASKS, REFUSED = "written", "needsSecondPerson", "refused"
GOING, HALTED, DONE, REPLACED = "going", "halted", "done", "replaced"
# what is rolled out: programmes, or a release of the poles' software
PROGRAMMES, RELEASE = "programmes", "release"
# what a person may ask of one
HALT, GO_ON = "halt", "goOn"

# What an engineer is working on: the fields of the form as they were typed.
draft = Table(
    "programme_draft", metadata,
    Column("id", Key, primary_key=True),
    Column("who", Text, nullable=False),
    Column("saved_at", BigInteger, nullable=False),
    Column("base", Text, nullable=False),  # digest of the programmes that it began with
    Column("form", Text, nullable=False),  # JSON
)  # fmt: skip

rollout = Table(
    "rollout", metadata,
    Column("id", Key, primary_key=True),
    Column("zone", Text, nullable=False, server_default=""),  # whose receiver brings it to its poles
    Column("state", Text, nullable=False, server_default=WRITTEN),
    Column("written_at", BigInteger, nullable=False),
    Column("who", Text, nullable=False), Column("role", Text, nullable=False), Column("door", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("text", Text, nullable=False),  # TOML of the sections; of a release JSON: which, to which poles, how
    Column("base", Text, nullable=False),  # digest of the programmes that it was made from
    Column("takes_back", BigInteger),  # the rollout that it takes back
    Column("second", Text, nullable=False, server_default=""), Column("code", Text, nullable=False, server_default=""),
    Column("answer", Text, nullable=False, server_default=""),  # why it is refused, waits or was halted
    Column("decided_at", BigInteger),
    Column("before", Text, nullable=False, server_default=""),  # the sections of the receiver's files until then
    # poles; of a release: that get it.  0 where a second person has agreed
    Column("darkens", BigInteger, nullable=False, server_default="0"),
    Column("filed_at", BigInteger),  # when the receiver's site.toml had it
    Column("wave", SmallInteger, nullable=False, server_default="0"),
    Column("pardoned", BigInteger, nullable=False, server_default="0"),  # bad poles that a person has gone on after
    Column("asked", Text, nullable=False, server_default=""),
    Column("asked_by", Text, nullable=False, server_default=""),
    Column("ended_at", BigInteger),
    Column("seal", Text, nullable=False, server_default=""),  # the receiver's, of one that it accepted
    Column("rev", BigInteger, nullable=False, server_default="0"),
    Column("kind", Text, nullable=False, server_default=PROGRAMMES),
    # of a release: since when new faults are compared, the last comparison, and how many there were
    Column("watched_from", BigInteger), Column("looked_at", BigInteger),
    Column("looks", BigInteger, nullable=False, server_default="0"),
    Index("rollout_new", "id", sqlite_where=text("state = 'written' OR asked <> ''"),
          postgresql_where=text("state = 'written' OR asked <> ''")),
)  # fmt: skip

rollout_pole = Table(
    "rollout_pole", metadata,
    Column("rollout", ForeignKey("rollout.id"), primary_key=True),
    Column("pole", ForeignKey("pole.id"), primary_key=True),
    Column("wave", SmallInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("away", Boolean, nullable=False, server_default=text("false")),  # it was offline when it was sent
    # of the configuration; of a release its serial, and the board's content
    Column("version", BigInteger), Column("digest", Text, nullable=False, server_default=""),
    Column("n", BigInteger),
    Column("times", BigInteger, nullable=False, server_default="0"),  # how often it went out
    Column("sent_at", BigInteger), Column("answered_at", BigInteger),
    Column("reason", Text, nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Column("rev", BigInteger, nullable=False, server_default="0"),
    Column("accepted_at", BigInteger),  # when the pole said that it fetches the release
    Column("before", Text, nullable=False, server_default=""),  # the software that it ran then
    Column("renewed", BigInteger, nullable=False, server_default="0"),  # how often it was brought it anew
    Index(None, "pole"),
)  # fmt: skip
