import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type ChannelName, parseChannelName } from "../../src/core/channel-name.ts";
import type { AppendAnswer, AppendRequest } from "../../src/core/channel-protocol.ts";
import { ANSWER_TIMEOUT_MS, type CoalescePorts, Coalescer, type PendingCall } from "../../src/ingress/coalesce.ts";

function channel(name: string): ChannelName {
  const parsed = parseChannelName("default", "broker", name);
  if (parsed === undefined) throw new Error(`no name: ${name}`);
  return parsed;
}

const B = channel("b");
const C = channel("c");

function call(text: string, key?: string): PendingCall {
  const bytes = new TextEncoder().encode(text);
  return { events: [bytes], bytes: bytes.length, ...(key !== undefined && { key }) };
}

function sized(bytes: number): PendingCall {
  return { events: [new Uint8Array(bytes)], bytes };
}

/** Under the fake timers of the tests. */
function timer(delayMs: number, work: () => void): () => void {
  const set = setTimeout(work, delayMs);
  return () => clearTimeout(set);
}

/** Appends and yields that the test lets go one by one. */
class Stage {
  readonly appends: {
    readonly name: string;
    readonly request: AppendRequest;
    readonly answer: PromiseWithResolvers<AppendAnswer>;
  }[] = [];
  readonly yields: PromiseWithResolvers<void>[] = [];
  readonly background: Promise<unknown>[] = [];
  readonly coalescer = new Coalescer();
  nowMs = 0;
  coalesce = true;

