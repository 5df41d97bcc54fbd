import { describe, expect, test } from "vitest";
import type { AccessToken } from "../../src/control-plane/access/access-token-secret.ts";
import { type AccessSettings, authenticate } from "../../src/control-plane/access/authenticate.ts";
import { ADMIN_USER, OPEN_USER, type User } from "../../src/control-plane/access/user.ts";
import { Refusal } from "../../src/control-plane/resources/refusal.ts";
import { accessToken, tokenDigest } from "../../src/core/access-token.ts";
import { BROKERS, World } from "./control-plane-world.ts";

const TOKEN = accessToken(new Uint8Array(32).fill(1));
const KNOWN: AccessToken = {
  digest: await tokenDigest(TOKEN),
  secretUid: "u",
  namespace: "default",
  name: "vera",
  role: "viewer",
};
const VERA: User = { name: "vera", uid: "u", role: "viewer", namespace: "default" };

const open = { openAddress: "127.0.0.1:8787" };
const from = (host: string | null, origin: string | null = null, authorization: string | null = null) => ({
  host,
  origin,
  authorization,
  impersonates: false,
});
const basic = (text: string) => `Basic ${btoa(text)}`;

/** The user, or the code of the refusal. */
async function outcome(settings: AccessSettings, request: ReturnType<typeof from>): Promise<User | number> {
  try {
    return await authenticate(settings, request, (digest) => (digest === KNOWN.digest ? KNOWN : undefined));
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe("[CP-ACC] who makes a request", () => {
  test.each(["127.0.0.1:8787", "localhost:8787", "[::1]:8787", "LOCALHOST:8787"])(
    "[CP-ACC-1] open: %s passes",
    async (host) => {
      expect(await outcome(open, from(host))).toEqual(OPEN_USER);
      expect(await outcome(open, from(host, `http://${host}`))).toEqual(OPEN_USER);
    },
  );

  test.each([
    ["evil.test:8787", null],
    ["127.0.0.1:8788", null],
    ["127.0.0.1", null],
    ["127.0.0.1.evil.test:8787", null],
    [null, null],
    ["127.0.0.1:8787", "http://evil.test"],
    ["127.0.0.1:8787", "null"],
    ["127.0.0.1:8787", "https://localhost:8787"],
    ["127.0.0.1:8787", "http://localhost:8788"],
  ])("[CP-ACC-2] open: host %s with origin %s is refused, whatever token it has", async (host, origin) => {
    expect(await outcome(open, from(host, origin))).toBe(403);
    expect(await outcome(open, from(host, origin, `Bearer ${TOKEN}`))).toBe(403);
  });

  test("[CP-ACC-3] open on port 80: hosts without a port", async () => {
    expect(await outcome({ openAddress: "127.0.0.1:80" }, from("localhost"))).toEqual(OPEN_USER);
  });

  test("[CP-ACC-4] neither open nor an admin token: everything is refused, naming the setting", async () => {
    expect(await outcome({}, from("localhost", null, `Bearer ${TOKEN}`))).toBe(403);
    expect(await outcome({ adminToken: "" }, from("localhost", null, "Bearer "))).toBe(403);
    const answer = await new World({ access: {} }).request("GET", BROKERS);
    expect([answer.code, answer.body.reason]).toEqual([403, "Forbidden"]);
    expect(answer.body.message).toContain("SLUICE_ADMIN_TOKEN");
  });

  test.each([
    ["Bearer secret", ADMIN_USER],
    ["bearer secret", ADMIN_USER],
    [basic("any:secret"), ADMIN_USER],
    [`Bearer ${TOKEN}`, VERA],
    [basic(`any:${TOKEN}`), VERA],
    [`Bearer ${TOKEN}x`, 401],
    [`Bearer ${accessToken(new Uint8Array(32).fill(2))}`, 401],
    [basic("any:with:colon"), 401],
    [basic("secret"), 401],
    ["Basic !!!", 401],
    ["Bearer secretsecret", 401],
    ["Bearer secre", 401],
    ["Bearer ", 401],
    ["secret", 401],
    [null, 401],
  ])("[CP-ACC-5] with an admin token: %s gives %j", async (authorization, expected) => {
    expect(await outcome({ adminToken: "secret" }, from("any.test", "http://any.test", authorization))).toEqual(
      expected,
    );
  });

  test("[CP-ACC-6] open with an admin token: both rules hold", async () => {
    const both = { ...open, adminToken: "secret" };
    expect(await outcome(both, from("localhost:8787"))).toBe(401);
    expect(await outcome(both, from("evil.test", null, "Bearer secret"))).toBe(403);
    expect(await outcome(both, from("localhost:8787", null, "Bearer secret"))).toEqual(ADMIN_USER);
  });

  test("[CP-ACC-7] open: a token that is presented counts, and one that is unknown is 401", async () => {
    expect(await outcome(open, from("localhost:8787", null, basic(`x:${TOKEN}`)))).toEqual(VERA);
    for (const wrong of ["Bearer x", "Basic !!!", ""]) {
      expect(await outcome(open, from("localhost:8787", null, wrong))).toBe(401);
    }
  });

  test("[CP-ACC-8] a token of the system namespace holds everywhere", async () => {
    const request = from("localhost:8787", null, `Bearer ${TOKEN}`);
    const user = await authenticate(open, request, () => ({ ...KNOWN, namespace: "sluice-system" }));
    expect(user).toEqual({ name: "vera", uid: "u", role: "viewer" });
  });

  test("[CP-ACC-9] whoever asks to be somebody else is refused, not taken for themselves", async () => {
    const world = new World();
    for (const name of ["impersonate-user", "impersonate-group", "impersonate-extra-x"]) {
      const answer = await world.request("GET", BROKERS, undefined, { [name]: "vera" });
      expect([answer.code, answer.body.reason]).toEqual([403, "Forbidden"]);
    }
  });

  test("[CP-ACC-10] 401 is a Status that asks for a password", async () => {
    const answer = await new World().request("GET", BROKERS, undefined, { authorization: "Bearer wrong" });
    expect([answer.code, answer.body]).toEqual([
      401,
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: "Unauthorized",
        reason: "Unauthorized",
        details: {},
        code: 401,
      },
    ]);
    expect(answer.headers.get("www-authenticate")).toBe('Basic realm="sluice"');
  });
});
