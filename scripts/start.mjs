/** `npm start`: runs the router on this machine with plain workerd. Needs Node.js 20 or newer and nothing installed. */
import { copyFileSync, writeFileSync } from "node:fs";
import { buildBundle } from "./build-bundle.mjs";
import { checkPort } from "./check-port.mjs";
import { DataFolder } from "./data-folder.mjs";
import { nextSteps, showDemo, shownBefore } from "./demo.mjs";
import { serveEventDisplay } from "./event-display.mjs";
import { installPackages } from "./install-packages.mjs";
import { runWorkerd, waitUntilReady } from "./run-workerd.mjs";
import { ROOT, readSettings, workerVariables } from "./settings.mjs";
import { StartError } from "./start-error.mjs";
import { stopRequested } from "./stop-requested.mjs";
import { workerdConfig } from "./workerd-config.mjs";
import { readWranglerConfig } from "./wrangler-config.mjs";

const READY_TIMEOUT_MS = 30_000;

try {
  process.exitCode = await start(readSettings(process.env));
} catch (error) {
  console.error(error instanceof StartError ? `sluice: ${error.message}` : error);
  process.exitCode = 1;
}
// The event display's connections would keep the process alive.
process.exit();

/** Runs until it is told to stop; returns the exit code. */
async function start(settings) {
  const stop = stopRequested();
  installPackages(ROOT);
  const wrangler = await readWranglerConfig(ROOT);
  const bundle = await buildBundle(ROOT, wrangler);
  const dataFolder = new DataFolder(settings.dataFolder);
  await dataFolder.open();
  try {
    await checkPort(settings.host, settings.port);
    const workerd = launch({ settings, wrangler, bundle, dataFolder });
    try {
      const stopped = stop.then(() => undefined);
      const end = await Promise.race([stopped, workerd.ended, serve({ settings, dataFolder, workerd })]);
      if (end === undefined) return 0;
      console.error(`sluice: ${end}; its messages are above.`);
      return 1;
    } finally {
      await workerd.stop();
    }
  } finally {
    dataFolder.close();
  }
}

function launch({ settings, wrangler, bundle, dataFolder }) {
  const { text, environment } = workerdConfig({
    wrangler,
    variables: workerVariables(process.env, settings, () => dataFolder.secret("encryption.key")),
    module: "worker.mjs",
    objectsFolder: dataFolder.file("objects"),
    address: settings.address,
  });
  const configFile = dataFolder.file("workerd.capnp");
  copyFileSync(bundle, dataFolder.file("worker.mjs"));
  writeFileSync(configFile, text);
  return runWorkerd({ root: ROOT, configFile, environment, onStarted: (pid) => dataFolder.rememberWorkerd(pid) });
}

/** Never resolves: what it starts goes on until the script stops. */
async function serve({ settings, dataFolder, workerd }) {
  await waitUntilReady({ url: settings.localUrl, ended: workerd.ended, timeoutMs: READY_TIMEOUT_MS });
  console.log(`Sluice is ready at ${settings.localUrl} (data in ${settings.dataFolder})`);
  if (!settings.isLoopback && settings.adminToken === undefined) {
    console.log("The API is closed: HOST is not a loopback address and SLUICE_ADMIN_TOKEN is not set.");
    console.log("Events are taken with access tokens that were made earlier, and by public Brokers.");
  }
  if (settings.demo) await displayEvents(settings, dataFolder);
  return new Promise(() => {});
}

async function displayEvents(settings, dataFolder) {
  const earlier = shownBefore(dataFolder);
  const port = earlier?.displayPort ?? settings.displayPort;
  let resolveNext = () => {};
  try {
    await serveEventDisplay({
      host: settings.displayHost,
      port,
      print: (text) => console.log(`\n${text}`),
      onEvent: (attributes) => resolveNext(attributes),
    });
  } catch (error) {
    console.error(`sluice: no event display on port ${port} (${error.message}); the router runs without it.`);
    return;
  }
  console.log(`Event display on port ${port}`);
  if (earlier !== undefined) return;
  if (!settings.isLoopback && settings.adminToken === undefined) {
    console.log("The first-start demo needs SLUICE_ADMIN_TOKEN, because HOST is not a loopback address.");
    return;
  }
  const nextEvent = () =>
    new Promise((resolve) => {
      resolveNext = resolve;
    });
  try {
    await showDemo({ root: ROOT, settings, dataFolder, nextEvent });
    console.log(nextSteps(settings));
  } catch (error) {
    console.error(
      `sluice: the first-start demo failed: ${error.message}. The router goes on; the next start tries again.`,
    );
  }
}
