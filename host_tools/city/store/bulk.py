"""Writes many rows with one statement, by the fast way of each engine.

SQLite takes one statement and many rows of values.  PostgreSQL takes arrays, a column each: SQLAlchemy's own way costs
it half as much again, and joining a temporary table, of which it has no statistics, costs it a second a batch.  An
array goes as its text, which is made in a fifth of the time in which psycopg makes one of a list.

Rows are plain tuples in the order of the columns that are named.  Names are those of our own tables, never a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Boolean, Float, Integer, Table, Text
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

Row = Sequence[Any]


def insert(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert *rows*, except those whose key is there already; how many were."""
    many = list(rows)
    if not many:
        return 0
    named = ", ".join(_quoted(connection, columns))
    if _postgresql(connection):
        given = _unnest(connection, table, columns)
        sql = f"INSERT INTO {table.name} ({named}) SELECT * FROM {given} ON CONFLICT DO NOTHING"
        return connection.exec_driver_sql(sql, _arrays(table, columns, many)).rowcount
    sql = f"INSERT OR IGNORE INTO {table.name} ({named}) VALUES ({', '.join('?' * len(columns))})"
    return connection.exec_driver_sql(sql, [tuple(row) for row in many]).rowcount


def update(
    connection: Connection, table: Table, keys: Sequence[str], columns: Sequence[str], rows: Iterable[Row]
) -> int:  # fmt: skip
    """Set *columns* of the rows that *keys* name, which stand first in each of *rows*; how many there were."""
    many = list(rows)
    if not many:
        return 0
    keyed, named = _quoted(connection, keys), _quoted(connection, columns)
    if _postgresql(connection):
        both = [*keys, *columns]
        sql = (
            f"UPDATE {table.name} SET {', '.join(f'{name} = given.{name}' for name in named)}"
            f" FROM {_unnest(connection, table, both)} AS given ({', '.join(_quoted(connection, both))})"
            f" WHERE {' AND '.join(f'{table.name}.{key} = given.{key}' for key in keyed)}"
        )
        return connection.exec_driver_sql(sql, _arrays(table, both, many)).rowcount
    sql = (
        f"UPDATE {table.name} SET {', '.join(f'{name} = ?' for name in named)}"
        f" WHERE {' AND '.join(f'{key} = ?' for key in keyed)}"
    )
    first = len(keys)
    return connection.exec_driver_sql(sql, [(*row[first:], *row[:first]) for row in many]).rowcount


def replace(
    connection: Connection, table: Table, keys: Sequence[str], columns: Sequence[str], rows: Iterable[Row]
) -> None:  # fmt: skip
    """Insert *rows*; where the *keys*, which stand first, are there already, set *columns*."""
    many = list(rows)
    if not many:
        return
    both = [*keys, *columns]
    named, keyed = ", ".join(_quoted(connection, both)), ", ".join(_quoted(connection, keys))
    then = ", ".join(f"{name} = excluded.{name}" for name in _quoted(connection, columns))
    conflict = f"ON CONFLICT ({keyed}) DO UPDATE SET {then}"
    if _postgresql(connection):
        sql = f"INSERT INTO {table.name} ({named}) SELECT * FROM {_unnest(connection, table, both)} {conflict}"
        connection.exec_driver_sql(sql, _arrays(table, both, many))
        return
    sql = f"INSERT INTO {table.name} ({named}) VALUES ({', '.join('?' * len(both))}) {conflict}"
    connection.exec_driver_sql(sql, [tuple(row) for row in many])


def delete(connection: Connection, table: Table, key: str, values: Iterable[Any]) -> None:
    """Delete the rows of which the column *key* is one of *values*."""
    many = list(values)
    if not many:
        return
    named = _quoted(connection, [key])[0]
    if _postgresql(connection):
        kind = _type(connection, table, key)
        connection.exec_driver_sql(f"DELETE FROM {table.name} WHERE {named} = ANY(%s::{kind}[])", (many,))
        return
    connection.exec_driver_sql(f"DELETE FROM {table.name} WHERE {named} = ?", [(value,) for value in many])


def _postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _quoted(connection: Connection, names: Iterable[str]) -> list[str]:
    return [connection.dialect.identifier_preparer.quote(name) for name in names]


def _type(connection: Connection, table: Table, column: str) -> str:
    kind: TypeEngine[Any] = table.c[column].type
    return kind.compile(connection.dialect)


def _unnest(connection: Connection, table: Table, columns: Iterable[str]) -> str:
    return f"unnest({', '.join(f'%s::{_type(connection, table, column)}[]' for column in columns)})"


def _arrays(table: Table, columns: Iterable[str], rows: Sequence[Row]) -> tuple[object, ...]:
    return tuple(
        _array(table.c[name].type, values) for name, values in zip(columns, zip(*rows, strict=True), strict=True)
    )


def _array(kind: TypeEngine[Any], values: Sequence[Any]) -> object:
    """*values* as PostgreSQL reads an array."""
    if isinstance(kind, Integer | Boolean | Float):
        return f"{{{','.join(map(str, values))}}}".replace("None", "NULL")
    if isinstance(kind, Text):
        return f"{{{','.join(map(_text, values))}}}"
    return list(values)


def _text(value: str | None) -> str:
    if value is None:
        return "NULL"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
