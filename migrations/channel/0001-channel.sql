-- One channel's log and the state of its subscriptions. INTEGER PRIMARY KEY costs one row per insert.

CREATE TABLE meta (
  key INTEGER PRIMARY KEY,          -- see storage.ts: which number means what
  value TEXT NOT NULL
);

-- One row per group commit, under 1.9 MB with everything in it.
CREATE TABLE segment (
  first_seq INTEGER PRIMARY KEY,
  count INTEGER NOT NULL,
  accepted_at INTEGER NOT NULL,     -- epoch milliseconds, never goes back
  ends BLOB NOT NULL,               -- count little-endian uint32: where each event ends in body
  keys TEXT,                        -- JSON [[index, key], ...] of idempotency keys
  body BLOB NOT NULL,               -- encoded events; of a chunked event its head alone
  blob INTEGER,                     -- chunked event: its data is in chunk rows of this blob
  blob_bytes INTEGER
);

-- Found at start without reading the log; costs a row only for segments that have keys.
CREATE INDEX segment_keys ON segment (first_seq) WHERE keys IS NOT NULL;

-- id = blob * 64 + part
CREATE TABLE chunk (
  id INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
);

-- One row per group of subscriptions: JSON of their positions, done ranges and counters.
CREATE TABLE position (
  id INTEGER PRIMARY KEY,
  body TEXT NOT NULL
);

-- One row per delivery that failed at least once, was out at a crash, or is parked.
CREATE TABLE straggler (
  id INTEGER PRIMARY KEY,
  subscription TEXT NOT NULL,
  seq INTEGER NOT NULL,
  state TEXT NOT NULL,              -- retrying, dead-lettering, replying, parked
  attempt INTEGER NOT NULL,         -- attempts made or being made in this state
  due_at INTEGER NOT NULL,          -- epoch milliseconds; of a parked one, when it expires
  leased INTEGER NOT NULL,          -- 1 while an attempt is out, 2 if a changed filter rejects it meanwhile
  ordering_key TEXT,                -- of an ordered subscription
  outcome TEXT NOT NULL,            -- JSON of the last failure
  event BLOB,                       -- parked: a copy of the encoded event
  blob INTEGER,                     -- parked, chunked: the blob that holds its data
  blob_bytes INTEGER
);

-- Settled outcomes for people to read; nothing depends on it.
CREATE TABLE journal (
  id INTEGER PRIMARY KEY,           -- epoch milliseconds of the flush, made unique
  body TEXT NOT NULL
);
