/** The answers of the ingress. Refusals carry a short JSON reason that says what to change. */

const ALLOW = "POST, OPTIONS";
const ALLOWED = { Allow: ALLOW };
const CHALLENGE = { Allow: ALLOW, "WWW-Authenticate": 'Bearer realm="sluice"' };
const DUPLICATE = { Allow: ALLOW, "Sluice-Duplicate": "true" };
/** The handshake of the CloudEvents webhook specification: anyone may send, as fast as they like. */
const CONSENT = { Allow: ALLOW, "WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": "*" };

/** One object for all: it has no body, and to make it would cost a tenth of a request. */
let plain: Response | undefined;

export function accepted(duplicate: boolean): Response {
  if (duplicate) return new Response(null, { status: 202, headers: DUPLICATE });
  plain ??= new Response(null, { status: 202, headers: ALLOWED });
  return plain;
}

export function consent(): Response {
  return new Response(null, { status: 200, headers: CONSENT });
}

export function refusal(status: 400 | 403 | 404 | 405 | 413 | 415, message: string): Response {
  return Response.json({ error: message }, { status, headers: ALLOWED });
}

export function unauthorized(message: string): Response {
  return Response.json({ error: message }, { status: 401, headers: CHALLENGE });
}

/** 503; waits are told in whole seconds, never 0. */
export function unavailable(message: string, retryAfterMs: number): Response {
  const retryAfter = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
  return Response.json({ error: message }, { status: 503, headers: { Allow: ALLOW, "Retry-After": retryAfter } });
}
