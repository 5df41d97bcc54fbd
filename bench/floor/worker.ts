/**
 * What the platform itself can do, as floors to measure the router against:
 *
 *   POST /accept   reads the body and answers 202
 *   POST /commit   the same, once a Durable Object has the body on disk: requests that wait together share one call,
 *                  calls that wait together share one row and one commit, one commit is in flight at a time
 *   GET /count     bodies in the object's table
 */
import { DurableObject } from "cloudflare:workers";

interface Env {
  readonly FLOOR: DurableObjectNamespace<Floor>;
}

interface Group {
  readonly bodies: Uint8Array[];
  readonly committed: Promise<void>;
}

/** The group that requests of this isolate can still join. */
let open: Group | undefined;

export default {
  async fetch(request, env, ctx): Promise<Response> {
    const { pathname } = new URL(request.url);
    const object = env.FLOOR.getByName("floor");
    if (pathname === "/count") return new Response(String(await object.count()));
    const body = new Uint8Array(await request.arrayBuffer());
    if (pathname === "/commit") await commitTogether(body, object, ctx);
    return new Response(null, { status: 202 });
  },
} satisfies ExportedHandler<Env>;

async function commitTogether(
  body: Uint8Array,
  object: DurableObjectStub<Floor>,
  ctx: ExecutionContext,
): Promise<void> {
  if (open === undefined) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    open = { bodies: [], committed: promise };
    ctx.waitUntil(lead(open, object).then(resolve, reject));
  }
  open.bodies.push(body);
  await open.committed;
}

async function lead(group: Group, object: DurableObjectStub<Floor>): Promise<void> {
  await scheduler.wait(0);
  open = undefined;
  await object.commit(joined(group.bodies), group.bodies.length);
}

interface Call {
  readonly bytes: Uint8Array;
  readonly bodies: number;
  resolve(): void;
  reject(error: unknown): void;
}

export class Floor extends DurableObject<Env> {
  #waiting: Call[] = [];
  #inFlight = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS batch (id INTEGER PRIMARY KEY, bodies INTEGER, body BLOB)");
  }

  /** Resolves when the bodies are on disk. */
  commit(bytes: Uint8Array, bodies: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ bytes, bodies, resolve, reject });
    if (!this.#inFlight) void this.#commitAll();
    return promise;
  }

  count(): number {
    return Number(this.ctx.storage.sql.exec("SELECT COALESCE(SUM(bodies), 0) AS bodies FROM batch").one().bodies);
  }

  async #commitAll(): Promise<void> {
    this.#inFlight = true;
    while (this.#waiting.length > 0) {
      const calls = this.#waiting;
      this.#waiting = [];
      try {
        const bodies = calls.reduce((sum, call) => sum + call.bodies, 0);
        const bytes = joined(calls.map((call) => call.bytes));
        this.ctx.storage.sql.exec("INSERT INTO batch (bodies, body) VALUES (?, ?)", bodies, bytes);
        await this.ctx.storage.sync();
        for (const call of calls) call.resolve();
      } catch (error) {
        for (const call of calls) call.reject(error);
      }
    }
    this.#inFlight = false;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
