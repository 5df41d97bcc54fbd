-- Characters of body, as JavaScript counts them, and bytes of sealed together. What was written before has none until it is
-- written again.
ALTER TABLE object ADD COLUMN size INTEGER;
