/** Where the next page of a list begins, as text that means nothing to clients. */
import { base64UrlText, bytesOfBase64 } from "../../core/base64.ts";
import { isJsonObject, numberAt, parseJson, textAt } from "./json.ts";
import { badRequest } from "./refusal.ts";

export interface ContinueToken {
  /** The last object of the page before. */
  readonly after: { readonly namespace: string; readonly name: string };
  /** Of the whole list. */
  readonly resourceVersion: number;
}

export function encodeContinueToken({ after, resourceVersion }: ContinueToken): string {
  const text = JSON.stringify({ namespace: after.namespace, name: after.name, resourceVersion });
  return base64UrlText(new TextEncoder().encode(text));
}

/** Takes nothing but what was made here. */
export function decodeContinueToken(token: string): ContinueToken {
  const bytes = bytesOfBase64(token.replaceAll("-", "+").replaceAll("_", "/"));
  const parsed = parseJson(new TextDecoder().decode(bytes));
  const value = "value" in parsed && isJsonObject(parsed.value) ? parsed.value : {};
  const namespace = textAt(value, "namespace");
  const name = textAt(value, "name");
  const resourceVersion = numberAt(value, "resourceVersion");
  if (namespace === undefined || name === undefined || resourceVersion === undefined) throw badToken();
  const decoded = { after: { namespace, name }, resourceVersion };
  if (!Number.isSafeInteger(resourceVersion) || encodeContinueToken(decoded) !== token) throw badToken();
  return decoded;
}

function badToken(): Error {
  return badRequest("continue key is not valid");
}
