-- Resources as Kubernetes-style objects. body is the object as JSON without its resourceVersion; of Secrets it holds no
-- values, those are in sealed (AES-GCM).
CREATE TABLE object (
  id INTEGER PRIMARY KEY,
  resource TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  resource_version INTEGER NOT NULL,
  body TEXT NOT NULL,
  sealed BLOB
);
CREATE UNIQUE INDEX object_key ON object (resource, namespace, name);
CREATE INDEX object_namespace ON object (namespace, resource, name);

-- One row per write, for watches: the newest ones only. previous_labels tells when an object leaves a selection.
CREATE TABLE change (
  resource_version INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  type TEXT NOT NULL,
  resource TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  sealed BLOB,
  previous_labels TEXT
);

-- Channels that were ever pushed to, written before the first push, so that deletion survives a crash.
-- acknowledged holds hashes of the last configuration the channel confirmed.
CREATE TABLE channel (
  name TEXT PRIMARY KEY,
  namespace TEXT NOT NULL,
  uid TEXT NOT NULL,
  acknowledged TEXT,
  removing INTEGER NOT NULL DEFAULT 0,
  failure TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at_ms INTEGER NOT NULL DEFAULT 0
);

-- resource_version, configuration_version, origin, told_url.
CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
