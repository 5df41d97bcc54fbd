import { describe, expect, test } from "vitest";
import { encodeEvent } from "../../src/core/event-codec.ts";
import { LeasedEvents } from "../../src/courier/outgoing.ts";

const head = { attributes: { specversion: "1.0", id: "1", source: "/s", type: "t" }, headers: [], hops: 9 };
const data = new TextEncoder().encode("hello");
const bytes = encodeEvent({ head, data });

function leased(): LeasedEvents {
  const events = [{ kind: "inline", start: 0, end: bytes.length }] as const;
  return new LeasedEvents({ deliveries: [], routes: [], events, bytes, more: false });
}

describe("the events of a lease", () => {
  test("[OUT-1] all deliveries of an event share what was decoded and encoded", () => {
    const events = leased();
    const [one, other] = [events.at(0), events.at(0)];
    expect(one?.event).toEqual({ head, data });
    expect(one).toBe(other);
    expect(one?.message("binary")).toBe(other?.message("binary"));
    expect(one?.message("json")).not.toBe(one?.message("binary"));
  });

  test("[OUT-2] an event keeps nothing of the lease alive", () => {
    expect(leased().at(0)?.event.data.buffer).not.toBe(bytes.buffer);
  });

  test("[OUT-3] extensions make an event of their own", () => {
    const event = leased().at(0);
    const dead = event?.with({ knativeerrorcode: "503" });
    expect(dead?.message("binary").headers).toEqual([
      ...(event?.message("binary").headers ?? []),
      ["ce-knativeerrorcode", "503"],
    ]);
    expect(event?.event.head.attributes).toEqual(head.attributes);
  });

  test("[OUT-4] a lease without such an event has none", () => {
    expect(leased().at(1)).toBeUndefined();
  });
});
