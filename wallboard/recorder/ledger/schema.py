"""The table of a ledger. Times are Unix time in seconds, to the millisecond."""

from wallboard.domain.ledger_order import ONCE
from wallboard.domain.ledger_row import RowKind
from wallboard.recorder.file.file_schema import FileSchema

_ONCE = ", ".join(f"'{kind}'" for kind in RowKind if kind in ONCE)

IDENTITY = f"""
  kind,
  coalesce(server, ''),
  coalesce(number, -1),
  coalesce(onset, 0),
  CASE WHEN kind IN ({_ONCE}) THEN 0 ELSE at END,
  who,
  text,
  notice,
  channel
"""
"""What a ledger has only once, as ``ledger_order.identity`` has it."""

_TABLES = f"""
-- server: null for the whole board. number: of the entry point, null for a server as a whole.
-- who: empty for what the rules did. The columns are those of LedgerRow.
CREATE TABLE ledger (
  id INTEGER PRIMARY KEY,
  at REAL NOT NULL,
  kind TEXT NOT NULL,
  server TEXT,
  number INTEGER,
  onset REAL,
  level INTEGER,
  verdict TEXT NOT NULL,
  who TEXT NOT NULL,
  text TEXT NOT NULL,
  until REAL,
  notice TEXT NOT NULL,
  channel TEXT NOT NULL,
  board TEXT NOT NULL
);
CREATE INDEX ledger_at ON ledger (at);
CREATE INDEX ledger_of ON ledger (server, number);

-- Nothing is there twice, whoever wrote it first.
CREATE UNIQUE INDEX ledger_once ON ledger ({IDENTITY});
"""

LEDGER = FileSchema("ledger", 0x57424C47, _TABLES)
