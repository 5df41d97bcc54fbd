/** What an Accept header asks for. */

export interface AcceptedType {
  /** In lower case; may be a range such as `application/*`. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Best first. No header accepts everything. */
export function parseAccept(header: string | null): readonly AcceptedType[] {
  const entries = (header ?? "").split(",").flatMap((entry) => {
    const [type = "", ...rest] = entry.split(";").map((part) => part.trim());
    const parameters = new Map(rest.map(parameter));
    const quality = Number(parameters.get("q") ?? "1");
    return type === "" || !(quality > 0) ? [] : [{ type: type.toLowerCase(), parameters, quality }];
  });
  if ((header ?? "").trim() === "") return [{ type: "*/*", parameters: new Map() }];
  return entries.sort((a, b) => b.quality - a.quality).map(({ type, parameters }) => ({ type, parameters }));
}

export function accepts(accepted: AcceptedType, mediaType: string): boolean {
  const [family = ""] = mediaType.split("/");
  return accepted.type === mediaType || accepted.type === `${family}/*` || accepted.type === "*/*";
}

function parameter(text: string): [string, string] {
  const [name = "", value = ""] = text.split("=", 2);
  return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, "$1")];
}
