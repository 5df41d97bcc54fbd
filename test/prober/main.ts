/**
 * Sends numbered events through a running router, whatever is done to it meanwhile, and says what became of them:
 *
 *   npm run prober -- URL [--seconds 60] [--rate 50] [--drain 60] [--namespace default] [--token-file FILE]
 *                         [--listen HOST:PORT] [--sink URL]
 *
 * `--seconds 0` posts until Ctrl-C. The token is that of the router's API, from SLUICE_TOKEN or a file. `--sink` is the
 * URL under which the router reaches the address of `--listen`. The exit code is 1 when an event is missing,
 * reordered, altered or stored twice, and 2 when the run could not begin.
 */
import { isKept } from "./judge.ts";
import { readOptions } from "./options.ts";
import { ProberError } from "./prober-error.ts";
import { progressLine, reportOf } from "./report.ts";
import { type Progress, runProber } from "./run-prober.ts";

/** Between two lines of progress, milliseconds. */
const PROGRESS_EVERY_MS = 5_000;

const stop = new AbortController();
const abandon = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) abandon.abort();
    stop.abort();
  });
}

try {
  const options = readOptions(process.argv.slice(2), process.env);
  let shownMs = 0;
  const progress = (figures: Progress) => {
    if (figures.elapsedMs - shownMs < PROGRESS_EVERY_MS) return;
    shownMs = figures.elapsedMs;
    console.error(progressLine(figures));
  };
  const verdict = await runProber(
    { ...options, stop: stop.signal, abandon: abandon.signal },
    { progress, warn: (line) => console.error(line) },
  );
  console.log(reportOf(verdict));
  process.exitCode = isKept(verdict) ? 0 : 1;
} catch (error) {
  if (!(error instanceof ProberError)) throw error;
  console.error(`prober: ${error.message}`);
  process.exitCode = 2;
}
