-- A subscriber's reply that could not be passed on: kept with its delivery, sent to the subscription's reply target alone.
ALTER TABLE straggler ADD COLUMN reply BLOB;              -- encoded event; of a chunked one its head alone
ALTER TABLE straggler ADD COLUMN reply_blob INTEGER;      -- chunked reply: its data is in chunk rows of this blob
ALTER TABLE straggler ADD COLUMN reply_blob_bytes INTEGER;
