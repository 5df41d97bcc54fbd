import { describe, expect, test } from "vitest";
import { Routes } from "../../src/ingress/route.ts";

const at = (path: string) => new Routes().of(`http://127.0.0.1:8080${path}`);

describe("where a path leads", () => {
  test.each([
    ["/default/b", "default/broker/b"],
    ["/default/b/", "default/broker/b"],
    ["/default/b?x=/1/2", "default/broker/b"],
    ["/default/b/?x", "default/broker/b"],
    ["/default/channels", "default/broker/channels"],
    ["/ns/channels/c", "ns/channel/c"],
    ["/ns/inmemorychannels/c.d", "ns/inmemorychannel/c.d"],
    ["/ns/sequences/s", "ns/sequence/s"],
    ["/ns/parallels/p", "ns/parallel/p"],
    ["/ns/requestreplies/r", "ns/requestreply/r"],
    ["/ns/eventtransforms/e/", "ns/eventtransform/e"],
    ["/apis-x/b", "apis-x/broker/b"],
  ])("[ING-1] %s leads to %s", (path, name) => {
    expect(at(path)).toEqual({ kind: "channel", name, isBroker: name.includes("/broker/") });
  });

  test.each([
    "/default",
    "/default/",
    "/a/default/b",
    "/default/brokers/b",
    "/default/webhooks/g",
    "/a/b/c/d",
    "//b",
    "/a//b",
    "/default/b//",
  ])("[ING-1] %s is malformed", (path) => {
    expect(at(path).kind).toBe("malformed");
  });

  test.each([
    "",
    "/",
    "//",
    "/?x",
    "?x=/a/b",
    "/Default/b",
    "/default/B",
    "/default/%62",
    "/default/b_c",
    `/default/${"b".repeat(254)}`,
  ])("[ING-1] there is nothing at %j", (path) => {
    expect(at(path).kind).toBe("not-found");
  });

  test.each(["api", "apis", "openapi", "version", "readyz", "livez", "healthz", "metrics", "console", ".well-known"])(
    "[ING-1] %s is reserved",
    (namespace) => {
      expect([at(`/${namespace}`).kind, at(`/${namespace}/b`).kind, at(`/${namespace}/channels/c`).kind]).toEqual([
        "not-found",
        "not-found",
        "not-found",
      ]);
    },
  );
});

describe("Routes", () => {
  test("[ING-1] what is remembered is what was found, for each path its own", () => {
    const routes = new Routes();
    const urls = ["/default/a", "/default/b", "/default", `/default/${"x".repeat(2_000)}`];
    const found = () => urls.map((path) => routes.of(`http://127.0.0.1:8080${path}`));
    expect(found()).toEqual(urls.map(at));
    expect(found()).toEqual(urls.map(at));
  });

  test("[ING-1] however many paths are asked for, only some are remembered", () => {
    const routes = new Routes();
    const first = routes.of("http://127.0.0.1:8080/default/b0");
    for (let index = 0; index <= 2_000; index++) routes.of(`http://127.0.0.1:8080/default/b0?${index}`);
    expect(routes.of("http://127.0.0.1:8080/default/b0")).toBe(first);
    for (let index = 1; index <= 1_024; index++) routes.of(`http://127.0.0.1:8080/default/b${index}`);
    expect(routes.of("http://127.0.0.1:8080/default/b0")).not.toBe(first);
  });
});
