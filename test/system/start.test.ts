/** A fresh clone, `npm start`, and every way of ending it. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePortPair, isFree } from "../kit/free-port.ts";
import { ROOT, type Router, startRouter, temporaryFolder } from "./harness.ts";

const FIRST_START_MS = 60_000;
const SECOND_START_MS = 3_000;
const DEMO_MS = 15_000;
const PORT_FREE_MS = 3_000;
const POLL_MS = 20;

describe("npm start", () => {
  let clone: string;
  let router: Router;
  let firstStartMs: number;

  beforeAll(async () => {
    clone = join(temporaryFolder(), "clone");
    execFileSync("git", ["clone", "--quiet", "--local", ROOT, clone]);
    applyUncommitted(clone);
    const begin = performance.now();
    router = await startRouter({
      command: ["npm", "start"],
      cwd: clone,
      dataDir: join(clone, ".sluice"),
      env: { ...environmentOfAPerson(), SLUICE_DEMO: "on" },
      readyTimeoutMs: FIRST_START_MS,
    });
    firstStartMs = performance.now() - begin;
  }, FIRST_START_MS + DEMO_MS);

  afterAll(() => router.kill());

  it("[START-1] a fresh clone installs, builds and is ready within a minute", async () => {
    expect(firstStartMs).toBeLessThan(FIRST_START_MS);
    expect(await readyz(router)).toBe("200 ok");
    expect(router.output()).not.toMatch(/EBADENGINE|deprecat|error/i);
  });

  it("[START-2] the first start delivers a signed webhook to the event display and says what to try", async () => {
    await untilPrinted(router, "Try next:");
    const shown = router.output();
    expect(shown).toContain("event received");
    expect(shown).toMatch(/^ {2}type +dev\.knative\.source\.github\.pull_request$/m);
    expect(shown.split("event received").length - 1).toBe(1);
    expect(execFileSync("sh", ["-c", curlLine(shown)], { encoding: "utf8" })).toMatch(/^HTTP\/1\.1 202 /);
    await untilPrinted(router, "com.example.hello");
  });

  it("[START-3] the data folder is readable by its owner alone and the generated files hold no secret", () => {
    expect(mode(router.dataDir)).toBe("700");
    expect(mode(join(router.dataDir, "encryption.key"))).toBe("600");
    expect(mode(join(router.dataDir, "webhook.secret"))).toBe("600");
    const configuration = readFileSync(join(router.dataDir, "workerd.capnp"), "utf8");
    expect(configuration).toContain('fromEnvironment = "SLUICE_ENCRYPTION_KEY"');
    expect(configuration).not.toContain(readFileSync(join(router.dataDir, "encryption.key"), "utf8"));
  });

  it("[START-4] SIGTERM to npm ends everything with exit code 0 and frees the port", async () => {
    expect(await router.stop()).toBe(0);
    expect([await isFree(router.port), await isFree(router.port + 1)]).toEqual([true, true]);
    expect(existsSync(join(router.dataDir, "router.pid"))).toBe(false);
  });

  it("[START-5] a second start is ready within three seconds and shows no demo again", async () => {
    const begin = performance.now();
    router = await router.restart();
    expect(performance.now() - begin).toBeLessThan(SECOND_START_MS);
    await untilPrinted(router, "Event display on port");
    expect(router.output()).not.toContain("First start");
  });

  it("[START-6] after SIGKILL of everything the next start works", async () => {
    await router.kill();
    router = await router.restart();
    expect(await readyz(router)).toBe("200 ok");
  });

  it("[START-7] after SIGKILL of npm alone nothing stays behind", async () => {
    process.kill(router.pid, "SIGKILL");
    await untilFree(router.port);
    router = await router.restart();
    expect(await readyz(router)).toBe("200 ok");
  });
});

describe("the start script", () => {
  it("[START-8] SIGKILL of the script alone leaves no workerd on the port", async () => {
    const router = await startRouter();
    process.kill(router.pid, "SIGKILL");
    await untilFree(router.port);
    expect(await (await router.restart()).stop()).toBe(0);
  });

  it("[START-9] a data folder in use is refused and the router in it is not disturbed", async () => {
    const router = await startRouter();
    await expect(startRouter({ dataDir: router.dataDir })).rejects.toThrow(
      `The data folder ${router.dataDir} is in use by process ${router.pid}.`,
    );
    expect(await readyz(router)).toBe("200 ok");
    expect(await router.stop()).toBe(0);
  });

  it("[START-10] a port in use is refused with what to change", async () => {
    const router = await startRouter();
    await expect(startRouter({ port: router.port })).rejects.toThrow(
      `Port ${router.port} on 127.0.0.1 is in use. Stop the program that listens there, or set PORT to another port.`,
    );
    expect(await router.stop()).toBe(0);
  });

  it("[START-11] a port that is no number is refused", async () => {
    await expect(startRouter({ command: startWith("PORT=eighty") })).rejects.toThrow('PORT is "eighty"');
  });

  it("[START-12] open mode cannot be asked for: on all addresses the API wants a token", async () => {
    const port = await freePortPair();
    const env = { HOST: "0.0.0.0", SLUICE_OPEN_ADDRESS: `127.0.0.1:${port}` };
    const closed = await startRouter({ port, env });
    const open = await startRouter();
    const statuses = await Promise.all([closed, open].map((each) => fetch(`${each.url}/api/v1/namespaces`)));
    expect(statuses.map((answer) => answer.ok)).toEqual([false, true]);
    expect(await Promise.all([closed.stop(), open.stop()])).toEqual([0, 0]);
  });

  it("[START-13] a token closes the API on a loopback address too", async () => {
    const router = await startRouter({ env: { SLUICE_ADMIN_TOKEN: "sesame" } });
    const namespaces = `${router.url}/api/v1/namespaces`;
    const answers = [await fetch(namespaces), await fetch(namespaces, { headers: { authorization: "Bearer sesame" } })];
    expect(answers.map((answer) => answer.status)).toEqual([401, 200]);
    expect(await router.stop()).toBe(0);
  });
});

/** The tree as it will be committed: what a clone holds, with the changes that are not in it yet. */
function applyUncommitted(clone: string): void {
  const listed = (...selection: readonly string[]): readonly string[] =>
    execFileSync("git", ["ls-files", "-z", ...selection], { cwd: ROOT, encoding: "utf8" })
      .split("\0")
      .filter(Boolean);
  for (const file of listed("--deleted")) rmSync(join(clone, file), { force: true });
  for (const file of listed("--modified", "--others", "--exclude-standard")) {
    if (existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(clone, file));
  }
}

