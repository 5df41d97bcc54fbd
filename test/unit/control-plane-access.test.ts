import { describe, expect, test } from "vitest";
import { refuseAccess } from "../../src/control-plane/access/access.ts";
import { BROKERS, World } from "./control-plane-world.ts";

const open = { openAddress: "127.0.0.1:8787" };
const from = (host: string | null, origin: string | null = null, authorization: string | null = null) => ({
  host,
  origin,
  authorization,
});
const codeOf = (settings: object, request: ReturnType<typeof from>) => refuseAccess(settings, request)?.code;
const basic = (text: string) => `Basic ${btoa(text)}`;

describe("[CP-ACC] access", () => {
  test.each(["127.0.0.1:8787", "localhost:8787", "[::1]:8787", "LOCALHOST:8787"])(
    "[CP-ACC-1] open: %s passes",
    (host) => {
      expect(codeOf(open, from(host))).toBeUndefined();
      expect(codeOf(open, from(host, `http://${host}`))).toBeUndefined();
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
  ])("[CP-ACC-2] open: host %s with origin %s is refused", (host, origin) => {
    expect(codeOf(open, from(host, origin))).toBe(403);
  });

  test("[CP-ACC-3] open on port 80: hosts without a port", () => {
    expect(codeOf({ openAddress: "127.0.0.1:80" }, from("localhost"))).toBeUndefined();
  });

  test("[CP-ACC-4] neither open nor a token: everything is refused, naming the setting", async () => {
    expect(refuseAccess({}, from("localhost", null, "Bearer x"))?.message).toContain("SLUICE_ADMIN_TOKEN");
    expect(codeOf({ adminToken: "" }, from("localhost", null, "Bearer "))).toBe(403);
    const answer = await new World({ access: {} }).request("GET", BROKERS);
    expect([answer.code, answer.body.reason]).toEqual([403, "Forbidden"]);
  });

  test.each([
    ["Bearer secret", undefined],
    ["bearer secret", undefined],
    [basic("any:secret"), undefined],
    [basic("any:with:colon"), 401],
    [basic("secret"), 401],
    ["Basic !!!", 401],
    ["Bearer secretsecret", 401],
    ["Bearer secre", 401],
    ["Bearer ", 401],
    ["secret", 401],
    [null, 401],
  ])("[CP-ACC-5] token: %s gives %s", (authorization, code) => {
    expect(codeOf({ adminToken: "secret" }, from("any.test", "http://any.test", authorization))).toBe(code);
  });

  test("[CP-ACC-6] open with a token: both rules hold", () => {
    const both = { ...open, adminToken: "secret" };
    expect(codeOf(both, from("localhost:8787"))).toBe(401);
    expect(codeOf(both, from("evil.test", null, "Bearer secret"))).toBe(403);
    expect(codeOf(both, from("localhost:8787", null, "Bearer secret"))).toBeUndefined();
  });
});
