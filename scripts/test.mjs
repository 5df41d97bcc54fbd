/** `npm test`: type check, lint, bundle for Cloudflare, then every test. The last line is `N passed, M failed`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ROOT } from "./settings.mjs";

/** Longer than any step takes on a slow machine; a step that hangs fails instead of blocking for ever. */
const STEP_TIMEOUT_MS = 780_000;

const scratch = mkdtempSync(join(tmpdir(), "sluice-test-"));
const results = join(scratch, "results.json");

const CHECKS = [
  ["types of the product", "tsc", ["-p", "."]],
  ["types of the tests", "tsc", ["-p", "tsconfig.test.json"]],
  ["types of the tests that run inside workerd", "tsc", ["-p", "tsconfig.workers.json"]],
  ["format and lint", "biome", ["check", "."]],
  ["bundle for Cloudflare", "wrangler", ["deploy", "--dry-run", "--outdir", join(scratch, "bundle")]],
];

try {
  const failedChecks = CHECKS.filter((check) => !succeeds(...check)).map(([name]) => name);
  const vitest = ["run", "--root", ROOT, "--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const vitestSucceeded = succeeds("tests", "vitest", vitest);
  const counts = countTests(vitestSucceeded);
  for (const name of failedChecks) console.log(`failed: ${name}`);
  const failed = counts.failed + failedChecks.length;
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(`${counts.passed} passed, ${failed} failed`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Streams the output of the command; its programs come from node_modules, the Node version with them. */
function succeeds(name, command, options) {
  console.log(`\n== ${name}`);
  const { status, error } = spawnSync(command, options, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    timeout: STEP_TIMEOUT_MS,
    env: {
      ...process.env,
      PATH: [join(ROOT, "node_modules", ".bin"), process.env.PATH].join(delimiter),
      WRANGLER_SEND_METRICS: "false",
    },
  });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** A skipped test, a file that does not load and a run without tests are failures too. */
function countTests(vitestSucceeded) {
  let report;
  try {
    report = JSON.parse(readFileSync(results, "utf8"));
  } catch {
    return { passed: 0, failed: 1 };
  }
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === "passed").length;
  const brokenFiles = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  const failed = tests.length - passed + brokenFiles.length;
  const unexplained = failed === 0 && (passed === 0 || !vitestSucceeded) ? 1 : 0;
  return { passed, failed: failed + unexplained };
}
