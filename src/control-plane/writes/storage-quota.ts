/** How much may be stored of all objects together. */
import type { ResourceName } from "../resource-names.ts";
import { forbiddenObject } from "../resources/refusal.ts";
import type { Content, ObjectStore, StoredObject } from "../store/object-store.ts";

/**
 * Characters of JSON and bytes of sealed values; 10,000 resources are a fifth of it. A list or the beginning of a watch holds
 * them all, parsed, in the 128 MB that an object has on Cloudflare.
 */
export const MOST_STORED = 24 * 1024 * 1024;

/**
 * Refuses a write, of a client or of a part that an owner is made of, that would grow the store past its limit. What grows
 * nothing always passes: it is the way back.
 */
export function checkQuota(resource: ResourceName, name: string, write: QuotaWrite): void {
  const { store, content, previous } = write;
  const before = previous === undefined ? 0 : previous.characters + (previous.sealed?.length ?? 0);
  const growth = JSON.stringify(content.body).length + (content.sealed?.length ?? 0) - before;
  if (growth <= 0 || store.size() + growth <= MOST_STORED) return;
  const why = `exceeded quota: all objects together may have ${MOST_STORED} characters: delete some, large ConfigMaps and Secrets first`;
  throw forbiddenObject(resource, name, { why });
}

export interface QuotaWrite {
  readonly store: ObjectStore;
  readonly content: Content;
  /** What is replaced. */
  readonly previous?: StoredObject;
}
