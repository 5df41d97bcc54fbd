/** Talks to the Kubernetes-style API of a running router. */
import { setTimeout as wait } from "node:timers/promises";

const POLL_MS = 50;
const READY_TIMEOUT_MS = 15_000;
const HAS_NO_STATUS = new Set(["Secret"]);

export class ApiClient {
  constructor(url, token) {
    this.url = url;
    this.headers = { accept: "application/json" };
    if (token !== undefined) this.headers.authorization = `Bearer ${token}`;
  }

  /** Creates a resource, keeps the one that exists already, and waits until it is ready. */
  async apply(resource) {
    const collection = collectionPath(resource);
    const answer = await fetch(`${this.url}${collection}`, {
      method: "POST",
      headers: { ...this.headers, "content-type": "application/json" },
      body: JSON.stringify(resource),
    });
    const body = await answer.text();
    if (!answer.ok && answer.status !== 409) {
      throw new Error(`${resource.kind} ${resource.metadata.name} was refused with ${answer.status}: ${body}`);
    }
    if (HAS_NO_STATUS.has(resource.kind)) return JSON.parse(body);
    return this.#untilReady(resource, `${collection}/${resource.metadata.name}`);
  }

  async #untilReady(resource, path) {
    let ready;
    for (const deadline = Date.now() + READY_TIMEOUT_MS; Date.now() < deadline; await wait(POLL_MS)) {
      const answer = await fetch(`${this.url}${path}`, { headers: this.headers });
      const stored = await answer.json();
      ready = stored.status?.conditions?.find((condition) => condition.type === "Ready");
      const isCurrent = stored.status?.observedGeneration === stored.metadata?.generation;
      if (ready?.status === "True" && isCurrent) return stored;
    }
    const reason = ready === undefined ? "it has no Ready condition" : `${ready.reason}: ${ready.message}`;
    throw new Error(`${resource.kind} ${resource.metadata.name} did not become ready (${reason})`);
  }
}

function collectionPath({ apiVersion, kind, metadata }) {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${group}/namespaces/${metadata.namespace ?? "default"}/${kind.toLowerCase()}s`;
}
