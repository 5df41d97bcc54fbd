/** Every bound of watches. */

/**
 * Watches at a time. Each holds a timer or two, a place in the log and at most one chunk; kubectl needs one, a controller or a
 * dashboard one for each kind.
 */
export const MAX_WATCHES = 200;

/**
 * Of one token, and of all tokens of a namespace together: who holds them cannot take all watches, however little they may read. The
 * admin token of the settings and open mode have no such limit.
 */
export const MAX_WATCHES_OF_TOKEN = 50;
export const MAX_WATCHES_OF_NAMESPACE = 100;

/**
 * Characters of the objects that watches begin with and have not sent yet, of all watches together: clients that ask and do not
 * read make each watch hold what a list would. One watch alone may hold more.
 */
export const MAX_UNSENT_CHARACTERS = 16 * 1024 * 1024;

/** When a refused client should try again, seconds. */
export const RETRY_AFTER_SECONDS = 10;

/**
 * A quiet watch says something after this time, after twice that, and so on, at last every `HEARTBEAT_MS`: proxies and clients
 * take a minute of silence for a dead connection. That a client has hung up shows when something is written to it and no
 * earlier, so a watch that nobody reads any more stays for about as long as it was read, and 20 seconds at most.
 */
export const FIRST_HEARTBEAT_MS = 1000;
export const HEARTBEAT_MS = 20_000;

/**
 * A watch ends by itself after a time between these, at random so that clients do not come back all at once. While one is
 * held the object is awake, which costs money on Cloudflare, and a client that vanished silently is found out then.
 */
export const SHORTEST_LIFE_MS = 300_000;
export const LONGEST_LIFE_MS = 600_000;

/** Changes read from the log at a time; of the largest objects 8 MB. */
export const CHANGES_AT_ONCE = 16;

/** Characters after which a chunk is sent although more could follow. */
export const CHUNK_CHARACTERS = 256 * 1024;
