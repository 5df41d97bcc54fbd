-- Characters of body and bytes of sealed together. What was written before has none: it goes within the hour.
ALTER TABLE change ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
