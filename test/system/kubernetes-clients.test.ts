/**
 * Real Kubernetes clients against a router that asks for tokens: kubectl in every version that this machine has, and
 * `@kubernetes/client-node`, which is always there.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ApiException,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  Watch,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apply } from "../kit/apply.ts";
import { findKubectls } from "../kubectl/find-kubectls.ts";
import { writeKubeconfig } from "../kubectl/kubeconfig.ts";
import { runAcceptance } from "../kubectl/run-acceptance.ts";
import { ROOT, type Router, startRouter, temporaryFolder } from "./harness.ts";

const ADMIN_TOKEN = "admin-of-the-acceptance-run";
/** Some 100 commands, a few of which wait for seconds on purpose; several versions share the machine. */
const ACCEPTANCE_TIMEOUT_MS = 500_000;
/** Checks of the script, those of access included. */
const CHECKS = 91;

/** Checks that a version's client words otherwise: the server's version on one line, and `annotate` without a d. */
const DIFFERENCES: Readonly<Record<string, readonly string[]>> = {
  "kubectl.1.27": ["version reports the server", "annotate by selector"],
};

const kubectls = findKubectls();
let router: Router;
let kubeconfig: string;

beforeAll(async () => {
  router = await startRouter({ env: { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN } });
  kubeconfig = join(temporaryFolder(), "kubeconfig");
  writeKubeconfig(kubeconfig, router.url, { admin: ADMIN_TOKEN, viewer: await viewerToken(), wrong: "no-such-token" });
});

afterAll(async () => {
  await router.stop();
});

/** A Secret of the token type, for which the router makes the token. */
async function viewerToken(): Promise<string> {
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "vera", namespace: "default" } };
  const wanted = { ...secret, type: "sluice.dev/access-token", stringData: { role: "viewer" } };
  await apply({ url: router.url, token: ADMIN_TOKEN }, wanted);
  const answer = await fetch(`${router.url}/api/v1/namespaces/default/secrets/vera`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  const stored: { readonly data: { readonly token: string } } = JSON.parse(await answer.text());
  return Buffer.from(stored.data.token, "base64").toString();
}

if (kubectls.length > 0) describe("[KUBECTL] kubectl", kubectlTests);
else
  console.warn("there is no kubectl on this machine: its acceptance checks are left out, client-node alone is tried");

function kubectlTests(): void {
  test.concurrent.for(kubectls)(
    "[KUBECTL-1] $name passes the acceptance checks",
    {
      timeout: ACCEPTANCE_TIMEOUT_MS,
    },
    async (kubectl, context) => {
      const options = { kubeconfig, viewer: "viewer", wrong: "wrong", timeoutMs: ACCEPTANCE_TIMEOUT_MS };
      const { passed, failed, output } = await runAcceptance(kubectl, options);
      const allowed = DIFFERENCES[kubectl.name] ?? [];
      context
        .expect(
          failed.filter((name) => !allowed.includes(name)),
          output,
        )
        .toEqual([]);
      context.expect(passed + failed.length).toBe(CHECKS);
    },
  );

  test("[KUBECTL-2] what Knative's documentation has people apply is applied unchanged", () => {
    run("create", "namespace", "documented");
    const file = join(ROOT, "test/kubectl/knative-examples.yaml");
    const documents = readFileSync(file, "utf8").split(/^---$/m).length;
    expect(run("-n", "documented", "apply", "-f", file).match(/ created$/gm)).toHaveLength(documents);
    // Of lists that the server fills in, kubectl sends its own again: `configured`, without a change.
    expect(run("-n", "documented", "apply", "-f", file).match(/ (unchanged|configured)$/gm)).toHaveLength(documents);
    const kinds = "broker,trigger,sequence,parallel,pingsource";
    const generations = run("-n", "documented", "get", kinds, "-o", "jsonpath={.items[*].metadata.generation}");
    expect(new Set(generations.split(" "))).toEqual(new Set(["1"]));
    run("delete", "namespace", "documented");
  });

  test.each(["README.md", "docs/resources.md"])("[KUBECTL-3] the manifests of %s are applied as they stand", (page) => {
    run("create", "namespace", "readme");
    const file = join(temporaryFolder(), "manifests.yaml");
    const manifests = manifestsOf(page);
    writeFileSync(file, manifests);
    const documents = manifests.split(/^---$/m).length;
    expect(run("-n", "readme", "apply", "-f", file).match(/ created$/gm)).toHaveLength(documents);
    run("delete", "namespace", "readme");
  });
}

