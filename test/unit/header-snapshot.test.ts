import { expect, test } from "vitest";
import { HeaderSnapshot } from "../../src/core/header-snapshot.ts";

test("[HDR-1] a snapshot answers as the headers it was taken of, and goes on doing so", () => {
  const headers = new Headers({ "CE-Id": "1", "content-type": "text/plain", constructor: "x" });
  const snapshot = new HeaderSnapshot(headers);
  headers.delete("ce-id");
  const seen: string[][] = [];
  snapshot.forEach((value, name) => {
    seen.push([name, value]);
  });
  expect(seen.sort()).toEqual([
    ["ce-id", "1"],
    ["constructor", "x"],
    ["content-type", "text/plain"],
  ]);
  expect(["ce-id", "constructor", "toString"].map((name) => snapshot.get(name))).toEqual(["1", "x", null]);
});
