"""What all tables of the store share: one collection of tables, and the type of a key that the database counts up."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s", "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey", "pk": "%(table_name)s_pkey",
    }
)  # fmt: skip
Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only what is called INTEGER
