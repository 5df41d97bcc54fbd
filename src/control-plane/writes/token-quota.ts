/** How many access tokens a namespace may have. */
import { tokenIn } from "../access/access-token-secret.ts";
import { qualified, type ResourceName, SECRETS } from "../resource-names.ts";
import { forbiddenObject } from "../resources/refusal.ts";
import type { QuotaWrite } from "./storage-quota.ts";

/** Each channel's configuration carries those that may publish there, 46 bytes each. */
const MAX_TOKENS = 200;

/** Refuses a Secret that would be one token more. What stays a token always passes. */
export function checkTokenQuota(resource: ResourceName, name: string, write: QuotaWrite): void {
  if (qualified(resource) !== qualified(SECRETS)) return;
  const { store, content, previous } = write;
  const token = tokenIn(content.body);
  if (token === undefined || (previous !== undefined && tokenIn(previous.body) !== undefined)) return;
  if (store.tokens.count(token.namespace) < MAX_TOKENS) return;
  const why = `exceeded quota: a namespace has at most ${MAX_TOKENS} access tokens: delete one that nobody uses`;
  throw forbiddenObject(SECRETS, name, { why });
}
