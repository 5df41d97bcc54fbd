/** What another manager set to something else, in the words that kubectl adds its advice to. */
import { textAt } from "../resources/json.ts";
import { Refusal, type StatusCause } from "../resources/refusal.ts";
import { type FieldSet, intersection, pathsIn } from "./field-set.ts";
import { fieldPathText } from "./fields-v1.ts";
import { fieldsIn, type ManagerEntry } from "./manager-entry.ts";

interface Conflict {
  readonly manager: string;
  readonly field: string;
}

/** Throws when a change meets what one of these managers manages. */
export function refuseConflicts(changed: FieldSet, entries: readonly ManagerEntry[]): void {
  const conflicts = entries.flatMap((entry) => {
    const manager = managerText(entry);
    return pathsIn(intersection(fieldsIn(entry), changed)).map((path) => ({ manager, field: fieldPathText(path) }));
  });
  const [only] = conflicts;
  if (only === undefined) return;
  const causes = conflicts.map(
    ({ manager, field }): StatusCause => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${manager}`,
      field,
    }),
  );
  const text =
    conflicts.length === 1
      ? `1 conflict: conflict with ${only.manager}: ${only.field}`
      : `${conflicts.length} conflicts: ${byManager(conflicts)}`;
  throw new Refusal(409, "Conflict", `Apply failed with ${text}`, { causes });
}

function byManager(conflicts: readonly Conflict[]): string {
  const fields = Map.groupBy(conflicts, ({ manager }) => manager);
  const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted
    .map(([manager, those]) => [`conflicts with ${manager}:`, ...those.map(({ field }) => `- ${field}`)].join("\n"))
    .join("\n");
}

/** `"kubectl"`, `"kubectl-edit" with subresource "status" using v1 at 2026-01-02T03:04:05Z` */
function managerText(entry: ManagerEntry): string {
  const subresource = textAt(entry, "subresource") ?? "";
  const name = JSON.stringify(textAt(entry, "manager") ?? "");
  const named = subresource === "" ? name : `${name} with subresource ${JSON.stringify(subresource)}`;
  if (textAt(entry, "operation") !== "Update") return named;
  const time = textAt(entry, "time") ?? "";
  const versioned = `${named} using ${textAt(entry, "apiVersion") ?? ""}`;
  return time === "" ? versioned : `${versioned} at ${time}`;
}
