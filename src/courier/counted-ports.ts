/** What one run asks of others, counted: the platform allows an invocation so many requests, whatever they are for. */
import type { CourierPorts } from "./ports.ts";

export interface CountedPorts {
  readonly ports: CourierPorts;
  /** Requests made so far. */
  readonly requests: () => number;
}

/** `ports` is a plain object. */
export function countedPorts(ports: CourierPorts): CountedPorts {
  let requests = 0;
  const one = <Call>(call: Call): Call => {
    requests++;
    return call;
  };
  return {
    requests: () => requests,
    ports: {
      ...ports,
      lease: (channel, request) => one(ports.lease(channel, request)),
      readPart: (channel, blob, part) => one(ports.readPart(channel, blob, part)),
      appendTo: (channel, request) => one(ports.appendTo(channel, request)),
      fetch: (url, init, binding) => one(ports.fetch(url, init, binding)),
    },
  };
}
