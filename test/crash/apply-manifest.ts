/** Creates a resource through the API of a router and waits until it is ready. */
import { setTimeout as wait } from "node:timers/promises";

const POLL_MS = 50;
const READY_TIMEOUT_MS = 30_000;

export interface Manifest {
  readonly spec: object;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Record<string, string>;
  };
}

/** The part of a stored resource that tells whether it is ready. */
interface Stored {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

export async function applyManifest(url: string, manifest: Manifest): Promise<void> {
  const { apiVersion, kind, metadata } = manifest;
  const collection = `${url}/apis/${apiVersion}/namespaces/${metadata.namespace}/${kind.toLowerCase()}s`;
  const created = await fetch(collection, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(manifest),
  });
  const refusal = await created.text();
  if (created.status !== 201)
    throw new Error(`${kind} ${metadata.name} was refused with ${created.status}: ${refusal}`);
  let seen = "it was not read";
  for (const deadline = performance.now() + READY_TIMEOUT_MS; performance.now() < deadline; await wait(POLL_MS)) {
    const answer = await fetch(`${collection}/${metadata.name}`);
    const stored: Stored = JSON.parse(await answer.text());
    if (stored.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True")) return;
    seen = JSON.stringify(stored.status);
  }
  throw new Error(`${kind} ${metadata.name} did not become ready: ${seen}`);
}
