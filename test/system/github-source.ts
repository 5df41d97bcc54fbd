/** A GitHubSource and GitHub itself, as a webhook that is signed with the source's secret. */
import { createHmac } from "node:crypto";
import { apply } from "../kit/apply.ts";
import type { Router } from "./harness.ts";

const TOKEN = "long and random";

export interface GitHubPlace {
  readonly router: Router;
  readonly namespace: string;
}

/** A GitHubSource `repo` of pushes; resolves when it is Ready. */
export async function createGitHubSource({ router, namespace }: GitHubPlace, sink: object): Promise<void> {
  await apply(router, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "hook", namespace },
    stringData: { token: TOKEN },
  });
  await apply(router, {
    apiVersion: "sources.knative.dev/v1alpha1",
    kind: "GitHubSource",
    metadata: { name: "repo", namespace },
    spec: {
      ownerAndRepository: "o/r",
      eventTypes: ["push"],
      secretToken: { secretKeyRef: { name: "hook", key: "token" } },
      sink,
    },
  });
}

/** Resolves when it is written, which the data plane may not know yet. */
export async function switchSink({ router, namespace }: GitHubPlace, sink: object): Promise<void> {
  const url = `${router.url}/apis/sources.knative.dev/v1alpha1/namespaces/${namespace}/githubsources/repo`;
  const headers = { "content-type": "application/merge-patch+json" };
  const answer = await fetch(url, { method: "PATCH", headers, body: JSON.stringify({ spec: { sink } }) });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`the sink was not switched: ${answer.status} ${text}`);
}

/** Posts a push to the source; says what was sent and what was answered. */
export async function postPush({ router, namespace }: GitHubPlace, delivery: string) {
  const body = JSON.stringify({ ref: "refs/heads/main", repository: { full_name: "o/r" } });
  const answer = await fetch(`${router.url}/${namespace}/webhooks/repo`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": "push",
      "x-github-delivery": delivery,
      "x-hub-signature-256": `sha256=${createHmac("sha256", TOKEN).update(body).digest("hex")}`,
    },
    body,
  });
  return { body, status: answer.status, text: await answer.text() };
}
