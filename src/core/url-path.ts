/**
 * The path of an absolute URL as `Request.url` has it, by hand, because it is asked of every event. Dots and escapes stay as
 * they were sent: no address of ours has any, so none leads anywhere.
 */
export function urlPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start === -1) return "/";
  const query = url.search(/[?#]/);
  if (query === -1) return url.slice(start);
  return query > start ? url.slice(start, query) : "/";
}
