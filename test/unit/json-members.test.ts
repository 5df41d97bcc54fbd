import { describe, expect, test } from "vitest";
import { arrayElements, isJsonText, objectMembers } from "../../src/core/json-members.ts";
import { SeededRandom } from "../kit/seeded-random.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function members(text: string): readonly (readonly [string, string])[] | undefined {
  const bytes = encoder.encode(text);
  return objectMembers(bytes)?.map(({ name, start, end }) => [name, decoder.decode(bytes.subarray(start, end))]);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("objectMembers", () => {
  test("[MODE-1] gives raw values and unescaped names, in order, duplicates included", () => {
    expect(
      members(' { "a\\u0062" : 12345678901234567890 , "": [1, {"x":"}"}],"\u00e9":"\\"\u20ac" ,"":null}\r\n'),
    ).toEqual([
      ["ab", "12345678901234567890"],
      ["", '[1, {"x":"}"}]'],
      ["\u00e9", '"\\"\u20ac"'],
      ["", "null"],
    ]);
    expect(members("{}")).toEqual([]);
  });

  test.each([
    "",
    " ",
    "[]",
    "1",
    "{",
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    "{a:1}",
    "{} {}",
    "\ufeff{}",
    "{'a':1}",
    '{"a":"\u001f"}',
    '{"a":"\n"}',
  ])("[MODE-1] refuses %j", (text) => {
    expect(members(text)).toBeUndefined();
  });

  test("[MODE-1] bounds the depth instead of the stack", () => {
    const nested = (levels: number) => `{"a":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    expect(members(nested(511))).toHaveLength(1);
    expect(members(nested(512))).toBeUndefined();
    expect(members(nested(1_000_000))).toBeUndefined();
  });
});

describe("arrayElements", () => {
  test("[JSON-7] 65,536 elements or members are told apart, one more makes the text invalid", () => {
    expect(arrayElements(encoder.encode(`[${"1,".repeat(65_535)}1]`))?.length).toBe(65_536);
    expect(arrayElements(encoder.encode(`[${"1,".repeat(65_536)}1]`))).toBeUndefined();
    expect(objectMembers(encoder.encode(`{${'"a":1,'.repeat(65_535)}"a":1}`))?.length).toBe(65_536);
    expect(objectMembers(encoder.encode(`{${'"a":1,'.repeat(65_536)}"a":1}`))).toBeUndefined();
    expect(isJsonText(encoder.encode(`[${"1,".repeat(65_536)}1]`))).toBe(true);
  });

  test("[MODE-1] gives the raw elements", () => {
    const bytes = encoder.encode('[ {"a":1} ,2,"]" ]');
    const texts = arrayElements(bytes)?.map(({ start, end }) => decoder.decode(bytes.subarray(start, end)));
    expect(texts).toEqual(['{"a":1}', "2", '"]"']);
    expect(arrayElements(encoder.encode("{}"))).toBeUndefined();
    expect(arrayElements(encoder.encode("[1,]"))).toBeUndefined();
  });
});

describe("isJsonText", () => {
  test("[MODE-1] agrees with JSON.parse on mutated texts (seeded)", () => {
    const random = new SeededRandom(20261123);
    const seeds = [
      '{"a":[1,-0.5e+10,true,false,null,"x\\n\\u00e9\\\\"],"b":{"c":{}},"d":[]}',
      '[0,-1,1.25,1E5,"\u00e9\u20ac\ud83d\ude00",[[["deep"]]]]',
      '"plain"',
      " -12.5e-3 ",
    ];
    const alphabet = [..."{}[],:\"\\0123456789.eE+-truefalsn \t\n\r\u0001u/\u00e9\u{1f600}'", "\\u12", "null", '"a":'];
    let valid = 0;
    for (let round = 0; round < 30_000; round++) {
      const characters = [...random.pick(seeds)];
      for (let edits = random.below(3); edits >= 0; edits--) {
        const removed = random.below(3) === 0 ? random.below(4) : random.below(2);
        characters.splice(random.below(characters.length), removed, random.text(alphabet, random.below(2)));
      }
      const text = characters.join("");
      const expected = parses(text);
      if (expected) valid++;
      expect([text, isJsonText(encoder.encode(text))]).toEqual([text, expected]);
    }
    // The generator must exercise both verdicts.
    expect(valid).toBeGreaterThan(3_000);
    expect(valid).toBeLessThan(27_000);
  });

  test("[MODE-1] agrees with a strict UTF-8 decoder inside strings (seeded)", () => {
    const random = new SeededRandom(7);
    const strict = new TextDecoder("utf-8", { fatal: true });
    const lead = [0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff];
    const rest = [0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc2];
    let valid = 0;
    for (let round = 0; round < 30_000; round++) {
      const inner = [random.pick(lead), ...Array.from({ length: random.below(4) }, () => random.pick(rest))];
      const bytes = Uint8Array.from([0x22, ...inner, 0x22]);
      let expected = true;
      try {
        strict.decode(bytes);
      } catch {
        expected = false;
      }
      if (expected) valid++;
      expect([inner, isJsonText(bytes)]).toEqual([inner, expected]);
    }
    expect(valid).toBeGreaterThan(1_000);
  });

  test("[MODE-1] is linear: 8 MB of open brackets, backslashes or one long string", () => {
    for (const text of ["[".repeat(8_000_000), `"${"\\\\".repeat(4_000_000)}`, `"${"a".repeat(8_000_000)}`]) {
      expect(isJsonText(encoder.encode(text))).toBe(false);
    }
  });
});
