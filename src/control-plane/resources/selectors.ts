/** Label selectors (equality and existence) and field selectors (name and namespace) of list requests. */
import type { JsonObject } from "./json.ts";
import { labelsOf, nameOf, namespaceOf } from "./metadata.ts";
import { badRequest } from "./refusal.ts";

export type Selector = (object: JsonObject) => boolean;

const EQUALITY = /^([A-Za-z0-9./_-]+)\s*(==|=|!=)\s*([A-Za-z0-9._-]*)$/;
const EXISTENCE = /^(!?)\s*([A-Za-z0-9./_-]+)$/;

export function parseLabelSelector(text: string): Selector {
  const requirements = partsOf(text).map(parseLabelRequirement);
  return (object) => {
    const labels = labelsOf(object);
    return requirements.every((passes) => passes(labels));
  };
}

export function parseFieldSelector(text: string): Selector {
  const requirements = partsOf(text).map((part): Selector => {
    const match = /^([A-Za-z.]+)\s*(==|=|!=)\s*(.*)$/.exec(part);
    if (match === null)
      throw badRequest(`invalid selector: ${JSON.stringify(text)}; can't understand ${JSON.stringify(part)}`);
    const [, field = "", operator, wanted = ""] = match;
    const read = field === "metadata.name" ? nameOf : field === "metadata.namespace" ? namespaceOf : undefined;
    if (read === undefined) throw badRequest(`field label not supported: ${field}`);
    return operator === "!=" ? (object) => read(object) !== wanted : (object) => read(object) === wanted;
  });
  return (object) => requirements.every((passes) => passes(object));
}

function parseLabelRequirement(part: string): (labels: Readonly<Record<string, string>>) => boolean {
  const equality = EQUALITY.exec(part);
  if (equality !== null) {
    const [, name = "", operator, wanted = ""] = equality;
    const equals = (labels: Readonly<Record<string, string>>) => Object.hasOwn(labels, name) && labels[name] === wanted;
    return operator === "!=" ? (labels) => !equals(labels) : equals;
  }
  const existence = EXISTENCE.exec(part);
  if (existence === null) {
    throw badRequest(
      `unable to parse requirement: ${JSON.stringify(part)}: only name=value, name!=value, name and !name are served`,
    );
  }
  const [, not, name = ""] = existence;
  return (labels) => Object.hasOwn(labels, name) === (not === "");
}

function partsOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
