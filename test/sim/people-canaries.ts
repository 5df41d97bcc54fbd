/** Bugs that show only when people pause, change, skip or redrive. */
import type { Canary } from "./canaries.ts";

export const PEOPLE_CANARIES: readonly Canary[] = [
  {
    name: "resume-skips",
    bug: "what came while a subscription was paused is passed over when it goes on",
    file: "src/channel/subscription.ts",
    original: "    if (before.breakerFailures !== configuration.breakerFailures)\n",
    replacement:
      "    if (before.paused && !configuration.paused) this.reading.scannedTo = head;\n    if (before.breakerFailures !== configuration.breakerFailures)\n",
    violates: ["nothing lost"],
  },
  {
    name: "pause-recalls",
    bug: "a pause forgets what is out, so that it is given out again when the subscription goes on",
    file: "src/channel/subscription.ts",
    original:
      "    const filterChanged = JSON.stringify(before.filter) !== JSON.stringify(configuration.filter);\n    if (filterChanged ||",
    replacement:
      "    const filterChanged = JSON.stringify(before.filter) !== JSON.stringify(configuration.filter);\n    if (configuration.paused && !before.paused) this.leases.clear();\n    if (filterChanged || before.paused !== configuration.paused ||",
    violates: ["no needless duplicates"],
  },
  {
    name: "resume-frees-keys",
    bug: "an ordered subscription that goes on after a pause does not wait for what failed before it",
    file: "src/channel/subscription.ts",
    original: "    if (filterChanged) this.filter = compileFilter(configuration.filter);\n",
    replacement:
      "    if (before.paused && !configuration.paused) {\n      this.reading.rewind(head);\n      this.#restart();\n      this.ready.clear();\n    }\n    if (filterChanged) this.filter = compileFilter(configuration.filter);\n",
    violates: ["order"],
    firstSeed: 505,
  },
  {
    name: "redrives-others",
    bug: "a redrive of one delivery takes back all that are parked",
    file: "src/channel/operator.ts",
    original: "      if (ids !== undefined && !ids.has(String(row.id))) continue;\n",
    replacement: "",
    violates: ["no needless duplicates"],
  },
  {
    name: "changed-back-comes-again",
    bug: "what a scan has passed by is forgotten, and comes again when its filter is changed back",
    file: "src/channel/reading.ts",
    original: "this.window.doneRanges(this.#readBefore), this.floor);",
    replacement:
      "this.window.doneRanges(this.#readBefore), this.caughtUp ? Number.POSITIVE_INFINITY : this.scannedTo);",
    violates: ["no needless duplicates"],
  },
  {
    name: "filter-change-loses",
    bug: "a changed filter passes over what waits, even if both filters pass it",
    file: "src/channel/subscription.ts",
    original: "    if (filterChanged) this.filter = compileFilter(configuration.filter);\n",
    replacement:
      "    if (filterChanged) {\n      this.filter = compileFilter(configuration.filter);\n      this.reading.scannedTo = head;\n    }\n",
    violates: ["nothing lost"],
  },
  {
    name: "ordered-without-failed",
    bug: "a subscription that becomes ordered does not wait for what failed before it did",
    file: "src/channel/configure.ts",
    original: '  if (configuration.ordering === "ordered") giveKeys(state, subscription);\n',
    replacement: "",
    violates: ["order"],
    firstSeed: 190,
  },
  {
    name: "skips-one-more",
    bug: "a skip passes over the event that it goes to",
    file: "src/channel/skip.ts",
    original: "  if (unread > 0) subscription.reading.scannedTo = to;\n",
    replacement: "  if (unread > 0) subscription.reading.scannedTo = to + 1;\n",
    violates: ["nothing lost"],
  },
  {
    name: "dry-run-redrives",
    bug: "a redrive that is only to say what it would do does it",
    file: "src/channel/operator.ts",
    original: "request.dryRun ? rows : rows.filter(act)",
    replacement: "rows.filter(act)",
    violates: ["no needless duplicates"],
    firstSeed: 175,
  },
];
