/** A PingSource: the same event again and again, when a cron schedule says so. */
import { compileSourceNotImplemented } from "../../compile/compile-source-not-implemented.ts";
import { AGE, READY_AND_REASON, type ResourceKind, SINK } from "../../kind.ts";
import { objectAt, valueAt } from "../../resources/json.ts";
import { objectSchema, struct } from "../../validation/common-schemas.ts";
import { validateDestination } from "../../validation/destination.ts";
import { validatePingData } from "../../validation/sources/ping-data.ts";
import { validatePingSchedule } from "../../validation/sources/ping-schedule.ts";
import { sourceSpecMembers, sourceStatusMembers } from "../../validation/sources/source-schemas.ts";
import { validateOverrides } from "../../validation/sources/source-spec.ts";

/** Knative's default: every minute. */
const DEFAULT_SCHEDULE = "* * * * *";

export const pingSourceKind: ResourceKind = {
  group: "sources.knative.dev",
  plural: "pingsources",
  kind: "PingSource",
  versions: ["v1", "v1beta2"],
  singular: "pingsource",
  shortNames: [],
  categories: ["all", "knative", "sources"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Sends the same event to its sink whenever a schedule says so. Schedules are not run yet.",
    ...objectSchema({
      spec: struct({
        ...sourceSpecMembers,
        schedule: {
          type: "string",
          description: "Five cron fields, six with seconds first, or @hourly, @daily, @weekly, @monthly, @yearly.",
        },
        timezone: { type: "string", description: "IANA name of the zone the schedule is read in; UTC if absent." },
        contentType: { type: "string", description: "Media type of the data." },
        data: { type: "string", description: "What the event carries; or use dataBase64." },
        dataBase64: { type: "string", description: "What the event carries, as bytes in base64." },
      }),
      status: struct(sourceStatusMembers),
    }),
  },
  printerColumns: [SINK, { name: "Schedule", type: "string", jsonPath: ".spec.schedule" }, AGE, ...READY_AND_REASON],
  applyDefaults(object) {
    const spec = objectAt(object, "spec");
    const schedule = valueAt(spec, "schedule") || DEFAULT_SCHEDULE;
    return { ...object, spec: { ...spec, schedule } };
  },
  validate(object) {
    const spec = objectAt(object, "spec");
    return [
      ...validatePingSchedule(spec),
      ...validateDestination(valueAt(spec, "sink"), "spec.sink"),
      ...validatePingData(spec),
      ...validateOverrides(spec),
    ];
  },
  compile: compileSourceNotImplemented(
    "Schedules are not run yet: this source sends nothing. Let a scheduler of your own post the event to the sink.",
  ),
};
