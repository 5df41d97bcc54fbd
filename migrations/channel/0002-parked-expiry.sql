-- Parked deliveries by the time they expire, so that a pass reads those that are due and not all that are kept.
CREATE INDEX straggler_parked ON straggler (due_at) WHERE state = 'parked';

-- Who still needs the chunks of a large event.
CREATE INDEX straggler_blob ON straggler (blob) WHERE blob IS NOT NULL;
