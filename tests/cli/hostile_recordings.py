"""Recordings as somebody who means harm, or a disk that fails, would leave them."""

import json
import random
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VALUES = (
    *(None, 0, 1, -1, 7, 2**31, 2**62, 2**63 - 1, -(2**63), 2**53 + 1),
    *(0.5, 1e308, -1e308, float("inf"), float("-inf"), 1e18, -1e12, 253_402_300_800.0),
    *("", "x", "ok", "nan", "9" * 40, "\x1b[31mred\x1b]0;title\x07", "a\nb\r\tc", "\0", "é" * 9000),
    *("{}", "[]", "null", "[" * 5000, '{"interval": NaN}', '{"interval": 1e999}', "n" * 200_000),
    *(b"", b"\x1b[2J", b"\xff\xfe", b"{}", zlib.compress(b"[[1e400]]\n"), bytes(70_000)),
    *(zlib.compress(bytes(80_000_000), 1), zlib.compress(b"[" * 100_000)),
)
"""What no writer would put where it is not."""

TABLES = (
    *("about", "entry_point", "target", "dictionary", "body", "answer", "run", "latest"),
    *("segment", "sample", "change", "server_status"),
)

STATEMENTS = (
    "DROP TABLE {table}",
    "DROP INDEX change_at",
    "ALTER TABLE {table} ADD COLUMN more",
    "ALTER TABLE {table} ADD COLUMN more AS (abs(-9223372036854775807 - 1))",
    "ALTER TABLE {table} RENAME TO other",
    "CREATE TRIGGER t AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END",
    "CREATE VIEW v AS SELECT * FROM {table}",
    "CREATE TABLE sqlitelike (x)",
    "DELETE FROM {table}",
    "INSERT INTO {table} SELECT * FROM {table} WHERE 0",
    "PRAGMA user_version = 0",
    "PRAGMA user_version = -5",
    "PRAGMA user_version = 99",
    "PRAGMA application_id = 1",
    "ANALYZE",
)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, to do with as one likes."""
    database = sqlite3.connect(path, isolation_level=None)
    # A view that was put there before may never end.
    steps = iter(range(500))
    database.set_progress_handler(lambda: next(steps, None) is None, 10_000)
    try:
        yield database
    finally:
        database.close()


def mutated(path: Path, chance: random.Random) -> str:
    """Change a recording in one way or several; what was done, to be told when a test fails."""
    ways = [_cell, _cell, _cell, _column, _policy, _packed, _statement, _view, _page]
    done = [chance.choice(ways)(path, chance) for _ in range(chance.choice((1, 1, 1, 3)))]
    return "; ".join(done)


def _cell(path: Path, chance: random.Random) -> str:
    return _put(path, chance, "WHERE rowid = (SELECT rowid FROM {table} ORDER BY random() LIMIT 1)")


def _column(path: Path, chance: random.Random) -> str:
    return _put(path, chance, "")


def _put(path: Path, chance: random.Random, where: str) -> str:
    with opened(path) as database, _ignored():
        table = chance.choice(TABLES)
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        column, value = chance.choice(columns), chance.choice(VALUES)
        if table == "about":
            where = where and f"WHERE name = '{chance.choice(('epoch', 'title', 'backoff'))}'"
        database.execute(
            f"UPDATE OR REPLACE {table} SET {column} = ? {where.format(table=table)}",
            (value,),
        )
        return f"{table}.{column} = {value!r:.60}{' of one row' if where else ''}"
    return "nothing"


def _policy(path: Path, chance: random.Random) -> str:
    with opened(path) as database, _ignored():
        (text,) = database.execute("SELECT policy FROM entry_point LIMIT 1").fetchone()
        table = json.loads(text)
        key = chance.choice(list(table))
        value = chance.choice([None, 1, -1, 1e308, "x", [], {}, True, [1, 2], {"open": "ok"}])
        holder = table
        if isinstance(table[key], dict) and chance.random() < 0.7:
            holder, key = table[key], chance.choice(list(table[key]))
        if chance.random() < 0.3:
            del holder[key]
        else:
            holder[key] = value
        text = json.dumps(table)
        if chance.random() < 0.2:
            text = '{"interval":' * 1500 + "1" + "}" * 1500
        database.execute("UPDATE entry_point SET policy = ?", (text,))
        return f"policy {text:.80}"
    return "nothing"


def _packed(path: Path, chance: random.Random) -> str:
    """Change what is packed in a segment, and pack it again."""
    with opened(path) as database, _ignored():
        column = chance.choice(("standing", "samples"))
        number, data = database.execute(
            f"SELECT id, {column} FROM segment ORDER BY random() LIMIT 1"
        ).fetchone()
        plain = bytearray(zlib.decompress(data))
        for _ in range(chance.choice((1, 5, 50))):
            plain[chance.randrange(len(plain))] = chance.choice(b"0159-,[]{}eE.\n\x00\xff\x7f")
        database.execute(
            f"UPDATE segment SET {column} = ? WHERE id = ?",
            (zlib.compress(bytes(plain)), number),
        )
        return f"{column} of segment {number}"
    return "nothing"


def _statement(path: Path, chance: random.Random) -> str:
    statement = chance.choice(STATEMENTS).format(table=chance.choice(TABLES))
    with opened(path) as database, _ignored():
        database.execute(statement)
    return statement


def _view(path: Path, chance: random.Random) -> str:
    """A view that computes for ever in the place of a table."""
    table = chance.choice(TABLES)
    with opened(path) as database, _ignored():
        names = ", ".join(row[1] for row in database.execute(f"PRAGMA table_info({table})"))
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
        database.execute(f"DROP TABLE {table}")
        values = ", ".join("x" for _ in names.split(","))
        database.execute(f"CREATE VIEW {table}({names}) AS SELECT {values} FROM ({endless})")
    return f"a view for {table}"


def _page(path: Path, chance: random.Random) -> str:
    data = bytearray(path.read_bytes())
    where = chance.randrange(len(data))
    for place in range(where, min(len(data), where + chance.choice((1, 8, 300)))):
        data[place] = chance.randrange(256)
    path.write_bytes(data)
    return f"bytes from {where}"


@contextmanager
def _ignored() -> Iterator[None]:
    """What SQLite does not let be done is not done."""
    try:
        yield
    except (sqlite3.Error, zlib.error, ArithmeticError, LookupError, RuntimeError, TypeError):
        return
    except (AttributeError, ValueError):  # of what was changed before
        return
