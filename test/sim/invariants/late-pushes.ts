/** A push that is older than what is stored changes nothing, however long it waited. */
import type { ChannelRecord } from "../channel-record.ts";
import type { Invariant } from "../invariant.ts";

export const latePushes: Invariant = {
  name: "late pushes",
  begin: () => {
    const newest = new Map<ChannelRecord, number>();
    return {
      written: (record, { tables }) => {
        // Wiped for another uid, whose version follows.
        if (!tables.has("meta") || record.version === 0) return undefined;
        const before = newest.get(record) ?? 0;
        newest.set(record, record.version);
        return record.version >= before
          ? undefined
          : `${record.object.name} went back from version ${before} to ${record.version}`;
      },
      crashed: (record) => {
        newest.set(record, record.version);
        return undefined;
      },
    };
  },
};
