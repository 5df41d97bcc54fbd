/** Resolves when this script should end: on a signal, or when the npm that started it is gone. */
const WATCH_MS = 250;

export function stopRequested() {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, resolve);
    // Killing npm (or the shell it uses) tells its child nothing. A script started by hand may outlive its shell.
    if (process.env.npm_lifecycle_event === undefined) return;
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) resolve();
    }, WATCH_MS).unref();
  });
}
