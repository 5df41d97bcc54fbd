/** How attribute values travel as header values (CloudEvents HTTP binding 1.0.2 §3.1.3.2). */

const ESCAPED = /%[0-9A-Fa-f]{2}/;
const ESCAPED_RUN = /(?:%[0-9A-Fa-f]{2})+/g;
const QUOTED = /^"((?:[^"\\]|\\.)*)"$/s;
/** Everything but U+0021-U+007E, and of those not the double quote and the percent sign. */
const TO_ESCAPE = /[^\x21\x23\x24\x26-\x7e]+/gu;
/** What the runtime makes of a byte that is no UTF-8. */
const REPLACEMENT = "\ufffd";

/** The value a header carries, or undefined if it is no UTF-8. A percent sign without two hex digits stands for itself. */
export function decodeHeaderValue(header: string): string | undefined {
  if (header.includes(REPLACEMENT)) return undefined;
  const value = header.startsWith('"') ? unquote(header) : header;
  if (!value.includes("%") || !ESCAPED.test(value)) return value;
  try {
    return value.replace(ESCAPED_RUN, decodeURIComponent);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** Text that decodeHeaderValue turns back into the value; lone surrogates, which no event has, would be replaced. */
export function encodeHeaderValue(value: string): string {
  return value.replace(TO_ESCAPE, (run) => encodeURIComponent(run.toWellFormed()));
}

/** Older producers quote values instead of escaping them. */
function unquote(header: string): string {
  const inner = QUOTED.exec(header)?.[1];
  return inner === undefined ? header : inner.replace(/\\(.)/gs, "$1");
}
