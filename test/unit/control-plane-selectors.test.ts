/** Label and field selectors in Kubernetes' grammar. */
import { describe, expect, test } from "vitest";
import { listOptions } from "../../src/control-plane/api/query-options.ts";
import { brokerKind } from "../../src/control-plane/kinds/eventing/broker.ts";
import { selectPage } from "../../src/control-plane/resources/list-page.ts";
import { Refusal } from "../../src/control-plane/resources/refusal.ts";
import { parseFieldSelector, parseLabelSelector } from "../../src/control-plane/resources/selectors.ts";
import { ObjectStore } from "../../src/control-plane/store/object-store.ts";
import type { SqlRow, SqlStore, SqlValue } from "../../src/core/sql-store.ts";
import { nodeSql } from "../kit/node-sql.ts";
import { SeededRandom } from "../kit/seeded-random.ts";
import { BROKERS, broker, KEY, SECRETS, secret, World } from "./control-plane-world.ts";

const labelled = (labels: Readonly<Record<string, string>>) => ({ metadata: { labels } });

describe("[CP-SEL] labels", () => {
  const objects = {
    none: labelled({}),
    gold: labelled({ tier: "gold", size: "3" }),
    silver: labelled({ tier: "silver", size: "12" }),
    empty: labelled({ tier: "" }),
  };
  test.each([
    ["", ["none", "gold", "silver", "empty"]],
    ["tier=gold", ["gold"]],
    ["tier == gold", ["gold"]],
    ["tier!=gold", ["none", "silver", "empty"]],
    ["tier=", ["empty"]],
    ["tier", ["gold", "silver", "empty"]],
    ["!tier", ["none"]],
    ["! tier", ["none"]],
    ["tier in (gold,silver)", ["gold", "silver"]],
    ["tier in ( gold , silver ),size", ["gold", "silver"]],
    ["tier in (gold,)", ["gold", "empty"]],
    ["tier in()", ["empty"]],
    ["tier notin (gold,silver)", ["none", "empty"]],
    ["size>3", ["silver"]],
    ["size<12", ["gold"]],
    ["tier,size in (3)", ["gold"]],
    ["in", []],
    ["notin in (a)", []],
    ["constructor", []],
    ["constructor!=x", ["none", "gold", "silver", "empty"]],
  ])("[CP-SEL-1] %s", (text, names) => {
    const selects = parseLabelSelector(text);
    expect(Object.entries(objects).flatMap(([name, object]) => (selects(object) ? [name] : []))).toEqual(names);
  });

  test.each([
    "(",
    "a in",
    "a in b",
    "a in (b",
    "a=b=c",
    "a in (b)(c)",
    "=a",
    "a b",
    ",",
    "a,",
    "a in ((b))",
    "size>x",
    "é=a",
  ])("[CP-SEL-2] %s is refused", (text) => {
    expect(() => parseLabelSelector(text)).toThrow(/^unable to parse requirement: /);
  });

  test("[CP-SEL-3] a long selector takes no longer than its length", () => {
    const text = `a in (${"b,".repeat(50_000)}b)${",a".repeat(50_000)}`;
    expect(parseLabelSelector(text)(labelled({ a: "b" }))).toBe(true);
  });
});

test("[CP-SEL-7] no text is more than refused", () => {
  const random = new SeededRandom(1);
  const signs = ["a", "=", "!", "in", " ", "(", ")", ",", "notin", "\\", "<", ">", "metadata.name", "-"];
  const outcomes = Array.from({ length: 3000 }, () => {
    const text = random.text(signs, random.between(1, 8));
    return [() => parseLabelSelector(text), () => parseFieldSelector(text, ["a"])].map(outcomeOf);
  });
  expect(new Set(outcomes.flat())).toEqual(new Set(["function", "BadRequest"]));
});

function outcomeOf(parse: () => unknown): string {
  try {
    return typeof parse();
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

describe("[CP-SEL] fields", () => {
  const event = {
    metadata: { name: "e", namespace: "default" },
    type: "Warning",
    involvedObject: { kind: "Broker", name: "a,b=c\\" },
  };
  const selectable = ["involvedObject.kind", "involvedObject.name", "type", "reason"];
  test.each([
    ["", true],
    ["metadata.name=e", true],
    ["metadata.name==e,metadata.namespace=default", true],
    ["metadata.name!=e", false],
    ["involvedObject.kind=Broker,type!=Normal", true],
    ["involvedObject.name=a\\,b\\=c\\\\", true],
    ["reason=", true],
    ["reason!=", false],
  ])("[CP-SEL-4] %s: %s", (text, selected) => {
    expect(parseFieldSelector(text, selectable)(event)).toBe(selected);
  });

  test.each([
    ["spec.x=1", "field label not supported: spec.x"],
    ["constructor=1", "field label not supported: constructor"],
    ["type", 'invalid selector: "type"; can\'t understand "type"'],
    ["type=a\\b", 'invalid selector: "type=a\\\\b"; can\'t understand "type=a\\\\b"'],
    ["type=a\\", 'invalid selector: "type=a\\\\"; can\'t understand "type=a\\\\"'],
  ])("[CP-SEL-5] %s is refused", (text, message) => {
    expect(() => parseFieldSelector(text, selectable)).toThrow(message);
  });

  test("[CP-SEL-6] a Secret can be selected by its type, a Broker cannot", async () => {
    const world = new World({ encryptionKey: KEY });
    await world.request("POST", SECRETS, secret("a", { k: "v" }));
    await world.request("POST", SECRETS, { ...secret("b", { k: "v" }), type: "example.com/token" });
    const selected = await world.request("GET", `${SECRETS}?fieldSelector=type%3Dexample.com/token`);
    expect(selected.body.items.map((item) => item.metadata.name)).toEqual(["b"]);
    await world.request("POST", BROKERS, broker("b"));
    const refused = await world.request("GET", `${BROKERS}?fieldSelector=type%3Dx`);
    expect([refused.code, refused.body.message]).toEqual([400, "field label not supported: type"]);
  });

  test("[CP-SEL-7] what is selected by its name is read alone, however many others there are", async () => {
    const world = new World();
    for (const name of ["a", "b", "c"]) await world.request("POST", BROKERS, broker(name));
    const sql = nodeSql(world.database);
    const read: SqlRow[] = [];
    const counting: SqlStore = {
      ...sql,
      all<Row extends SqlRow>(query: string, ...params: SqlValue[]): Row[] {
        const rows = sql.all<Row>(query, ...params);
        if (query.includes("FROM object")) read.push(...rows);
        return rows;
      },
    };
    const store = new ObjectStore(counting, () => 0);
    const scope = { kind: brokerKind, version: "v1", namespace: "default" };
    const options = listOptions(new URLSearchParams({ fieldSelector: "metadata.name=b" }), brokerKind);
    const { found } = selectPage(scope, options, store);
    expect(found.map(({ key }) => key.name)).toEqual(["b"]);
    // The row and its content.
    expect(read.length).toBe(2);
  });

  test.each([
    ["metadata.name%3Db", ["b"]],
    ["metadata.name!%3Db", ["a", "c"]],
    ["metadata.name%3Da,metadata.name%3Db", []],
    ["metadata.name%3Dd", []],
    ["metadata.name%3D", []],
  ])("[CP-SEL-8] Brokers by %s", async (text, names) => {
    const world = new World();
    for (const name of ["a", "b", "c"]) await world.request("POST", BROKERS, broker(name));
    const { body } = await world.request("GET", `${BROKERS}?fieldSelector=${text}`);
    expect(body.items.map((item) => item.metadata.name)).toEqual(names);
  });
});
