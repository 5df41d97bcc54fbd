/** Creates resources through the Kubernetes-style API of a running router and waits until they are ready. */
import { setTimeout as wait } from "node:timers/promises";

const POLL_MS = 20;
const READY_TIMEOUT_MS = 10_000;
const HAS_NO_STATUS = new Set(["Secret", "ConfigMap", "Namespace"]);

export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [member: string]: unknown };
  readonly [member: string]: unknown;
}

interface Stored {
  readonly metadata: { readonly generation?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export async function apply(router: { readonly url: string }, resource: Resource): Promise<void> {
  const { namespace = "default", name } = resource.metadata;
  const group = resource.apiVersion.includes("/") ? `apis/${resource.apiVersion}` : `api/${resource.apiVersion}`;
  const collection = `${router.url}/${group}/namespaces/${namespace}/${resource.kind.toLowerCase()}s`;
  const created = await fetch(collection, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(resource),
  });
  const text = await created.text();
  if (created.status !== 201) throw new Error(`${resource.kind} ${name} was refused with ${created.status}: ${text}`);
  if (HAS_NO_STATUS.has(resource.kind)) return;
  let stored = text;
  for (const deadline = performance.now() + READY_TIMEOUT_MS; !isReady(JSON.parse(stored)); await wait(POLL_MS)) {
    if (performance.now() > deadline) throw new Error(`${resource.kind} ${name} did not become ready: ${stored}`);
    stored = await (await fetch(`${collection}/${name}`)).text();
  }
}

function isReady({ metadata, status }: Stored): boolean {
  const ready = status?.conditions?.find((condition) => condition.type === "Ready");
  return ready?.status === "True" && status?.observedGeneration === metadata.generation;
}
