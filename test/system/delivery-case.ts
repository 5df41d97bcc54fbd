/** The recorded delivery cases, and the answers they describe in words. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./harness.ts";
import type { SinkAnswer } from "./sink.ts";

export interface DeliveryExpectation {
  readonly ingressStatus: number;
  readonly attempts: number;
  /** Time between the attempts, one fewer than there are attempts. */
  readonly gapsSeconds: readonly number[];
  readonly deadLettered: number;
  readonly dlsExtensions: Readonly<Record<string, string>>;
  readonly replyRouted: readonly { readonly path: string; readonly type: string }[];
}

export interface DeliveryCase extends DeliveryExpectation {
  readonly case: string;
  readonly delivery: Readonly<Record<string, unknown>> | null;
  readonly deadLetterSink: boolean;
  readonly subscriberAnswers: string;
  /** Where Sluice departs on purpose. */
  readonly expect?: Partial<DeliveryExpectation>;
}

const file = readFileSync(join(ROOT, "test/oracle/delivery-cases.json"), "utf8");

export function deliveryCases(): readonly DeliveryCase[] {
  const { cases }: { readonly cases: readonly DeliveryCase[] } = JSON.parse(file);
  return cases.map((each) => ({ ...each, ...each.expect }));
}

/** Counted without parsing, to compare with the cases that ran. */
export function casesInFile(): number {
  return file.split('"case"').length - 1;
}

export type SubscriberBehaviour =
  | { readonly kind: "answers"; readonly answer: SinkAnswer }
  | { readonly kind: "refuses connections" };

export function behaviourOf(words: string): SubscriberBehaviour {
  for (const [form, read] of FORMS) {
    const match = form.exec(words);
    if (match !== null) return read(match.groups ?? {});
  }
  throw new Error(`this test does not understand the subscriber ${JSON.stringify(words)}`);
}

type Read = (groups: Readonly<Record<string, string | undefined>>) => SubscriberBehaviour;

const FORMS: readonly (readonly [RegExp, Read])[] = [
  [/^connection refused$/, () => ({ kind: "refuses connections" })],
  [/^(?<status>\d{3}) empty$/, ({ status }) => answers({ status: Number(status) })],
  [
    /^(?<status>\d{3}) \+ binary CloudEvent type=(?<type>\S+)$/,
    ({ status, type }) =>
      answers({
        status: Number(status),
        headers: {
          "ce-specversion": "1.0",
          "ce-id": "reply",
          "ce-source": "/subscriber",
          "ce-type": type ?? "",
          "content-type": "application/json",
        },
        body: '{"answer":true}',
      }),
  ],
  [
    /^(?<status>\d{3}) Location: (?<location>\S+) \(which again answers \k<status>\)$/,
    ({ status, location }) => answers({ status: Number(status), headers: { location: location ?? "" } }),
  ],
  [
    /^(?<status>\d{3}) (?<mediaType>[a-z]+\/[a-z+-]+) (?<body>\S+)$/,
    ({ status, mediaType, body }) =>
      answers({ status: Number(status), headers: { "content-type": mediaType ?? "" }, body: body ?? "" }),
  ],
  [
    /^always status (?<status>\d{3}) with body "(?<body>[^"]*)"(?: and header (?<name>[\w-]+): (?<value>\S+))?$/,
    ({ status, body, name, value }) =>
      answers({
        status: Number(status),
        headers: name === undefined ? {} : { [name]: value ?? "" },
        body: body ?? "",
      }),
  ],
];

function answers(answer: SinkAnswer): SubscriberBehaviour {
  return { kind: "answers", answer };
}
