/** Ports for servers of tests, below those that systems give to outgoing connections. */
import { createServer } from "node:net";

const LOWEST_PORT = 20_000;
const PORTS = 12_000;

/**
 * A port that was free a moment ago. While the server on it is down, no connection of a load can be given its port,
 * because those come from above.
 */
export function freePort(): Promise<number> {
  return portWhere(isFree);
}

/** A port that is free, with the next one free too: a router's event display listens there. */
export function freePortPair(): Promise<number> {
  return portWhere(async (port) => (await isFree(port)) && (await isFree(port + 1)));
}

export function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

async function portWhere(fits: (port: number) => Promise<boolean>): Promise<number> {
  for (;;) {
    const port = LOWEST_PORT + Math.floor(Math.random() * PORTS);
    if (await fits(port)) return port;
  }
}
