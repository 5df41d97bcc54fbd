/**
 * Why a request is refused, as a Kubernetes Status. It is thrown, so that a refusal found inside a transaction rolls
 * it back, and becomes an answer in one place (`api.ts`).
 */
import { qualified, type ResourceName } from "../resource-names.ts";
import type { Json, JsonObject } from "./json.ts";

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** The plural, except for 422 Invalid where kubectl expects the kind. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
  /** Methods that the path takes: a header of the answer, no part of the Status. */
  readonly allow?: readonly string[];
}

export class Refusal extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails;

  constructor(code: number, reason: string, message: string, details: StatusDetails = {}) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  toStatus(): JsonObject {
    return statusObject({
      status: "Failure",
      message: this.message,
      reason: this.reason,
      details: detailsJson(this.details),
      code: this.code,
    });
  }
}

export function successStatus(details: StatusDetails): JsonObject {
  return statusObject({ status: "Success", details: detailsJson(details) });
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, "BadRequest", message);
}

export function unauthorized(message: string): Refusal {
  return new Refusal(401, "Unauthorized", message);
}

export function forbidden(message: string, details: StatusDetails = {}): Refusal {
  return new Refusal(403, "Forbidden", message, details);
}

/** What may not be done to this object, and why. */
export function forbiddenObject(
  resource: ResourceName,
  name: string,
  { why, causes = [] }: { readonly why: string; readonly causes?: readonly StatusCause[] },
): Refusal {
  const details = { ...named(resource, name), ...(causes.length === 0 ? {} : { causes }) };
  return forbidden(`${qualified(resource)} ${JSON.stringify(name)} is forbidden: ${why}`, details);
}

/** No such path: what kubectl shows as `the server could not find the requested resource`. */
export function unknownPath(): Refusal {
  return new Refusal(404, "NotFound", "the server could not find the requested resource");
}

export function notFound(resource: ResourceName, name: string): Refusal {
  return new Refusal(404, "NotFound", `${qualified(resource)} "${name}" not found`, named(resource, name));
}

export function alreadyExists(resource: ResourceName, name: string): Refusal {
  return new Refusal(409, "AlreadyExists", `${qualified(resource)} "${name}" already exists`, named(resource, name));
}

export function conflict(resource: ResourceName, name: string, why: string): Refusal {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`;
  return new Refusal(409, "Conflict", message, named(resource, name));
}

/** In Kubernetes' words, for a message or a cause. */
export function unsupportedValue(value: Json, supported: readonly string[]): string {
  const list = supported.map((each) => JSON.stringify(each)).join(", ");
  return `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
}

/** The usual conflict: a resourceVersion that is not the stored one. */
export function modified(resource: ResourceName, name: string): Refusal {
  return conflict(
    resource,
    name,
    "the object has been modified; please apply your changes to the latest version and try again",
  );
}

/** A UID or ResourceVersion that the request expects is not the stored one. */
export function preconditionFailed(
  resource: ResourceName,
  name: string,
  { what, expected, stored }: { readonly what: string; readonly expected: string; readonly stored: string },
): Refusal {
  const why = `Precondition failed: ${what} in precondition: ${expected}, ${what} in object meta: ${stored}`;
  return conflict(resource, name, why);
}

export function invalid(
  subject: { readonly group: string; readonly kind: string; readonly name: string },
  causes: readonly StatusCause[],
): Refusal {
  const list = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const text = list.length === 1 ? list[0] : `[${list.join(", ")}]`;
  const shown = subject.group === "" ? subject.kind : `${subject.kind}.${subject.group}`;
  return new Refusal(422, "Invalid", `${shown} "${subject.name}" is invalid: ${text}`, { ...subject, causes });
}

/** What the path takes instead goes into the answer's Allow. */
export function methodNotAllowed(allow: readonly string[]): Refusal {
  const message = "the server does not allow this method on the requested resource";
  return new Refusal(405, "MethodNotAllowed", message, { allow });
}

export function notAcceptable(offered: readonly string[]): Refusal {
  const message = `only the following media types are accepted: ${offered.join(", ")}`;
  return new Refusal(406, "NotAcceptable", message);
}

export function unsupportedMediaType(message: string): Refusal {
  return new Refusal(415, "UnsupportedMediaType", message);
}

export function tooLarge(message: string): Refusal {
  return new Refusal(413, "RequestEntityTooLarge", message);
}

export function notImplemented(message: string): Refusal {
  return new Refusal(501, "NotImplemented", message);
}

/** A bug: what it says is in the log. */
export function internalError(): Refusal {
  return new Refusal(500, "InternalError", "an error on the server; its log says more");
}

/** What was asked for lies before everything that is kept. */
export function expired(message: string): Refusal {
  return new Refusal(410, "Expired", message);
}

export function tooManyRequests(message: string, retryAfterSeconds: number): Refusal {
  return new Refusal(429, "TooManyRequests", message, { retryAfterSeconds });
}

/** A resourceVersion that was never given out: the client knows a state that is lost, and has to list without it. */
export function versionTooLarge(version: number, latest: number): Refusal {
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "" }];
  const message = `Too large resource version: ${version}, current: ${latest}`;
  return new Refusal(504, "Timeout", message, { causes, retryAfterSeconds: 1 });
}

export function unavailable(message: string): Refusal {
  return new Refusal(503, "ServiceUnavailable", message, { retryAfterSeconds: 1 });
}

function named(resource: ResourceName, name: string): StatusDetails {
  return { name, group: resource.group, kind: resource.plural };
}

function statusObject(fields: Readonly<Record<string, Json>>): JsonObject {
  return { kind: "Status", apiVersion: "v1", metadata: {}, ...fields };
}

function detailsJson(details: StatusDetails): JsonObject {
  const entries: [string, Json][] = [];
  for (const [name, value] of Object.entries(details)) {
    if (name === "causes" || value === undefined || value === "") continue;
    if (typeof value === "string" || typeof value === "number") entries.push([name, value]);
  }
  if (details.causes !== undefined) entries.push(["causes", details.causes.map((cause) => ({ ...cause }))]);
  return Object.fromEntries(entries);
}
