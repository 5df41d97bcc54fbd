/** Where the next page of a list begins, as text that means nothing to clients. */
import { isJsonObject, numberAt, parseJson, textAt } from "./json.ts";
import { badRequest } from "./refusal.ts";

export interface ContinueToken {
  /** The last object of the page before. */
  readonly after: { readonly namespace: string; readonly name: string };
  /** Of the whole list. */
  readonly resourceVersion: number;
}

/** Names are ASCII, which is what `btoa` takes. */
export function encodeContinueToken({ after, resourceVersion }: ContinueToken): string {
  const text = JSON.stringify({ namespace: after.namespace, name: after.name, resourceVersion });
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Takes nothing but what was made here. */
export function decodeContinueToken(token: string): ContinueToken {
  const parsed = parseJson(fromBase64Url(token));
  const value = "value" in parsed && isJsonObject(parsed.value) ? parsed.value : {};
  const namespace = textAt(value, "namespace");
  const name = textAt(value, "name");
  const resourceVersion = numberAt(value, "resourceVersion");
  if (namespace === undefined || name === undefined || resourceVersion === undefined) throw badToken();
  const decoded = { after: { namespace, name }, resourceVersion };
  if (!Number.isSafeInteger(resourceVersion) || encodeSafely(decoded) !== token) throw badToken();
  return decoded;
}

/** Undefined for names that no token of ours holds. */
function encodeSafely(token: ContinueToken): string | undefined {
  try {
    return encodeContinueToken(token);
  } catch {
    return undefined;
  }
}

function fromBase64Url(token: string): string {
  try {
    return atob(token.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw badToken();
  }
}

function badToken(): Error {
  return badRequest("continue key is not valid");
}