/** Without what `npm test` added: the packages of this tree must not be found, nor its Node version. */
function environmentOfAPerson(): Record<string, string> {
  const own = Object.keys(process.env).filter((name) => /^(npm_|NODE|VITEST|SLUICE_)/.test(name));
  const kept = /^npm_config_(registry|cache|userconfig|cafile|.*proxy)$/;
  const cleared = own.filter((name) => !kept.test(name)).map((name) => [name, ""]);
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  return { ...Object.fromEntries(cleared), PATH: path.join(delimiter) };
}

function startWith(assignment: string): readonly [string, ...string[]] {
  return ["env", assignment, process.execPath, join(ROOT, "scripts", "start.mjs")];
}

/** The first command under "Try next", which goes over two lines. */
function curlLine(output: string): string {
  const command = /^ {2}curl -i .*\n.*/m.exec(output)?.[0];
  if (command === undefined) throw new Error(`no curl line in:\n${output}`);
  return command.replace("curl -i", "curl -si");
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

async function readyz(router: Router): Promise<string> {
  const answer = await fetch(`${router.url}/readyz`);
  return `${answer.status} ${(await answer.text()).trim()}`;
}

async function untilPrinted(router: Router, text: string): Promise<void> {
  for (const deadline = performance.now() + DEMO_MS; !router.output().includes(text); await wait(POLL_MS)) {
    if (performance.now() > deadline) throw new Error(`${JSON.stringify(text)} was not printed:\n${router.output()}`);
  }
}

async function untilFree(port: number): Promise<void> {
  for (const deadline = performance.now() + PORT_FREE_MS; !(await isFree(port)); await wait(POLL_MS)) {
    if (performance.now() > deadline) throw new Error(`port ${port} is still in use`);
  }
}
