/** The workloads a SinkBinding binds, checked in Knative's words. */
import { type JsonObject, objectAt, textAt } from "../../resources/json.ts";
import {
  expectedExactlyOneGotBoth,
  expectedExactlyOneGotNeither,
  type FieldError,
  invalidValue,
  missingFields,
} from "../field-error.ts";
import { selectorProblem } from "../label-selector.ts";

const PATH = "spec.subject";
const API_VERSION = /^(?:[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const KIND = /^[A-Za-z_][A-Za-z0-9_]*$/;
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** `namespace` is that of the SinkBinding, which the subject must be in. */
export function validateSubject(subject: JsonObject | undefined, namespace: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [member, form] of [["apiVersion", API_VERSION] as const, ["kind", KIND] as const]) {
    const value = textAt(subject, member) ?? "";
    if (value === "") errors.push(missingFields(`${PATH}.${member}`));
    else if (!form.test(value)) errors.push(invalidValue(value, `${PATH}.${member}`));
  }
  const subjectNamespace = textAt(subject, "namespace") ?? "";
  if (subjectNamespace !== namespace) errors.push(invalidValue(subjectNamespace, `${PATH}.namespace`));
  return [...errors, ...validateWhich(subject)];
}

function validateWhich(subject: JsonObject | undefined): readonly FieldError[] {
  const name = textAt(subject, "name") ?? "";
  const selector = objectAt(subject, "selector");
  const both = [`${PATH}.selector`, `${PATH}.name`];
  if (selector === undefined) {
    if (name === "") return [expectedExactlyOneGotNeither(...both)];
    return NAME.test(name) ? [] : [invalidValue(name, `${PATH}.name`)];
  }
  if (name !== "") return [expectedExactlyOneGotBoth(...both)];
  const problem = selectorProblem(selector);
  return problem === undefined ? [] : [invalidValue(problem, `${PATH}.selector`)];
}
