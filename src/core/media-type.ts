/** What a Content-Type value says, as far as the content modes care. Lenient: any text is a content type to someone. */

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)"?/i;
const TEXT = /^text\/|[/+]xml$|^application\/(javascript|yaml|x-yaml|toml|graphql|sql|x-www-form-urlencoded|x-ndjson)$/;

/** `type/subtype` in lower case, without parameters. */
export function mediaType(contentType: string): string {
  const semicolon = contentType.indexOf(";");
  return (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}

/** Whether bytes of this content type are UTF-8: it says so, or says nothing. */
export function isUtf8(contentType: string): boolean {
  const charset = CHARSET.exec(contentType)?.[1]?.toLowerCase();
  return charset === undefined || charset === "utf-8" || charset === "utf8";
}

/** The JSON format's rule: subtype `json`, or any with the suffix `+json`. */
export function isJson(contentType: string): boolean {
  const type = mediaType(contentType);
  return type.endsWith("/json") || type.endsWith("+json");
}

/** Types whose data people expect to read, not to see as base64. */
export function isText(contentType: string): boolean {
  return TEXT.test(mediaType(contentType));
}
