-- Access tokens by what a request presents: the SHA-256 of the token, never the token. Each row belongs to a Secret.
CREATE TABLE token (
  digest TEXT PRIMARY KEY,
  secret_uid TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL
);
CREATE UNIQUE INDEX token_secret ON token (secret_uid);
CREATE INDEX token_namespace ON token (namespace);
