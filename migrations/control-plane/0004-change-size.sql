-- Characters of body and bytes of sealed together. What was written before has none: it goes within the hour.
ALTER TABLE change ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
-- So that to add sizes up is not to read bodies.
CREATE INDEX change_size ON change (resource_version, size);
