/** When a PingSource sends, checked in Knative's words. */
import { type JsonObject, textAt } from "../../resources/json.ts";
import { parseCronSchedule } from "../cron-schedule.ts";
import { type FieldError, invalidValue } from "../field-error.ts";

export function validatePingSchedule(spec: JsonObject | undefined): readonly FieldError[] {
  const parsed = parseCronSchedule(textAt(spec, "schedule") ?? "", textAt(spec, "timezone"));
  switch (parsed.kind) {
    case "schedule":
      return [];
    case "bad-schedule":
      return [invalidValue(parsed.problem, "spec.schedule")];
    case "bad-time-zone":
      return [invalidValue(parsed.problem, "spec.timezone")];
    default:
      return parsed satisfies never;
  }
}
