-- How far the log of a channel was read for the types of events that came, as a position; of the channel that had this uid.
CREATE TABLE types_read (
  channel TEXT PRIMARY KEY,
  uid TEXT NOT NULL,
  position TEXT NOT NULL
);
