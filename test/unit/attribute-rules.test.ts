import { describe, expect, test } from "vitest";
import { attributeFault, nameFault } from "../../src/core/attribute-rules.ts";
import { decodeHeaderValue, encodeHeaderValue } from "../../src/core/header-value.ts";

const VALID = { specversion: "1.0", id: "1", source: "/s", type: "t" };

describe("attributeFault", () => {
  test("[ATTR-1] passes required attributes, extensions of every type and names of object members", () => {
    expect(attributeFault(VALID)).toBeUndefined();
    expect(attributeFault({ ...VALID, n: 5, b: false, s: "", constructor: "x", tostring: "y" })).toBeUndefined();
    expect(
      attributeFault({ ...VALID, specversion: "0.3", schemaurl: "s", datacontentencoding: "base64" }),
    ).toBeUndefined();
  });

  test.each(["specversion", "id", "source", "type"])("[ATTR-1] needs %s, not empty and as a string", (name) => {
    const { [name]: _, ...without } = VALID as Record<string, string>;
    expect(attributeFault(without)).toBe(`${name} is missing: every event needs specversion, id, source, type`);
    expect(attributeFault({ ...VALID, [name]: "" })).toBe(`${name} must not be empty`);
    expect(attributeFault({ ...VALID, [name]: 1 })).toBe(`${name} must be a string`);
  });

  test.each(["0.2", "1.1", "19.0", "1", "1.0 "])("[ATTR-1] refuses specversion %j", (specversion) => {
    expect(attributeFault({ ...VALID, specversion })).toBe("specversion must be 1.0 or 0.3");
  });

  test("[ATTR-4] names and values have at most 131,072 bytes together", () => {
    const rest = Object.entries(VALID).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    const room = 131_072 - rest - 1;
    const x = `${"\u20ac".repeat(Math.floor(room / 3))}${"b".repeat(room % 3)}`;
    expect(attributeFault({ ...VALID, x })).toBeUndefined();
    expect(attributeFault({ ...VALID, x: `${x}a` })).toBe(
      "the attributes have more than 131072 bytes together: send less, or send it as data",
    );
  });

  test.each([
    ["2026-01-31T12:00:00Z", true],
    ["2026-01-31T12:00:00.123456789+05:30", true],
    ["2026-01-31t12:00:00z", true],
    ["2024-02-29T00:00:00Z", true],
    ["0000-02-29T00:00:00Z", true],
    ["2016-12-31T23:59:60Z", true],
    ["2026-02-29T00:00:00Z", false],
    ["2026-04-31T00:00:00Z", false],
    ["2026-13-01T00:00:00Z", false],
    ["2026-01-01T24:00:00Z", false],
    ["2026-01-01T00:00:00", false],
    ["2026-01-01", false],
    ["yesterday", false],
    ["", false],
  ])("[ATTR-2] time %j is valid: %s", (time, valid) => {
    expect(attributeFault({ ...VALID, time }) === undefined).toBe(valid);
  });

  test.each([
    ["/a/b", true],
    ["https://h/p?q#f", true],
    ["urn:x:y", true],
    ["./a:b", true],
    ["with space", true],
    ["%41", true],
    ["%%%", false],
    ["/50%", false],
    ["1:x", false],
    [":x", false],
    ["a\tb", false],
  ])("[ATTR-2] source %j is valid: %s", (source, valid) => {
    expect(attributeFault({ ...VALID, source }) === undefined).toBe(valid);
  });

  test.each([
    ["https://h/s", true],
    ["/relative", false],
    ["", false],
    ["https://h/%", false],
  ])("[ATTR-2] dataschema %j is valid: %s", (dataschema, valid) => {
    expect(attributeFault({ ...VALID, dataschema }) === undefined).toBe(valid);
  });

  test.each(["a\u0000b", "a\nb", "a\u007fb", "a\u0085b", "a\ud800b", "a\ufffeb"])(
    "[ATTR-3] refuses %j in any attribute",
    (value) => {
      expect(attributeFault({ ...VALID, ext: value })).toBe(
        "ext contains a control character or invalid Unicode: remove it",
      );
    },
  );

  test("[ATTR-3] datacontenttype is any text a header can carry", () => {
    expect(attributeFault({ ...VALID, datacontenttype: "garbage" })).toBeUndefined();
    expect(attributeFault({ ...VALID, datacontenttype: "text/\u00e9" })).toBe(
      "datacontenttype must be printable ASCII",
    );
  });
});

describe("nameFault", () => {
  test.each(["a", "BADEXT", "x1", "constructor"])("[ATTR-4] %s is a name", (name) => {
    expect(nameFault(name)).toBeUndefined();
  });

  test.each(["", "my_ext", "a-b", "__proto__", "\u212aey", "\u00e9", "data", "Data"])(
    "[ATTR-4] %j is no name",
    (name) => {
      expect(nameFault(name)).toEqual(expect.any(String));
    },
  );
});

describe("header values", () => {
  test.each([
    ["plain/x", "plain/x"],
    ["Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro \u20ac \u{1f600}"],
    ["%41%42", "AB"],
    ["100%", "100%"],
    ["100%25", "100%"],
    ["%2525", "%25"],
    ['"a b \\" c"', 'a b " c'],
    ["already \u00e9", "already \u00e9"],
    ["%C0%A0", undefined],
    ["%E2%82", undefined],
    ["bad \ufffd", undefined],
  ])("[MODE-2] decodes %j", (header, value) => {
    expect(decodeHeaderValue(header)).toBe(value);
  });

  test("[MODE-2] escapes exactly space, double quote, percent and what is no printable ASCII", () => {
    const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join("");
    expect(encodeHeaderValue(printable)).toBe(printable.split("%").join("%25").split('"').join("%22"));
    expect(encodeHeaderValue("a b\u00e9\u{1f600}")).toBe("a%20b%C3%A9%F0%9F%98%80");
  });
});
