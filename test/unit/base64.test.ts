import { describe, expect, test } from "vitest";
import { base64Text, base64UrlText, bytesOfBase64, decodeBase64 } from "../../src/core/base64.ts";

const bytes = Uint8Array.of(0xfb, 0xff, 0xfe, 0x00);

describe("base64", () => {
  test("[B64-1] bytes as text, and as text that can stand in an address", () => {
    expect([base64Text(bytes), base64UrlText(bytes)]).toEqual(["+//+AA==", "-__-AA"]);
  });

  test.each([
    ["+//+AA==", bytes],
    ["+//+AA", bytes],
    ["+//+AB==", bytes],
    ["", new Uint8Array()],
    ["-__-AA", undefined],
    ["+//+A", undefined],
  ])("[B64-2] %j as others write it", (text, expected) => {
    expect(bytesOfBase64(text)).toEqual(expected);
  });

  test.each(["+//+AA", "+//+AB==", "+//+ AA=="])("[B64-3] %j is no data of an event", (text) => {
    expect(decodeBase64(new TextEncoder().encode(text))).toBeUndefined();
  });
});
