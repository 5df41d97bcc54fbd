/** Label selectors as objects have them: `matchLabels` and `matchExpressions`. */
import { type JsonObject, listAt, textAt } from "../resources/json.ts";

const WITH_VALUES = ["In", "NotIn"];
const WITHOUT_VALUES = ["Exists", "DoesNotExist"];

/** Why the selector selects nothing that can be said, if so. */
export function selectorProblem(selector: JsonObject): string | undefined {
  for (const expression of listAt(selector, "matchExpressions")) {
    const operator = textAt(expression, "operator") ?? "";
    const values = listAt(expression, "values");
    if (WITH_VALUES.includes(operator)) {
      if (values.length === 0) return `values of the operator ${operator} must not be empty`;
    } else if (!WITHOUT_VALUES.includes(operator)) {
      return `${JSON.stringify(operator)} is not a valid label selector operator`;
    } else if (values.length > 0) {
      return `values of the operator ${operator} must be empty`;
    }
  }
  return undefined;
}
