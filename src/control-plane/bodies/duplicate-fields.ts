/** Fields that a JSON text names twice: the parser keeps the last value and says nothing. */

/** More are of no use to anybody. */
const MAX_REPORTED = 10;

interface Frame {
  readonly path: string;
  /** Undefined for a list. */
  readonly keys: Set<string> | undefined;
  /** The member or item that is being read. */
  current: string;
}

/** Their paths, in the order of the text, which must be valid JSON. */
export function duplicateFieldsIn(json: string): readonly string[] {
  const found: string[] = [];
  const frames: Frame[] = [];
  for (let at = 0; at < json.length && found.length < MAX_REPORTED; at++) {
    const char = json[at];
    const frame = frames.at(-1);
    if (char === "{" || char === "[") {
      frames.push({
        path: frame?.current ?? "",
        keys: char === "{" ? new Set() : undefined,
        current: frame?.current ?? "",
      });
    } else if (char === "}" || char === "]") {
      frames.pop();
    } else if (char === '"') {
      const end = endOfString(json, at);
      if (frame?.keys !== undefined && isFollowedByColon(json, end)) {
        const key: string = JSON.parse(json.slice(at, end + 1));
        frame.current = frame.path === "" ? key : `${frame.path}.${key}`;
        if (frame.keys.has(key)) found.push(frame.current);
        frame.keys.add(key);
      }
      at = end;
    }
  }
  return found;
}

/** Where the closing quote of the string is that begins here. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at;
}

function isFollowedByColon(json: string, end: number): boolean {
  let at = end + 1;
  while (/\s/.test(json[at] ?? "")) at++;
  return json[at] === ":";
}
