/** The features of Knative's own tests and the tests that replay them: each leads to the other. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { BROKER_FEATURES, CHANNEL_FEATURES, FLOW_FEATURES, TRIGGER_FEATURES } from "../system/knative/features.ts";
import { sourceFile } from "../tidy/source-file.ts";
import { titlesIn } from "../tidy/test-ids.ts";

interface Section {
  readonly features: readonly string[];
  /** Of the tests that count for it: some features of different sections have the same name. */
  readonly ids: RegExp;
}

const SECTIONS: Readonly<Record<string, Section>> = {
  Broker: { features: BROKER_FEATURES, ids: /^\[KB-/ },
  Trigger: { features: TRIGGER_FEATURES, ids: /^\[KT-/ },
  Channel: { features: CHANNEL_FEATURES, ids: /^\[(ASY|CHA|CHD|DLS|DTM|ETA|MSG)-/ },
  "Sequence or Parallel": { features: FLOW_FEATURES, ids: /^\[(PAR|PLR|SEQ|SQR)-/ },
};
const SYSTEM_TESTS = resolve(import.meta.dirname, "../system");

describe("[KNF] the features of Knative's tests", () => {
  const titles = titlesUnder(SYSTEM_TESTS);

  it.each(Object.entries(SECTIONS))("[KNF-1] every feature of a %s is named by a test of its own", (_, section) => {
    expect(unnamed(section, titles)).toEqual([]);
  });

  it("[KNF-2] every test that replays features names one of its section", () => {
    const replays = titlesUnder(join(SYSTEM_TESTS, "knative"));
    const sections = Object.values(SECTIONS);
    expect(replays.length).toBeGreaterThan(1);
    expect(replays.filter((title) => !sections.some((section) => namesOneOf(section, title)))).toEqual([]);
  });

  it.each(Object.entries(SECTIONS))("[KNF-3] a feature of a %s is in its list once", (_, { features }) => {
    expect(features).toEqual([...new Set(features)]);
  });

  it("[KNF-4] a name within a longer one does not count", () => {
    const titles = [
      "[A-1] drops.SinkWithDLS(5): an event is dropped",
      "[A-2] an event is dropped (drops.SinkWithDLS(5))",
    ];
    const names = ["drops.SinkWithDLS(5)", "drops.SinkWithDLS", "SinkWithDLS(5)", "drops", "SinkWithDL", "other"];
    const named = titles.map((title) => names.filter((name) => isNamed(name, title)));
    expect(named).toEqual([["drops.SinkWithDLS(5)"], ["drops.SinkWithDLS(5)"]]);
  });

  it("[KNF-5] a name in a test of another section does not count", () => {
    const section = { features: ["GoesReady"], ids: /^\[A-/ };
    expect(unnamed(section, ["[B-1] GoesReady: it is ready"])).toEqual(["GoesReady"]);
    expect(unnamed(section, ["[B-1] GoesReady: it is ready", "[A-1] GoesReady: so is this"])).toEqual([]);
  });
});

function unnamed({ features, ids }: Section, titles: readonly string[]): readonly string[] {
  const own = titles.filter((title) => ids.test(title));
  return features.filter((feature) => !own.some((title) => isNamed(feature, title)));
}

function namesOneOf({ features, ids }: Section, title: string): boolean {
  return ids.test(title) && features.some((feature) => isNamed(feature, title));
}

/** Nothing that names are made of stands right before it or after it. */
function isNamed(feature: string, title: string): boolean {
  const parts = title.split(feature);
  return parts.slice(1).some((after, index) => !/[\w.]$/.test(parts[index] ?? "") && !/^[\w.(]/.test(after));
}

function titlesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts"))
    .flatMap((path) => titlesIn(sourceFile(path, readFileSync(join(folder, path), "utf8"))));
}
