/**
 * The first start shows a webhook going all the way: the example resources are applied, a pull request as GitHub
 * sends it is posted, and the event display prints what the Trigger delivers.
 */
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ApiClient } from "./api-client.mjs";

const EXAMPLES = ["broker.yaml", "github-source.yaml", "trigger.yaml"];
/** Stands in trigger.yaml: right for the default ports. */
const DISPLAY_URL = "http://127.0.0.1:8788/";
const WEBHOOK_PATH = "/default/webhooks/github";
const ARRIVAL_TIMEOUT_MS = 10_000;

/** What an earlier start left behind: the port its Trigger delivers to, or undefined when the demo never ran. */
export function shownBefore(dataFolder) {
  try {
    return JSON.parse(readFileSync(dataFolder.file("demo.json"), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** `nextEvent()` resolves with the attributes of the next event that the display receives. */
export async function showDemo({ root, settings, dataFolder, nextEvent }) {
  const client = new ApiClient(settings.localUrl, settings.adminToken);
  const secret = dataFolder.secret("webhook.secret");
  const { displayUrl } = settings;
  console.log("\nFirst start: applying examples/quickstart");
  for (const resource of [webhookSecret(secret), ...(await readExamples(root, displayUrl))]) {
    await client.apply(resource);
    console.log(`  ${resource.kind} ${resource.metadata.namespace}/${resource.metadata.name} is ready`);
  }
  if (displayUrl !== DISPLAY_URL)
    console.log(`  (the Trigger's subscriber is ${displayUrl} instead of ${DISPLAY_URL})`);

  console.log(`\nPosting a signed pull_request webhook to ${settings.localUrl}${WEBHOOK_PATH}`);
  const arrived = nextEvent();
  await postWebhook(`${settings.localUrl}${WEBHOOK_PATH}`, secret, root);
  const timeout = new Promise((resolve) => setTimeout(resolve, ARRIVAL_TIMEOUT_MS).unref());
  if ((await Promise.race([arrived, timeout])) === undefined) {
    throw new Error(`the event did not reach the display within ${ARRIVAL_TIMEOUT_MS / 1000} s`);
  }
  writeFileSync(dataFolder.file("demo.json"), JSON.stringify({ displayPort: settings.displayPort }));
}

/** The lines to try next, ready to paste. */
export function nextSteps(settings) {
  const url = settings.localUrl;
  const isOpen = settings.adminToken === undefined;
  const auth = isOpen ? "" : ' -H "Authorization: Bearer $SLUICE_ADMIN_TOKEN"';
  // Over plain http kubectl sends a token only as a part of the address.
  const server = isOpen ? url : `"${url.replace("://", "://any:$SLUICE_ADMIN_TOKEN@")}"`;
  return `
Try next:
  # send an event of your own
  curl -i${auth} ${url}/default/default -H 'ce-specversion: 1.0' -H 'ce-type: com.example.hello' \\
    -H 'ce-source: /terminal' -H "ce-id: $(date +%s)" -H 'content-type: application/json' -d '{"hello":"world"}'
  # see what was applied
  kubectl --server=${server} get all
  # read the broker's log
  curl -s${auth} '${url}/apis/sluice.dev/v1alpha1/namespaces/default/brokers/default/log?limit=10'
`;
}

/** What the GitHubSource of the examples names. */
function webhookSecret(secretToken) {
  const metadata = { name: "github-webhook", namespace: "default" };
  return { apiVersion: "v1", kind: "Secret", metadata, stringData: { secretToken } };
}

async function readExamples(root, displayUrl) {
  const { parseAllDocuments } = await import("yaml");
  const texts = EXAMPLES.map((name) => readFileSync(join(root, "examples", "quickstart", name), "utf8"));
  const documents = texts.flatMap((text) => parseAllDocuments(text));
  return documents.map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return JSON.parse(JSON.stringify(document), (_key, value) => (value === DISPLAY_URL ? displayUrl : value));
  });
}

async function postWebhook(url, secret, root) {
  const require = createRequire(join(root, "package.json"));
  const hooks = require("@octokit/webhooks-examples");
  const payload = JSON.stringify(hooks.find((hook) => hook.name === "pull_request").examples[0]);
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": "pull_request",
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(payload).digest("hex")}`,
    },
    body: payload,
  });
  if (!answer.ok) throw new Error(`the webhook was refused with ${answer.status}: ${await answer.text()}`);
}
