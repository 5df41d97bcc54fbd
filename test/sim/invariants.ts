/** Every invariant of the architecture that a run is held to. */
import type { Invariant } from "./invariant.ts";
import { answeredInTime } from "./invariants/answered-in-time.ts";
import { bounded } from "./invariants/bounded.ts";
import { drained } from "./invariants/drained.ts";
import { durable } from "./invariants/durable.ts";
import { expiry } from "./invariants/expiry.ts";
import { filters } from "./invariants/filters.ts";
import { flows } from "./invariants/flows.ts";
import { handOvers } from "./invariants/hand-overs.ts";
import { hops } from "./invariants/hops.ts";
import { isolation } from "./invariants/isolation.ts";
import { latePushes } from "./invariants/late-pushes.ts";
import { liveness } from "./invariants/liveness.ts";
import { monotonic } from "./invariants/monotonic.ts";
import { needlessDuplicates } from "./invariants/needless-duplicates.ts";
import { nestedFlows } from "./invariants/nested-flows.ts";
import { nothingLost } from "./invariants/nothing-lost.ts";
import { order } from "./invariants/order.ts";
import { promptAppends } from "./invariants/prompt-appends.ts";
import { replies } from "./invariants/replies.ts";
import { reportedAgain } from "./invariants/reported-again.ts";
import { soundStorage } from "./invariants/sound-storage.ts";
import { strangers } from "./invariants/strangers.ts";
import { taken } from "./invariants/taken.ts";
import { unaltered } from "./invariants/unaltered.ts";
import { workIsWatched } from "./invariants/work-is-watched.ts";

export const INVARIANTS: readonly Invariant[] = [
  durable,
  nothingLost,
  needlessDuplicates,
  order,
  replies,
  handOvers,
  flows,
  nestedFlows,
  drained,
  isolation,
  filters,
  bounded,
  monotonic,
  hops,
  workIsWatched,
  expiry,
  soundStorage,
  unaltered,
  taken,
  strangers,
  latePushes,
  answeredInTime,
  promptAppends,
  reportedAgain,
  liveness,
];
