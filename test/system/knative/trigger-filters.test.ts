/** Which events the filters of Triggers let pass, as Knative's tests have it, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Router, startRouter } from "../harness.ts";
import { BrokerSpace } from "./broker-space.ts";

type Attributes = Readonly<Record<string, string>>;

interface FilterCase {
  readonly title: string;
  /** By the names of the Triggers. */
  readonly triggers: Readonly<Record<string, { readonly filter?: object; readonly filters?: readonly object[] }>>;
  /** By id. */
  readonly events: Readonly<Record<string, Attributes>>;
  /** The ids of the events that come to each Trigger. */
  readonly received: Readonly<Record<string, readonly string[]>>;
}

const RIGHT = { type: "com.example.FullEvent", source: "http://example.test/source" };
const WRONG = { type: "org.wrong.type", source: "org.wrong.source" };
const RESOURCES = ["update", "add", "delete"].map((what) => `dev.knative.apiserver.resource.${what}`);

/** Events whose ids are their types. */
function ofTypes(...types: readonly string[]): FilterCase["events"] {
  return Object.fromEntries(types.map((type) => [type, { type }]));
}

/** One Trigger with one dialect, which the right event passes by both of its attributes. */
function dialect(title: string, filter: object): FilterCase {
  const events = { right: RIGHT, wrong: WRONG, "wrong source": { ...RIGHT, source: WRONG.source } };
  return { title, triggers: { t: { filters: [filter] } }, events, received: { t: ["right"] } };
}

const CASES: readonly FilterCase[] = [
  dialect("[KT-20] Exact filter: type and source are the same", { exact: RIGHT }),
  dialect("[KT-21] Prefix filter: type and source begin so", { prefix: { type: "com.", source: "http" } }),
  dialect("[KT-22] Suffix filter: type and source end so", { suffix: { type: "FullEvent", source: "test/source" } }),
  dialect("[KT-23] CloudEvents SQL filter: the expression is true", {
    cesql: `type = '${RIGHT.type}' AND source = '${RIGHT.source}'`,
  }),
  {
    title: "[KT-24] AnyFilterFeature: one of the filters is enough",
    triggers: {
      t: {
        filters: [
          {
            any: [
              { exact: { type: "exact.event.type" } },
              { prefix: { type: "prefix" } },
              { suffix: { type: "suffix" } },
              { not: { cesql: "type LIKE '%event.type%'" } },
              { cesql: "type = 'cesql.event.type'" },
            ],
          },
        ],
      },
    },
    events: ofTypes(
      ...["exact.event.type", "prefix.event.type", "event.type.suffix", "not.type.event", "cesql.event.type"],
      "not.event.type",
    ),
    received: {
      t: ["cesql.event.type", "event.type.suffix", "exact.event.type", "not.type.event", "prefix.event.type"],
    },
  },
  {
    title: "[KT-25] AnyFilterMultipleExactFiltersFeature: one of several exact values is enough",
    triggers: { t: { filters: [{ any: RESOURCES.map((type) => ({ exact: { type } })) }] } },
    events: ofTypes(...RESOURCES, "prefix.event.type"),
    received: { t: RESOURCES.toSorted() },
  },
  {
    title: "[KT-26] AllFilterFeature: every filter has to pass",
    triggers: {
      t: {
        filters: [
          {
            all: [
              { exact: { type: "exact.prefix.suffix.event.type" } },
              { prefix: { type: "exact.prefix" } },
              { suffix: { type: "suffix.event.type" } },
              { cesql: "type LIKE 'exact.prefix.suffix%'" },
            ],
          },
        ],
      },
    },
    events: ofTypes(
      ...["not.event.type", "exact.prefix.suffix.event", "exact.prefix.suffix.event.suffix.event.type"],
      "exact.prefix.suffix.event.type",
    ),
    received: { t: ["exact.prefix.suffix.event.type"] },
  },
  {
    title: "[KT-27] MultipleTriggersAndSinksFeature: each subscriber gets what its own Trigger lets pass",
    triggers: {
      t1: { filters: [{ any: [{ exact: { type: "type1" } }, { prefix: { type: "both" } }] }] },
      t2: { filters: [{ any: [{ exact: { type: "type2" } }, { prefix: { type: "both" } }] }] },
    },
    events: ofTypes("type1", "type2", "both.should.match", "type3"),
    received: { t1: ["both.should.match", "type1"], t2: ["both.should.match", "type2"] },
  },
  {
    title: "[KT-28] MissingAttributesFeature: no dialect passes an event that lacks the attribute",
    triggers: {
      exact: { filters: [{ exact: { extensionattribute: "extensionvalue" } }] },
      prefix: { filters: [{ prefix: { extensionattribute: "extension" } }] },
      suffix: { filters: [{ suffix: { extensionattribute: "value" } }] },
      cesql: { filters: [{ cesql: "extensionattribute LIKE '%value'" }] },
    },
    events: { absent: {}, present: { extensionattribute: "extensionvalue" } },
    received: { exact: ["present"], prefix: ["present"], suffix: ["present"], cesql: ["present"] },
  },
  {
    title: "[KT-29] FilterAttributeWithEmptyFiltersFeature: beside an empty list of filters the attributes apply",
    triggers: { t: { filter: { attributes: RIGHT }, filters: [] } },
    events: { right: RIGHT, wrong: WRONG },
    received: { t: ["right"] },
  },
  {
    title: "[KT-30] FiltersOverrideAttributeFilterFeature: beside filters the attributes do not apply",
    triggers: { t: { filter: { attributes: WRONG }, filters: [{ exact: RIGHT }] } },
    events: { right: RIGHT, wrong: WRONG },
    received: { t: ["right"] },
  },
  {
    title: "[KT-31] MultipleFiltersFeature: every entry of the list has to pass",
    triggers: { t: { filters: [{ prefix: { type: "com." } }, { suffix: { type: ".FullEvent" } }] } },
    events: ofTypes("com.example.FullEvent", "com.example.Other", "org.example.FullEvent"),
    received: { t: ["com.example.FullEvent"] },
  },
];

describe.concurrent("[KT] filters of Triggers", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  for (const [index, { title, triggers, events, received }] of CASES.entries()) {
    test(title, async () => {
      const space = await BrokerSpace.start(router, `filters-${index}`);
      for (const [name, filtering] of Object.entries(triggers)) await space.trigger(name, filtering);
      for (const [id, attributes] of Object.entries(events)) await space.post(id, attributes);
      expect(await space.received(Object.values(received).flat().length)).toEqual(received);
    });
  }
});
