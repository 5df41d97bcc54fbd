/** Requests to the control plane whose answers are more than JSON objects: their bytes, media types and headers. */
import type { World } from "./control-plane-world.ts";

export interface RawAnswer {
  readonly code: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
}

export async function rawRequest(
  world: World,
  path: string,
  init: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Uint8Array;
  } = {},
): Promise<RawAnswer> {
  const { method = "GET", headers = {}, body } = init;
  const response = await world.engine.api.request(`http://sluice.test${path}`, {
    method,
    headers: { authorization: "Bearer t", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : Uint8Array.from(body) }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { code: response.status, headers: response.headers, bytes, text: new TextDecoder().decode(bytes) };
}
