import { expect, test } from "vitest";
import { urlPath } from "../../src/core/url-path.ts";

test.each([
  "http://127.0.0.1:8080/default/b",
  "http://127.0.0.1:8080/default/b/?x=/1#y",
  "http://127.0.0.1:8080",
  "http://127.0.0.1:8080?x=/1",
  "http://127.0.0.1:8080/",
  "http://127.0.0.1:8080//b",
])("[ING-1] the path of %s is the one that a URL parser finds", (url) => {
  expect(urlPath(url)).toBe(new URL(url).pathname);
});

test.each(["/default/%2e%2e/apis/x", "/default/../apis/x", "/a%2Fb"])("[ING-1] %s stays as it was sent", (path) => {
  expect(urlPath(`http://127.0.0.1:8080${path}?q`)).toBe(path);
});