  readonly #ports: CoalescePorts = {
    append: (name, request) => {
      const answer = Promise.withResolvers<AppendAnswer>();
      this.appends.push({ name, request, answer });
      return answer.promise;
    },
    now: () => this.nowMs,
    schedule: timer,
    yieldOnce: () => {
      const gate = Promise.withResolvers<void>();
      this.yields.push(gate);
      return gate.promise;
    },
    waitUntil: (work) => this.background.push(work),
    settings: { coalesce: true },
  };

  append(name: ChannelName, pending: PendingCall) {
    return this.coalescer.append(name, pending, { ...this.#ports, settings: { coalesce: this.coalesce } });
  }

  async letYield(index: number): Promise<void> {
    this.yields[index]?.resolve();
    await settled();
  }

  accept(index: number, ...duplicates: boolean[]): void {
    const calls = duplicates.map((duplicate) => ({ kind: "stored" as const, duplicate, position: "0" }));
    this.appends[index]?.answer.resolve({ kind: "accepted", calls });
  }

  /** Texts of the calls of each append. */
  get groups(): readonly string[][] {
    return this.appends.map(({ request }) => {
      let offset = 0;
      return request.calls.map(({ lengths }) => {
        const [length = 0] = lengths;
        offset += length;
        return new TextDecoder().decode(request.bytes.subarray(offset - length, offset));
      });
    });
  }
}

/** Runs every continuation that is ready. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

const ACCEPTED = { kind: "accepted", duplicate: false };

describe("Coalescer", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("[COAL-1] calls of one turn share one append, and each gets its own answer", async () => {
    const stage = new Stage();
    const answers = [stage.append(B, call("one")), stage.append(B, call("two", "p:k")), stage.append(B, call("3"))];
    expect([stage.yields.length, stage.appends.length]).toEqual([1, 0]);
    await stage.letYield(0);
    expect(stage.appends.map(({ name, request }) => [name, request.calls])).toEqual([
      [B, [{ lengths: [3] }, { lengths: [3], key: "p:k" }, { lengths: [1] }]],
    ]);
    expect(stage.groups).toEqual([["one", "two", "3"]]);
    stage.accept(0, false, true, false);
    expect(await Promise.all(answers)).toEqual([ACCEPTED, { kind: "accepted", duplicate: true }, ACCEPTED]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("[COAL-1] channels do not share, and the bytes have a buffer of their own", async () => {
    const stage = new Stage();
    void stage.append(B, call("b"));
    void stage.append(C, call("c"));
    await stage.letYield(0);
    await stage.letYield(1);
    expect(stage.appends.map(({ name }) => name)).toEqual([B, C]);
    expect(stage.appends.map(({ request }) => request.bytes.buffer.byteLength)).toEqual([1, 1]);
  });

  test("[COAL-2] while an append is slow, later calls form the next group", async () => {
    const stage = new Stage();
    const first = stage.append(B, call("1"));
    await stage.letYield(0);
    const later = [stage.append(B, call("2")), stage.append(B, call("3"))];
    await stage.letYield(1);
    expect(stage.groups).toEqual([["1"], ["2", "3"]]);
    stage.accept(1, false, false);
    expect(await Promise.all(later)).toEqual([ACCEPTED, ACCEPTED]);
    stage.accept(0, false);
    expect(await first).toEqual(ACCEPTED);
  });

  test("[COAL-2] with two appends on their way, the next group stays open for five milliseconds", async () => {
    const stage = new Stage();
    void stage.append(B, call("1"));
    await stage.letYield(0);
    void stage.append(B, call("2"));
    await stage.letYield(1);
    const gathered = [stage.append(B, call("3"))];
    await settled();
    expect(stage.yields).toHaveLength(2);
    vi.advanceTimersByTime(4);
    await settled();
    gathered.push(stage.append(B, call("4")));
    expect(stage.groups).toEqual([["1"], ["2"]]);
    vi.advanceTimersByTime(1);
    await settled();
    expect(stage.groups).toEqual([["1"], ["2"], ["3", "4"]]);
    for (const index of [0, 1]) stage.accept(index, false);
    stage.accept(2, false, true);
    expect(await Promise.all(gathered)).toEqual([ACCEPTED, { kind: "accepted", duplicate: true }]);
    // Nothing is on its way any more: the next one goes at once.
    void stage.append(B, call("5"));
    expect(stage.yields).toHaveLength(3);
  });

  test("[COAL-3] the call runs in waitUntil: a leader whose request ended harms nobody", async () => {
    const stage = new Stage();
    // Nobody awaits the leader's answer any more.
    void stage.append(B, call("leader"));
    const follower = stage.append(B, call("follower"));
    expect(stage.background).toHaveLength(1);
    await stage.letYield(0);
    stage.accept(0, false, false);
    expect(await follower).toEqual(ACCEPTED);
    await Promise.all(stage.background);
  });

  test("[COAL-4] a failing append reaches every member once, and nothing is left rejected", async () => {
    const stage = new Stage();
    const answers = [stage.append(B, call("1")), stage.append(B, call("2"))];
    await stage.letYield(0);
    stage.appends[0]?.answer.reject(new Error("reset"));
    const failed = { kind: "failed", reason: "Error: reset" };
    expect(await Promise.all(answers)).toEqual([failed, failed]);
    await expect(Promise.all(stage.background)).resolves.toHaveLength(1);
    expect(stage.appends).toHaveLength(1);
  });

  test("[COAL-4] a refusal of the channel reaches every member", async () => {
    const stage = new Stage();
    const answers = [stage.append(B, call("1")), stage.append(B, call("2"))];
    await stage.letYield(0);
    const overloaded: AppendAnswer = { kind: "overloaded", retryAfterMs: 5 };
    stage.appends[0]?.answer.resolve(overloaded);
    expect(await Promise.all(answers)).toEqual([overloaded, overloaded]);
  });

  test("[COAL-5] a member that waits too long is told so and detaches the group for those after it", async () => {
    const stage = new Stage();
    const first = stage.append(B, call("1"));
    vi.advanceTimersByTime(ANSWER_TIMEOUT_MS);
    expect(await first).toEqual({ kind: "failed", reason: "the channel did not answer in time" });
    // The clock of the group has not moved, so only the timeout can have detached it.
    const second = stage.append(B, call("2"));
    expect(stage.yields).toHaveLength(2);
    await stage.letYield(1);
    stage.accept(0, false);
    expect(await second).toEqual(ACCEPTED);
    // The lost leader comes back: its event is still appended, and nobody is waiting.
    await stage.letYield(0);
    expect(stage.groups).toEqual([["2"], ["1"]]);
  });

  test("[COAL-5] a deadline that only some members watch ends the wait of all of them", async () => {
    const stage = new Stage();
    const answers = Array.from({ length: 6 }, (_, index) => stage.append(B, call(String(index))));
    expect(vi.getTimerCount()).toBe(2);
    await stage.letYield(0);
    vi.advanceTimersByTime(ANSWER_TIMEOUT_MS);
    const failed = { kind: "failed", reason: "the channel did not answer in time" };
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 6 }, () => failed));
    expect(vi.getTimerCount()).toBe(0);
  });

  test("[COAL-5] a timeout of a group that is closed does not detach its successor", async () => {
    const stage = new Stage();
    const first = stage.append(B, call("1"));
    await stage.letYield(0);
    vi.advanceTimersByTime(ANSWER_TIMEOUT_MS - 1);
    void stage.append(B, call("2"));
    vi.advanceTimersByTime(1);
    expect((await first).kind).toBe("failed");
    void stage.append(B, call("3"));
    await stage.letYield(1);
    expect(stage.groups).toEqual([["1"], ["2", "3"]]);
  });

  test("[COAL-6] a group closes at 512 calls", async () => {
    const stage = new Stage();
    for (let index = 0; index < 513; index++) void stage.append(B, call("x"));
    await stage.letYield(0);
    await stage.letYield(1);
    expect(stage.groups.map((group) => group.length)).toEqual([512, 1]);
  });

  test("[COAL-6] a group closes at 4 MB", async () => {
    const stage = new Stage();
    for (let index = 0; index < 5; index++) void stage.append(B, sized(999_999));
    await stage.letYield(0);
    await stage.letYield(1);
    expect(stage.appends.map(({ request }) => request.calls.length)).toEqual([4, 1]);
  });

  test("[COAL-6] nobody joins a group older than 50 ms", async () => {
    const stage = new Stage();
    void stage.append(B, call("1"));
    stage.nowMs = 50;
    void stage.append(B, call("2"));
    stage.nowMs = 51;
    void stage.append(B, call("3"));
    await stage.letYield(0);
    await stage.letYield(1);
    expect(stage.groups).toEqual([["1", "2"], ["3"]]);
  });

  test("[COAL-7] a large call, and every call when switched off, goes alone and at once", async () => {
    const stage = new Stage();
    const answers = [stage.append(B, sized(1_000_001))];
    stage.coalesce = false;
    answers.push(stage.append(B, call("1")), stage.append(B, call("2")));
    expect([stage.yields.length, stage.appends.length, stage.background.length]).toEqual([0, 3, 3]);
    for (const index of [0, 1, 2]) stage.accept(index, index === 2);
    expect(await Promise.all(answers)).toEqual([ACCEPTED, ACCEPTED, { kind: "accepted", duplicate: true }]);
  });
});
