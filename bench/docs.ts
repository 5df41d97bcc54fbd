/** `npm run bench:docs`: draws `docs/benchmarks.md` and its charts from the records, without measuring. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chartsOf } from "./page/charts.ts";
import { pageOf } from "./page/page.ts";
import { readRecords } from "./page/records.ts";

const DOCS = fileURLToPath(new URL("../docs", import.meta.url));

const records = readRecords();
mkdirSync(`${DOCS}/benchmarks`, { recursive: true });
for (const [name, chart] of Object.entries(chartsOf(records))) writeFileSync(`${DOCS}/benchmarks/${name}`, chart);
writeFileSync(`${DOCS}/benchmarks.md`, pageOf(records));
