import { describe, expect, test } from "vitest";
import { applyJsonPatch, parseJsonPatch } from "../../src/control-plane/patches/json-patch.ts";
import type { Json } from "../../src/control-plane/resources/json.ts";
import { Refusal } from "../../src/control-plane/resources/refusal.ts";

const patched = (target: Json, patch: Json) => applyJsonPatch(target, parseJsonPatch(patch));

/** The code and the message of the refusal that the work ends with. */
function refusal(work: () => unknown): readonly [number, string] {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return [error.code, error.message];
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("[CP-JSON] JSON patch, RFC 6902", () => {
  test.each<[string, Json, Json, Json]>([
    ["adds a member", { foo: "bar" }, [{ op: "add", path: "/baz", value: "qux" }], { foo: "bar", baz: "qux" }],
    ["adds an item", { foo: ["bar", "baz"] }, [{ op: "add", path: "/foo/1", value: 1 }], { foo: ["bar", 1, "baz"] }],
    ["adds at the end", { foo: [1] }, [{ op: "add", path: "/foo/-", value: [2] }], { foo: [1, [2]] }],
    ["adds after the last", { foo: [1] }, [{ op: "add", path: "/foo/1", value: 2 }], { foo: [1, 2] }],
    ["adds over what is there", { foo: 1 }, [{ op: "add", path: "/foo", value: null }], { foo: null }],
    ["replaces the whole of a list", [1], [{ op: "add", path: "", value: {} }], {}],
    ["replaces the whole", { foo: 1 }, [{ op: "add", path: "", value: [] }], []],
    ["removes a member", { a: 1, b: 2 }, [{ op: "remove", path: "/a" }], { b: 2 }],
    ["removes an item", { a: [1, 2, 3] }, [{ op: "remove", path: "/a/1" }], { a: [1, 3] }],
    ["replaces a member", { a: { b: 1 } }, [{ op: "replace", path: "/a/b", value: 2 }], { a: { b: 2 } }],
    ["replaces an item", [1, 2], [{ op: "replace", path: "/1", value: 3 }], [1, 3]],
    ["moves a value", { a: { b: 1 }, c: {} }, [{ op: "move", from: "/a/b", path: "/c/d" }], { a: {}, c: { d: 1 } }],
    ["moves an item", { a: [1, 2, 3] }, [{ op: "move", from: "/a/0", path: "/a/2" }], { a: [2, 3, 1] }],
    ["moves to where it is", { a: 1 }, [{ op: "move", from: "/a", path: "/a" }], { a: 1 }],
    ["copies a value", { a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/c" }], { a: { b: 1 }, c: { b: 1 } }],
    [
      "tests a value",
      { a: { c: 1, b: [null] } },
      [{ op: "test", path: "/a", value: { b: [null], c: 1 } }],
      { a: { c: 1, b: [null] } },
    ],
    [
      "reads ~1 and ~0",
      { "a/b": 1, "m~n": 2 },
      [
        { op: "remove", path: "/a~1b" },
        { op: "test", path: "/m~0n", value: 2 },
      ],
      { "m~n": 2 },
    ],
    ["reads ~01 as ~1", { "~1": 1 }, [{ op: "replace", path: "/~01", value: 2 }], { "~1": 2 }],
    ["knows the empty name", { "": 1 }, [{ op: "replace", path: "/", value: 2 }], { "": 2 }],
    [
      "carries operations out in order",
      {},
      [
        { op: "add", path: "/a", value: {} },
        { op: "add", path: "/a/b", value: 1 },
      ],
      { a: { b: 1 } },
    ],
  ])("[CP-JSON-1] %s", (_what, target, patch, expected) => {
    const before = JSON.stringify(target);
    expect(patched(target, patch)).toEqual(expected);
    expect(JSON.stringify(target)).toBe(before);
  });

  test.each<[Json, Json, string]>([
    [{ a: 1 }, [{ op: "test", path: "/a", value: "1" }], "operation 0 (test /a): the value is another one"],
    [{ a: 1 }, [{ op: "test", path: "/b", value: null }], "operation 0 (test /b): there is nothing at /b"],
    [{}, [{ op: "add", path: "/a/b", value: 1 }], "operation 0 (add /a/b): there is nothing at /a"],
    [{}, [{ op: "remove", path: "/x~1y" }], "operation 0 (remove /x~1y): there is nothing at /x~1y"],
    [
      { a: 1 },
      [
        { op: "test", path: "/a", value: 1 },
        { op: "replace", path: "/b", value: 1 },
      ],
      "operation 1 (replace /b): there is nothing at /b",
    ],
    [
      { a: 1 },
      [{ op: "add", path: "/a/b", value: 1 }],
      "operation 0 (add /a/b): what should hold it is neither an object nor a list",
    ],
    [{ a: [] }, [{ op: "add", path: "/a/1", value: 1 }], 'operation 0 (add /a/1): the list has no place "1"'],
    [{ a: [1] }, [{ op: "remove", path: "/a/01" }], "operation 0 (remove /a/01): there is nothing at /a/01"],
    [{ a: [1] }, [{ op: "remove", path: "/a/-" }], "operation 0 (remove /a/-): there is nothing at /a/-"],
    [
      { a: { b: 1 } },
      [{ op: "move", from: "/a", path: "/a/b" }],
      "operation 0 (move /a/b): /a cannot move into itself",
    ],
    [{}, [{ op: "remove", path: "" }], "operation 0 (remove ): the whole object cannot be removed"],
    [
      {},
      [{ op: "remove", path: "/constructor" }],
      "operation 0 (remove /constructor): there is nothing at /constructor",
    ],
    [
      {},
      [{ op: "test", path: "/__proto__/a", value: 1 }],
      "operation 0 (test /__proto__/a): there is nothing at /__proto__",
    ],
  ])("[CP-JSON-2] %j refuses %j", (target, patch, why) => {
    expect(refusal(() => patched(target, patch))).toEqual([422, `the JSON patch cannot be carried out: ${why}`]);
  });

  test.each<[Json, string]>([
    [{}, "a JSON patch is a list of operations"],
    [[1], "JSON patch operation 0: path must be a JSON pointer such as /metadata/labels"],
    [[{ op: "spam", path: "/a" }], "JSON patch operation 0: op must be one of add, remove, replace, move, copy, test"],
    [[{ path: "/a" }], "JSON patch operation 0: op must be one of add, remove, replace, move, copy, test"],
    [[{ op: "add", path: "/a" }], "JSON patch operation 0: add needs a value"],
    [[{ op: "remove", path: "a" }], "JSON patch operation 0: path must be a JSON pointer such as /metadata/labels"],
    [[{ op: "remove", path: "/~2" }], "JSON patch operation 0: path must be a JSON pointer such as /metadata/labels"],
    [[{ op: "copy", path: "/a" }], "JSON patch operation 0: from must be a JSON pointer such as /metadata/labels"],
  ])("[CP-JSON-3] %j is no JSON patch", (patch, why) => {
    expect(refusal(() => parseJsonPatch(patch))).toEqual([400, why]);
  });

  test("[CP-JSON-4] keys like a prototype's are data", () => {
    const result = patched({}, [
      { op: "add", path: "/__proto__", value: { polluted: 1 } },
      { op: "copy", from: "/__proto__", path: "/constructor" },
      { op: "add", path: "/constructor/prototype", value: 2 },
    ]);
    expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":1},"constructor":{"polluted":1,"prototype":2}}');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test("[CP-JSON-5] operations and copies are bounded", () => {
    const many = Array.from({ length: 10_001 }, () => ({ op: "test", path: "", value: {} }));
    expect(refusal(() => parseJsonPatch(many))).toEqual([
      413,
      "The allowed maximum operations in a JSON patch is 10000, got 10001",
    ]);
    const doubling = Array.from({ length: 60 }, (_, index) => ({ op: "copy", from: "", path: `/${index}` }));
    expect(refusal(() => patched({ a: 1 }, doubling))).toEqual([
      422,
      "the JSON patch cannot be carried out: operation 16 (copy /16): the patch copies too much",
    ]);
  });

  test("[CP-JSON-6] what nests without end is refused", () => {
    const nesting = Array.from({ length: 100 }, (_, depth) => ({ op: "add", path: "/a".repeat(depth + 1), value: {} }));
    const why = "the JSON patch cannot be carried out: the result would be nested deeper than 64 levels";
    expect(refusal(() => patched({}, nesting))).toEqual([422, why]);
    const copying = [...nesting.slice(0, 40), { op: "copy", from: "/a", path: "/b" }];
    expect(refusal(() => patched({}, [...nesting, { op: "copy", from: "/a", path: "/b" }]))[0]).toBe(422);
    expect(Object.keys(Object(patched({}, copying)))).toEqual(["a", "b"]);
  });
});
