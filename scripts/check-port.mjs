/** Finds out whether a port can be bound before anything is started on it. */
import { createServer } from "node:net";
import { StartError } from "./start-error.mjs";

export async function checkPort(host, port) {
  const problem = await new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", resolve);
    probe.listen({ host: host === "*" ? "0.0.0.0" : host, port, exclusive: true }, () =>
      probe.close(() => resolve(undefined)),
    );
  });
  if (problem === undefined) return;
  if (problem.code === "EADDRINUSE") {
    throw new StartError(
      `Port ${port} on ${host} is in use. Stop the program that listens there, or set PORT to another port.`,
    );
  }
  throw new StartError(`Cannot listen on ${host}:${port} (${problem.message}). Check HOST and PORT.`);
}
