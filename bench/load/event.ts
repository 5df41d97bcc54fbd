/** The event that all loads post, in binary content mode; only its id differs. */

export const EVENT_TYPE = "com.example.bench";
export const CONNECTIONS = 64;
/** Data of each event. */
export const EVENT_BYTES = 1024;

export const EVENT_BODY = `{"text":"${"x".repeat(EVENT_BYTES - '{"text":""}'.length)}"}`;

/** Without `ce-id`. */
export const EVENT_HEADERS: Readonly<Record<string, string>> = {
  "ce-specversion": "1.0",
  "ce-type": EVENT_TYPE,
  "ce-source": "/bench",
  "content-type": "application/json",
};
