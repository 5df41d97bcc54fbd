/** One Broker with a Trigger for each combination of attributes and extensions, as Knative's tests have it, over real HTTP. */
import { expect, test } from "vitest";
import { startRouter } from "../harness.ts";
import { BrokerSpace } from "./broker-space.ts";

type Attributes = Readonly<Record<string, string>>;

const [SOURCE_1, SOURCE_2] = ["http://source1.test", "http://source2.test"];
const [type1, type2] = ["type1", "type2"].map((type) => ({ type }));
const [source1, source2] = [SOURCE_1, SOURCE_2].map((source) => ({ source }));
const extension1 = { extname1: "extval1" };
const extension2 = { extname2: "extvalue2" };

/** By id. */
const EVENTS: Readonly<Record<string, Attributes>> = {
  a: { ...type1, ...source1 },
  b: { ...type1, ...source2 },
  c: { ...type2, ...source1 },
  d: { ...type2, ...source2 },
  e: { ...type1, ...source1, ...extension1 },
  f: { ...type1, ...source1, ...extension1, ...extension2 },
  g: { ...type1, ...source1, ...extension2 },
  h: { ...type1, ...source2, ...extension1 },
  i: { ...type2, ...source1, extname1: "nonmatchingextval" },
  j: { ...type2, ...source2, nonmatchingextname: "extval1" },
  k: { ...type2, ...source2, ...extension1, ...extension2 },
  l: { ...type2, ...source2, ...extension1, nonmatchingextname: "extvalue2" },
};

/** What each Trigger asks for, an empty value standing for any, and the ids of the events that it gets. */
const TRIGGERS: Readonly<Record<string, { readonly attributes: Attributes; readonly ids: string }>> = {
  all: { attributes: { type: "", source: "" }, ids: "abcdefghijkl" },
  type: { attributes: { ...type1, source: "" }, ids: "abefgh" },
  source: { attributes: { type: "", ...source1 }, ids: "acefgi" },
  "type-source": { attributes: { ...type1, ...source1 }, ids: "aefg" },
  extension1: { attributes: { type: "", source: "", ...extension1 }, ids: "efhkl" },
  extension2: { attributes: { type: "", source: "", ...extension2 }, ids: "fgk" },
  "both-extensions": { attributes: { type: "", source: "", ...extension1, ...extension2 }, ids: "fk" },
  "any-extension1": { attributes: { type: "", source: "", extname1: "" }, ids: "efhikl" },
  "type-extension1": { attributes: { ...type1, source: "", ...extension1 }, ids: "efh" },
  "source-extension1": { attributes: { type: "", ...source1, ...extension1 }, ids: "ef" },
  "source-extensions": { attributes: { type: "", ...source1, ...extension1, ...extension2 }, ids: "f" },
  none: { attributes: { type: "", ...source2, ...extension1, extname2: "extval1" }, ids: "" },
};

test("[KB-40] ManyTriggers: each of twelve Triggers gets exactly the events that have its attributes and extensions", async () => {
  const space = await BrokerSpace.start(await startRouter(), "many-triggers");
  for (const [name, { attributes }] of Object.entries(TRIGGERS)) await space.trigger(name, { filter: { attributes } });
  for (const [id, attributes] of Object.entries(EVENTS)) await space.post(id, attributes);
  const expected = Object.entries(TRIGGERS).map(([name, { ids }]) => [name, [...ids]] as const);
  const count = expected.reduce((sum, [, ids]) => sum + ids.length, 0);
  expect(await space.received(count)).toEqual(Object.fromEntries(expected.filter(([, ids]) => ids.length > 0)));
});
