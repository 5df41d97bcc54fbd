/** A control plane whose users hold access tokens. */
import { type Answer, KEY, SECRETS, World } from "./control-plane-world.ts";

export class TokenWorld extends World {
  constructor() {
    super({ encryptionKey: KEY });
  }

  /** Makes a token and returns what requests with it look like. */
  async user(name: string, role: string, secrets = SECRETS) {
    const created = await this.request("POST", secrets, tokenSecret(name, role));
    return this.with(tokenOf(created));
  }

  with(token: string) {
    return (method: string, path: string, body?: unknown) =>
      this.request(method, path, body, { authorization: `Bearer ${token}` });
  }

  /** Roles of the rows, by their Secret. */
  get rows(): unknown {
    const query = "SELECT namespace || '/' || name AS secret, role FROM token ORDER BY secret";
    return this.database.prepare(query).all();
  }
}

export function tokenSecret(name: string, role: string, more: object = {}): object {
  const type = "sluice.dev/access-token";
  return { apiVersion: "v1", kind: "Secret", metadata: { name }, type, stringData: { role }, ...more };
}

export function tokenOf(answer: Answer): string {
  const { data } = answer.body;
  if (typeof data !== "object" || data === null || !("token" in data)) throw new Error(JSON.stringify(answer.body));
  return atob(String(data.token));
}
