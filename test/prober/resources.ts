/** Creates what a run needs in the router and removes it again. */
import { setTimeout as wait } from "node:timers/promises";
import { ApiRefusal, apply, type Resource, type RouterApi, remove } from "../kit/apply.ts";
import { ProberError, reasonOf } from "./prober-error.ts";

/** A router that is being restarted when the run ends gets this long to come back, milliseconds. */
const REMOVE_WITHIN_MS = 20_000;
const RETRY_MS = 250;

/** Adds to `created` what exists afterwards, also when it throws. */
export async function createResources(
  router: RouterApi,
  resources: readonly Resource[],
  created: Resource[],
): Promise<void> {
  for (const resource of resources) {
    try {
      await apply(router, resource);
      created.push(resource);
    } catch (error) {
      // It may exist all the same where no refusal came, unless nothing was ever reached.
      if (!(error instanceof ApiRefusal) && (created.length > 0 || !isUnreachable(error))) created.push(resource);
      throw advice(router, error);
    }
  }
}

/** Returns those that it could not remove. */
export async function removeResources(router: RouterApi, resources: readonly Resource[]): Promise<readonly Resource[]> {
  const deadlineMs = performance.now() + REMOVE_WITHIN_MS;
  const left: Resource[] = [];
  for (const resource of resources) {
    if (!(await isRemoved(router, resource, deadlineMs))) left.push(resource);
  }
  return left;
}

async function isRemoved(router: RouterApi, resource: Resource, deadlineMs: number): Promise<boolean> {
  for (;;) {
    try {
      await remove(router, resource);
      return true;
    } catch (error) {
      if (isForGood(error) || performance.now() > deadlineMs) return false;
      await wait(RETRY_MS);
    }
  }
}

/** A refusal that no waiting changes: the token is wrong. */
function isForGood(error: unknown): boolean {
  return error instanceof ApiRefusal && error.status < 500;
}

function advice({ url, token }: RouterApi, error: unknown): ProberError {
  if (!(error instanceof ApiRefusal)) {
    if (!isUnreachable(error)) return new ProberError(reasonOf(error));
    return new ProberError(`Nothing answers at ${url} (${reasonOf(error)}). Start the router, or check the address.`);
  }
  switch (error.status) {
    case 401:
      return new ProberError(
        token === undefined
          ? "The router asks for a token. Set SLUICE_TOKEN to its SLUICE_ADMIN_TOKEN, or pass --token-file."
          : "The router refused the token. It must be the router's SLUICE_ADMIN_TOKEN.",
      );
    case 403:
      return new ProberError(`The API of ${url} is closed to this machine: ${error.message}`);
    default:
      return new ProberError(`${error.message}\nIs ${url} a Sluice router, and does the namespace exist?`);
  }
}

/** What `fetch` throws when no answer came. */
function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError;
}
