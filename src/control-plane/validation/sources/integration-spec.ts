/** Which one service an IntegrationSource or IntegrationSink connects to, checked in Knative's words. */
import { type JsonObject, objectAt, textAt } from "../../resources/json.ts";
import { type FieldError, missingFields } from "../field-error.ts";
import { missingMembers } from "../missing-members.ts";

export interface IntegrationRules {
  /** `source` or `sink`, as messages call it. */
  readonly noun: "source" | "sink";
  /** The member of the spec that is a service of its own, without AWS. */
  readonly plain: string;
  /** What each AWS service cannot do without. */
  readonly aws: Readonly<Record<string, readonly string[]>>;
}

export function validateIntegration(spec: JsonObject | undefined, rules: IntegrationRules): readonly FieldError[] {
  const services = Object.keys(rules.aws).filter((service) => objectAt(spec, "aws", service) !== undefined);
  const count = services.length + (objectAt(spec, rules.plain) === undefined ? 0 : 1);
  // Knative's own path for these two has `spec` twice.
  const paths = ["spec.spec"];
  if (count === 0) return [{ message: `at least one ${rules.noun} type must be specified`, paths }];
  if (count > 1) return [{ message: `only one ${rules.noun} type can be set`, paths }];
  return services.flatMap((service) => validateAws(spec, service, rules.aws[service] ?? []));
}

function validateAws(
  spec: JsonObject | undefined,
  service: string,
  required: readonly string[],
): readonly FieldError[] {
  const missing = missingMembers(objectAt(spec, "aws", service), required, `spec.aws.${service}`);
  return hasCredentials(objectAt(spec, "aws", "auth"))
    ? missing
    : [missingFields("spec.aws.auth.secret.ref.name"), ...missing];
}

/** The keys of a Secret, or the identity of a service account. */
function hasCredentials(auth: JsonObject | undefined): boolean {
  return (textAt(auth, "secret", "ref", "name") ?? "") !== "" || (textAt(auth, "serviceAccountName") ?? "") !== "";
}
