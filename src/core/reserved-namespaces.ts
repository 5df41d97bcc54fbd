/** First path segments that belong to the API: a namespace of that name could not be reached. */
const RESERVED: ReadonlySet<string> = new Set([
  "api",
  "apis",
  "openapi",
  "version",
  "readyz",
  "livez",
  "healthz",
  "metrics",
  "console",
  ".well-known",
]);

export function isReservedNamespace(name: string): boolean {
  return RESERVED.has(name);
}
