/** The path of an absolute URL as `Request.url` has it, by hand where it is plain, because it is asked of every event. */
export function urlPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start === -1) return "/";
  const query = url.search(/[?#]/);
  if (query !== -1 && query < start) return "/";
  const path = query === -1 ? url.slice(start) : url.slice(start, query);
  // Dots, also escaped ones, may lead somewhere else.
  return UNUSUAL.test(path) ? new URL(url).pathname : path;
}

const UNUSUAL = /%|\/\./;
