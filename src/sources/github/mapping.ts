/**
 * Which fields of a webhook become `subject` and extensions, by event type: Knative's GitHubSource, extended so that
 * event types it does not know are carried too, with the common extensions and no subject.
 */
import type { AttributeValue } from "../../core/event.ts";
import type { Payload } from "./payload.ts";

type Field = (payload: Payload) => AttributeValue | undefined;

interface Mapping {
  readonly subject: Field;
  readonly extensions: Readonly<Record<string, Field>>;
}

export interface MappedAttributes {
  readonly subject?: string;
  readonly extensions: Readonly<Record<string, AttributeValue>>;
}

/** CloudEvents integers have 32 bits; larger ones travel as text. */
const LARGEST_INTEGER = 2 ** 31 - 1;

/** Fields that the payload lacks are left out. */
export function mapWebhook(eventName: string, payload: Payload): MappedAttributes {
  const mapping = MAPPINGS.get(eventName) ?? OTHER;
  const extensions: Record<string, AttributeValue> = {};
  for (const [name, field] of Object.entries(mapping.extensions)) {
    const value = field(payload);
    if (value !== undefined) extensions[name] = value;
  }
  const subject = mapping.subject(payload);
  return subject === undefined || subject === "" ? { extensions } : { subject: String(subject), extensions };
}

const REPOSITORY = {
  owner: text("repository", "owner", "login"),
  repository: text("repository", "name"),
};
const SENDER = { sender: text("sender", "login") };
const COMMON = { ...REPOSITORY, ...SENDER };
const ACTION = { action: text("action") };
const COMMON_AND_ACTION = { ...COMMON, ...ACTION };
const IN_ORGANIZATION = { owner: text("organization", "login"), ...SENDER, ...ACTION };
const INSTALLATION = { installation: integer("installation", "id") };
const OF_APP: Mapping = {
  subject: digits("installation", "id"),
  extensions: { ...INSTALLATION, ...SENDER, ...ACTION },
};
const OTHER: Mapping = { subject: () => undefined, extensions: COMMON };

const MAPPINGS: ReadonlyMap<string, Mapping> = new Map<string, Mapping>([
  ["check_run", { subject: digits("check_run", "id"), extensions: COMMON_AND_ACTION }],
  ["check_suite", { subject: digits("check_suite", "id"), extensions: COMMON_AND_ACTION }],
  ["commit_comment", { subject: lastPathPart("comment", "html_url"), extensions: COMMON_AND_ACTION }],
  ["create", { subject: text("ref_type"), extensions: { ...COMMON, ref: text("ref") } }],
  ["delete", { subject: text("ref_type"), extensions: { ...COMMON, ref: text("ref") } }],
  ["deployment", { subject: digits("deployment", "id"), extensions: COMMON }],
  ["deployment_status", { subject: digits("deployment", "id"), extensions: COMMON }],
  ["fork", { subject: digits("forkee", "id"), extensions: COMMON }],
  ["gollum", { subject: pageNames, extensions: COMMON }],
  ["installation", OF_APP],
  ["installation_repositories", OF_APP],
  ["integration_installation", OF_APP],
  ["integration_installation_repositories", OF_APP],
  ["issue_comment", { subject: lastPathPart("comment", "html_url"), extensions: COMMON_AND_ACTION }],
  [
    "issues",
    {
      subject: digits("issue", "number"),
      extensions: { ...COMMON_AND_ACTION, label: text("label", "name"), assignee: text("assignee", "login") },
    },
  ],
  ["label", { subject: text("label", "name"), extensions: { ...COMMON_AND_ACTION, label: text("label", "name") } }],
  ["member", { subject: digits("member", "id"), extensions: COMMON_AND_ACTION }],
  ["membership", { subject: digits("member", "id"), extensions: { ...IN_ORGANIZATION, scope: text("scope") } }],
  ["milestone", { subject: digits("milestone", "number"), extensions: COMMON_AND_ACTION }],
  ["org_block", { subject: text("action"), extensions: IN_ORGANIZATION }],
  ["organization", { subject: text("action"), extensions: IN_ORGANIZATION }],
  ["page_build", { subject: digits("id"), extensions: COMMON }],
  ["ping", { subject: digits("hook_id"), extensions: COMMON }],
  ["project", { subject: text("action"), extensions: COMMON_AND_ACTION }],
  ["project_card", { subject: text("action"), extensions: COMMON_AND_ACTION }],
  ["project_column", { subject: text("action"), extensions: COMMON_AND_ACTION }],
  ["public", { subject: digits("repository", "id"), extensions: COMMON }],
  [
    "pull_request",
    {
      subject: digits("pull_request", "number"),
      extensions: {
        ...COMMON_AND_ACTION,
        ...INSTALLATION,
        number: integer("number"),
        // Empty, not missing, on events that are not about a label: Knative's way.
        label: (payload) => payload.text("label", "name") ?? "",
        assignee: text("assignee", "login"),
      },
    },
  ],
  [
    "pull_request_review",
    {
      subject: digits("review", "id"),
      extensions: { ...COMMON_AND_ACTION, ...INSTALLATION, review: text("review", "state") },
    },
  ],
  [
    "pull_request_review_comment",
    { subject: digits("comment", "id"), extensions: { ...COMMON_AND_ACTION, ...INSTALLATION } },
  ],
  [
    "push",
    {
      subject: lastPathPart("compare"),
      extensions: {
        ...COMMON,
        ...INSTALLATION,
        pusher: text("pusher", "name"),
        ref: text("ref"),
        created: flag("created"),
        deleted: flag("deleted"),
        forced: flag("forced"),
      },
    },
  ],
  [
    "release",
    {
      subject: text("release", "tag_name"),
      extensions: { ...COMMON_AND_ACTION, ...INSTALLATION, release: text("release", "name") },
    },
  ],
  ["repository", { subject: digits("repository", "id"), extensions: COMMON_AND_ACTION }],
  ["repository_vulnerability_alert", { subject: digits("alert", "id"), extensions: ACTION }],
  ["security_advisory", { subject: text("security_advisory", "ghsa_id"), extensions: ACTION }],
  [
    "status",
    {
      subject: text("sha"),
      extensions: { ...COMMON, state: text("state"), name: text("name"), context: text("context") },
    },
  ],
  ["team", { subject: digits("team", "id"), extensions: { ...SENDER, ...ACTION } }],
  ["team_add", { subject: digits("repository", "id"), extensions: COMMON }],
  ["watch", { subject: digits("repository", "id"), extensions: COMMON_AND_ACTION }],
]);

function text(...path: readonly string[]): Field {
  return (payload) => payload.text(...path);
}

/** An id as text, with every digit it has. */
function digits(...path: readonly string[]): Field {
  return (payload) => payload.digits(...path);
}

function integer(...path: readonly string[]): Field {
  return (payload) => {
    const written = payload.digits(...path);
    if (written === undefined || Math.abs(Number(written)) > LARGEST_INTEGER) return written;
    return Number(written);
  };
}

function flag(...path: readonly string[]): Field {
  return (payload) => payload.flag(...path);
}

/** `7#issuecomment-12` of `https://github.com/o/r/issues/7#issuecomment-12`. */
function lastPathPart(...path: readonly string[]): Field {
  return (payload) => {
    const url = payload.text(...path);
    return url?.slice(url.lastIndexOf("/") + 1);
  };
}

function pageNames(payload: Payload): string | undefined {
  const names = payload.objects("pages").flatMap((page) => page.text("page_name") ?? []);
  return names.join(",");
}
