import { describe, expect, test } from "vitest";
import { duplicateFieldsIn } from "../../src/control-plane/bodies/duplicate-fields.ts";

describe("[CP-DUP] fields named twice", () => {
  test.each([
    ["{}", []],
    ['{"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}]}', []],
    ['{"a":1,"a":2}', ["a"]],
    ['{"spec":{"delivery":{"retry":1,"x":[{"retry":2}],"retry":3}}}', ["spec.delivery.retry"]],
    ['{"l":[{"a":1},{"b":1 , "b" : 2}]}', ["l.b"]],
    ['{"a":"\\"a\\":1,{","b":"a"}', []],
    ['{"a":1,"\\u0061":2}', ["a"]],
    ['{"__proto__":1,"__proto__":2,"constructor":3}', ["__proto__"]],
    ['["a","a"]', []],
    [`{${'"a":1,'.repeat(100)}"b":1}`, Array.from({ length: 10 }, () => "a")],
  ])("[CP-DUP-1] %s: %j", (text, expected) => {
    expect(duplicateFieldsIn(text)).toEqual(expected);
  });
});
