/** A kubeconfig with one context for each user. kubectl sends no bearer token over plain http, but what the URL says. */
import { writeFileSync } from "node:fs";

/** Context names and their tokens; undefined for one without credentials. The first is the current one. */
export type Users = Readonly<Record<string, string | undefined>>;

export function writeKubeconfig(file: string, routerUrl: string, users: Users): void {
  const { host } = new URL(routerUrl);
  const names = Object.keys(users);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": names[0],
    clusters: names.map((name) => ({ name, cluster: { server: serverOf(host, users[name]) } })),
    users: names.map((name) => ({ name, user: {} })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
  };
  writeFileSync(file, JSON.stringify(config, undefined, 2), { mode: 0o600 });
}

function serverOf(host: string, token: string | undefined): string {
  return token === undefined ? `http://${host}` : `http://token:${token}@${host}`;
}
