import { describe, expect, test } from "vitest";
import { accessToken, tokenDigest } from "../../src/core/access-token.ts";
import { FakeChannels } from "./fake-channels.ts";

const tokenNumber = (index: number) => accessToken(new Uint8Array(32).fill(index));
const PUBLISHER = tokenNumber(1);
const VIEWER = tokenNumber(2);
const GONE = tokenNumber(3);

/** An ingress that asks for tokens, and a channel that one may publish to. */
async function asking(adminToken: string | undefined = "admin-token"): Promise<FakeChannels> {
  const channels = new FakeChannels("default/broker/b");
  channels.ask(adminToken);
  channels.ingress = { kind: "tokens", digests: [await tokenDigest(PUBLISHER)] };
  for (const token of [PUBLISHER, VIEWER]) channels.knownTokens.add(await tokenDigest(token));
  return channels;
}

function post(authorization?: string, path = "/default/b"): Request {
  const headers = {
    "ce-specversion": "1.0",
    "ce-id": "1",
    "ce-source": "/s",
    "ce-type": "t",
    "content-length": "2",
    ...(authorization === undefined ? {} : { authorization }),
  };
  return new Request(`http://sluice.test${path}`, { method: "POST", headers, body: "{}" });
}

describe("[ING-T] tokens of producers", () => {
  test.each([
    [`Bearer ${PUBLISHER}`, 202],
    [`bearer ${PUBLISHER}`, 202],
    [`Basic ${btoa(`any:${PUBLISHER}`)}`, 202],
    ["Bearer admin-token", 202],
    [`Bearer ${VIEWER}`, 403],
    [`Bearer ${GONE}`, 401],
    [`Bearer ${PUBLISHER}x`, 401],
    ["Bearer admin-toke", 401],
    ["Bearer ", 401],
    ["Basic !!!", 401],
    ["", 401],
    [undefined, 401],
  ])("[ING-T-9] %s gives %i, and only what is accepted is stored", async (authorization, status) => {
    const channels = await asking();
    expect((await channels.handle(post(authorization))).status).toBe(status);
    expect((await channels.handle(post(authorization))).status).toBe(status);
    expect(channels.events).toHaveLength(status === 202 ? 2 : 0);
  });

  test("[ING-T-10] refusals say what to do, and repeat no token", async () => {
    const channels = await asking();
    const answers = [];
    for (const authorization of [undefined, `Bearer ${GONE}`, `Bearer ${VIEWER}`]) {
      const { status, headers, body } = await channels.handle(post(authorization));
      answers.push([status, headers.get("www-authenticate"), await new Response(body).json()]);
    }
    expect(answers).toEqual([
      [
        401,
        'Bearer realm="sluice"',
        {
          error:
            'post with a token: "Authorization: Bearer TOKEN", that of a Secret of type sluice.dev/access-token and role publisher in namespace "default"',
        },
      ],
      [401, 'Bearer realm="sluice"', { error: "this token is not known: it is not whole, or its Secret was deleted" }],
      [
        403,
        null,
        {
          error:
            'this token may not post here: it takes the role publisher, editor or admin in namespace "default" or in "sluice-system"',
        },
      ],
    ]);
    expect(channels.records).toEqual([]);
  });

  test("[ING-T-11] in open mode nobody is asked, whatever they present; OPTIONS never", async () => {
    const channels = new FakeChannels("default/broker/b");
    const authorizations = [undefined, "Bearer x", `Bearer ${GONE}`];
    const statuses = authorizations.map(async (each) => (await channels.handle(post(each))).status);
    expect(await Promise.all(statuses)).toEqual([202, 202, 202]);
    expect(channels.requests.flatMap(({ request }) => request.calls.map(({ caller }) => caller))).toEqual(
      Array(3).fill(undefined),
    );
    channels.ask("admin-token");
    const options = new Request("http://sluice.test/default/b", { method: "OPTIONS" });
    expect((await channels.handle(options)).status).toBe(200);
  });

  test("[ING-T-12] without an admin token and not open: tokens are asked for all the same", async () => {
    const channels = await asking(undefined);
    const statuses = [post(), post("Bearer "), post("Bearer undefined"), post(`Bearer ${PUBLISHER}`)];
    const answers = statuses.map(async (request) => (await channels.handle(request)).status);
    expect(await Promise.all(answers)).toEqual([401, 401, 401, 202]);
  });

  test("[ING-T-13] producers of one group are judged one by one", async () => {
    const channels = await asking();
    await channels.handle(post(`Bearer ${PUBLISHER}`));
    await channels.handle(post(`Bearer ${VIEWER}`));
    channels.requests.length = 0;
    const group = [`Bearer ${VIEWER}`, `Bearer ${PUBLISHER}`, undefined, "Bearer admin-token", `Bearer ${PUBLISHER}`];
    await channels.handle(post("Bearer admin-token"));
    channels.requests.length = 0;
    const answers = await Promise.all(group.map((authorization) => channels.handle(post(authorization))));
    expect(answers.map(({ status }) => status)).toEqual([403, 202, 401, 202, 202]);
    expect(channels.requests.map(({ request }) => request.calls.length)).toEqual([5]);
  });

  test("[ING-T-14] a public channel takes everyone; one that does not know yet says 503, for the log why", async () => {
    const channels = await asking();
    channels.ingress = { kind: "public" };
    expect((await channels.handle(post())).status).toBe(202);
    expect((await channels.handle(post("Basic x"))).status).toBe(202);
    channels.ingress = undefined;
    const answer = await channels.handle(post(`Bearer ${PUBLISHER}`));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(channels.records.map(({ reason }) => reason)).toEqual(["the channel has no ingress rules yet"]);
    expect((await channels.handle(post("Bearer admin-token"))).status).toBe(202);
  });

  test("[ING-T-15] known producers cost the control plane nothing, and a flood of others next to nothing", async () => {
    const channels = await asking();
    for (let time = 0; time < 100; time++) await channels.handle(post(`Bearer ${PUBLISHER}`));
    expect(channels.lookups).toEqual([]);
    for (let time = 0; time < 100; time++) {
      expect((await channels.handle(post(`Bearer ${tokenNumber(100 + time)}`))).status).toBe(401);
    }
    expect(channels.lookups).toHaveLength(16);
    channels.nowMs += 1_000;
    for (let time = 0; time < 100; time++) await channels.handle(post(`Bearer ${tokenNumber(100 + time)}`));
    expect(channels.lookups).toHaveLength(20);
  });

  test("[ING-T-16] one that tries again and again is answered from memory, and is welcome within half a second", async () => {
    const channels = await asking();
    channels.settings.coalesce = false;
    for (let time = 0; time < 200; time++) expect((await channels.handle(post())).status).toBe(401);
    expect(channels.requests).toHaveLength(32);
    expect((await channels.handle(post(`Bearer ${PUBLISHER}`))).status).toBe(202);
    channels.ingress = { kind: "public" };
    channels.nowMs += 499;
    expect((await channels.handle(post())).status).toBe(401);
    channels.nowMs += 1;
    expect((await channels.handle(post())).status).toBe(202);
  });

  test("[ING-T-17] a control plane that does not answer leaves a refusal, not a failure", async () => {
    const channels = await asking();
    channels.knowsToken = () => Promise.reject(new Error("object reset"));
    expect((await channels.handle(post(`Bearer ${VIEWER}`))).status).toBe(401);
  });

  test("[ING-T-18] who may not post holds no room for large bodies, however slowly they send", async () => {
    const channels = await asking();
    // All the room there is, by announcement alone.
    const strangers = [26_000_000, 7_500_000].map((length) => channels.handle(large(length, undefined)));
    expect((await channels.handle(large(200_000, PUBLISHER))).status).toBe(202);
    expect(channels.events).toHaveLength(1);
    const refused = await channels.handle(large(200_000, VIEWER));
    expect(refused.status).toBe(403);
    expect(strangers).toHaveLength(2);
  });

  test("[ING-T-19] only who is not known to be welcome asks before a large body, and again after a refusal", async () => {
    const channels = await asking();
    const asked = () => channels.requests.map(({ request }) => request.bytes.length === 0);
    for (let time = 0; time < 2; time++) await channels.handle(large(100_000, PUBLISHER));
    expect(asked()).toEqual([true, false, false]);
    channels.ingress = { kind: "tokens", digests: [] };
    const statuses = [];
    for (let time = 0; time < 2; time++) statuses.push((await channels.handle(large(100_000, PUBLISHER))).status);
    expect([statuses, asked()]).toEqual([
      [403, 403],
      [true, false, false, false, true],
    ]);
    channels.requests.length = 0;
    expect((await channels.handle(large(100_000, "admin-token"))).status).toBe(202);
    expect(asked()).toEqual([false]);
  });
});

/** Sent at once with a token, and without one never. */
function large(length: number, token: string | undefined): Request {
  const headers = new Headers(post().headers);
  headers.set("content-length", String(length));
  if (token === undefined) {
    const init = { method: "POST", headers, body: new ReadableStream<Uint8Array>(), duplex: "half" } as const;
    return new Request("http://sluice.test/default/b", init);
  }
  headers.set("authorization", `Bearer ${token}`);
  return new Request("http://sluice.test/default/b", { method: "POST", headers, body: new Uint8Array(length) });
}
