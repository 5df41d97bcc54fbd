/** Creates resources through the Kubernetes-style API of a running router and waits until they are ready. */
import { setTimeout as wait } from "node:timers/promises";

const POLL_MS = 20;
const READY_TIMEOUT_MS = 10_000;
const HAS_NO_STATUS = new Set(["Secret", "ConfigMap", "Namespace", "Service"]);

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

export interface RouterApi {
  readonly url: string;
  readonly token?: string;
}

export class ApiRefusal extends Error {
  readonly status: number;

  constructor(what: string, status: number, text: string) {
    super(`${what} was refused with ${status}: ${text}`);
    this.status = status;
  }
}

export async function apply(router: RouterApi, resource: Resource): Promise<void> {
  const { kind, metadata } = resource;
  const collection = collectionUrl(router, resource);
  const created = await fetch(collection, {
    method: "POST",
    headers: { ...authorization(router), "content-type": "application/json" },
    body: JSON.stringify(resource),
  });
  const text = await created.text();
  if (created.status !== 201) throw new ApiRefusal(`${kind} ${metadata.name}`, created.status, text);
  if (HAS_NO_STATUS.has(kind)) return;
  let stored = text;
  for (const deadline = performance.now() + READY_TIMEOUT_MS; !isReady(JSON.parse(stored)); await wait(POLL_MS)) {
    if (performance.now() > deadline) throw new Error(`${kind} ${metadata.name} did not become ready: ${stored}`);
    stored = await (await fetch(`${collection}/${metadata.name}`, { headers: authorization(router) })).text();
  }
}

/** Deletes the resource; nothing happens where it does not exist. */
export async function remove(router: RouterApi, resource: Resource): Promise<void> {
  const { kind, metadata } = resource;
  const url = `${collectionUrl(router, resource)}/${metadata.name}`;
  const answer = await fetch(url, { method: "DELETE", headers: authorization(router) });
  const text = await answer.text();
  if (!answer.ok && answer.status !== 404)
    throw new ApiRefusal(`deleting ${kind} ${metadata.name}`, answer.status, text);
}

export function authorization({ token }: RouterApi): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function collectionUrl(router: RouterApi, { apiVersion, kind, metadata }: Resource): string {
  const group = apiVersion.includes("/") ? `apis/${apiVersion}` : `api/${apiVersion}`;
  return `${router.url}/${group}/namespaces/${metadata.namespace ?? "default"}/${kind.toLowerCase()}s`;
}

function isReady({ metadata, status }: Stored): boolean {
  const ready = status?.conditions?.find((condition) => condition.type === "Ready");
  return ready?.status === "True" && status?.observedGeneration === metadata.generation;
}
