/** A subscriber that prints every CloudEvent it receives, in the binary content mode Sluice delivers in. */
import { createServer } from "node:http";

const MAX_SHOWN_BYTES = 600;
/** Names longer than knativearrivaltime do not move the others. */
const MAX_NAME_WIDTH = 18;
/** Larger bodies are read and thrown away. */
const MAX_KEPT_BYTES = 1_048_576;

/** Resolves once it listens; `onEvent` gets the attributes of every event. Rejects when the port is taken. */
export function serveEventDisplay({ host, port, print, onEvent }) {
  const server = createServer((request, response) => {
    receive(request, response).then(
      (event) => {
        if (event === undefined) return;
        print(describe(event.attributes, event.data));
        onEvent(event.attributes);
      },
      // The sender went away in the middle: it will send the event again.
      () => response.destroy(),
    );
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server));
  });
}

async function receive(request, response) {
  const chunks = [];
  let kept = 0;
  for await (const chunk of request) {
    if (kept < MAX_KEPT_BYTES) chunks.push(chunk);
    kept += chunk.length;
  }
  const isEvent = request.method === "POST";
  response.writeHead(isEvent ? 204 : 405).end();
  return isEvent
    ? { attributes: attributesOf(request.headers), data: Buffer.concat(chunks).toString("utf8") }
    : undefined;
}

function attributesOf(headers) {
  const attributes = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith("ce-")) attributes[name.slice("ce-".length)] = decode(String(value));
  }
  if (headers["content-type"] !== undefined) attributes.datacontenttype = headers["content-type"];
  return attributes;
}

function describe({ specversion: _, ...attributes }, data) {
  const width = Math.min(MAX_NAME_WIDTH, Math.max(...Object.keys(attributes).map((name) => name.length)));
  const line = (name, value) => `  ${name.padEnd(width)} ${printable(value)}`;
  const lines = Object.entries(attributes).map(([name, value]) => line(name, value));
  const shown =
    data.length > MAX_SHOWN_BYTES ? `${data.slice(0, MAX_SHOWN_BYTES)} ... (${data.length} characters)` : data;
  return ["event received", ...lines.sort(), ...(data === "" ? [] : [line("data", shown)])].join("\n");
}

/** Events come from strangers: their control characters must not reach the terminal. */
function printable(text) {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (char) => `\\u{${char.codePointAt(0).toString(16)}}`);
}

/** Attribute values are percent-encoded in headers. */
function decode(value) {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