/** What kubectl prints; throws when it fails. */
function run(...parameters: string[]): string {
  const env = { ...process.env, HOME: temporaryFolder() };
  return execFileSync("kubectl", ["--kubeconfig", kubeconfig, ...parameters], { encoding: "utf8", env });
}

/** The manifests of a page, in the order they stand there. */
function manifestsOf(page: string): string {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml]) => yaml).join("---\n");
}

/** A Broker as this client gives it back. */
interface Broker extends KubernetesObject {
  readonly spec?: { readonly delivery?: { readonly retry?: number } };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

function readiness({ status }: Broker): string | undefined {
  return status?.conditions?.find(({ type }) => type === "Ready")?.status;
}

describe("[CLIENT-NODE] @kubernetes/client-node", () => {
  const named = (name: string, retry: number) => ({
    apiVersion: "eventing.knative.dev/v1",
    kind: "Broker",
    metadata: { name, namespace: "default" },
    spec: { delivery: { retry } },
  });

  function clients(): { readonly objects: KubernetesObjectApi; readonly watch: Watch } {
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [{ name: "router", server: router.url, skipTLSVerify: true }],
      users: [{ name: "admin", token: ADMIN_TOKEN }],
      contexts: [{ name: "admin", cluster: "router", user: "admin" }],
      currentContext: "admin",
    });
    return { objects: KubernetesObjectApi.makeApiClient(config), watch: new Watch(config) };
  }

  test("[CLIENT-NODE-1] creates, reads, lists, replaces, patches and deletes", async () => {
    const { objects } = clients();
    await objects.create(named("crud", 1));
    await expect(objects.create(named("crud", 1))).rejects.toSatisfy(
      (error) => error instanceof ApiException && error.code === 409,
    );
    // Until the controllers have said that it is ready, a replace may come too late.
    await expect.poll(async () => readiness(await objects.read<Broker>(named("crud", 1)))).toBe("True");
    const read = await objects.read<Broker>(named("crud", 1));
    expect(read.spec?.delivery?.retry).toBe(1);
    const replaced = await objects.replace<Broker>({ ...read, spec: { ...read.spec, delivery: { retry: 2 } } });
    expect(replaced.spec?.delivery?.retry).toBe(2);
    const patched = await objects.patch<Broker>(named("crud", 3), ...noOptions, PatchStrategy.MergePatch);
    expect(patched.spec?.delivery?.retry).toBe(3);
    const { items } = await objects.list<Broker>("eventing.knative.dev/v1", "Broker", "default");
    expect(items.map(({ metadata }) => metadata?.name)).toContain("crud");
    await objects.delete(named("crud", 3));
    await expect(objects.read(named("crud", 3))).rejects.toSatisfy(
      (error) => error instanceof ApiException && error.code === 404,
    );
  });

  test("[CLIENT-NODE-2] applies on the server, and is told of a conflict", async () => {
    const { objects } = clients();
    const applyAs = (manager: string, retry: number) =>
      objects.patch<Broker>(
        named("applied", retry),
        undefined,
        undefined,
        manager,
        false,
        PatchStrategy.ServerSideApply,
      );
    expect((await applyAs("one", 4)).spec?.delivery?.retry).toBe(4);
    await expect(applyAs("two", 5)).rejects.toSatisfy((error) => error instanceof ApiException && error.code === 409);
    await objects.delete(named("applied", 4));
  });

  test("[CLIENT-NODE-3] watches what happens, in order", async () => {
    const { objects, watch } = clients();
    const seen: string[] = [];
    const end = Promise.withResolvers<void>();
    const path = "/apis/eventing.knative.dev/v1/namespaces/default/brokers";
    const query = { fieldSelector: "metadata.name=watched", resourceVersion: "0" };
    const controller = await watch.watch(
      path,
      query,
      (phase) => {
        seen.push(phase);
        if (phase === "DELETED") end.resolve();
      },
      () => undefined,
    );
    await objects.create(named("watched", 1));
    await objects.delete(named("watched", 1));
    await end.promise;
    controller.abort();
    expect([seen[0], seen.at(-1)]).toEqual(["ADDED", "DELETED"]);
  });

  /** pretty, dryRun, fieldManager and force of a patch. */
  const noOptions = [undefined, undefined, undefined, undefined] as const;
});
