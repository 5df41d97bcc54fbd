/** Answers of the webhook endpoint. Refusals carry a short JSON reason: GitHub shows it beside the delivery. */

const ALLOW = "POST, OPTIONS";
const ALLOWED = { Allow: ALLOW };
const DUPLICATE = { Allow: ALLOW, "Sluice-Duplicate": "true" };

export function accepted(duplicate: boolean): Response {
  return new Response(null, { status: 202, headers: duplicate ? DUPLICATE : ALLOWED });
}

export function options(): Response {
  return new Response(null, { status: 200, headers: ALLOWED });
}

export function refusal(status: 400 | 404 | 405 | 413 | 415, message: string): Response {
  return Response.json({ error: message }, { status, headers: ALLOWED });
}

/** 503; waits are told in whole seconds, never 0. */
export function unavailable(message: string, retryAfterMs: number): Response {
  const retryAfter = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  return Response.json({ error: message }, { status: 503, headers: { Allow: ALLOW, "Retry-After": retryAfter } });
}
