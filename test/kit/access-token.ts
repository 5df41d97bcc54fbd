/** Makes access tokens in a running router, as its admin does. */
import { authorization, type RouterApi } from "./apply.ts";

export interface TokenPlan {
  readonly name: string;
  readonly role: "viewer" | "editor" | "admin" | "publisher";
  readonly namespace?: string;
}

/** The token, which the router chose. */
export async function createToken(
  router: RouterApi,
  { name, role, namespace = "default" }: TokenPlan,
): Promise<string> {
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name },
    type: "sluice.dev/access-token",
    stringData: { role },
  };
  const answer = await fetch(secretsUrl(router, namespace), {
    method: "POST",
    headers: { ...authorization(router), "content-type": "application/json" },
    body: JSON.stringify(secret),
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`Secret ${name} was refused with ${answer.status}: ${text}`);
  return Buffer.from(JSON.parse(text).data.token, "base64").toString();
}

export function secretsUrl({ url }: RouterApi, namespace = "default"): string {
  return `${url}/api/v1/namespaces/${namespace}/secrets`;
}
