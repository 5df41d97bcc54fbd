/** A channel's object as it is called: the port's verbs, the busy ones in their packed form. */
import {
  type PackedAppendAnswer,
  type PackedAppendRequest,
  packAppendRequest,
  unpackAppendAnswer,
} from "./append-wire.ts";
import type { ChannelPort } from "./channel-protocol.ts";
import { type PackedLeaseAnswer, type PackedLeaseRequest, packLeaseRequest, unpackLeaseAnswer } from "./lease-wire.ts";

export interface ChannelRpc extends Omit<ChannelPort, "append" | "lease"> {
  append(request: PackedAppendRequest): Promise<PackedAppendAnswer>;
  lease(request: PackedLeaseRequest): Promise<PackedLeaseAnswer>;
}

type Verbs = "append" | "lease" | "readPart";

/** What producers and couriers ask of the channel behind this object. */
export function channelOver(rpc: Pick<ChannelRpc, Verbs>): Pick<ChannelPort, Verbs> {
  return {
    append: async (request) => unpackAppendAnswer(await rpc.append(packAppendRequest(request))),
    lease: async (request) => unpackLeaseAnswer(await rpc.lease(packLeaseRequest(request))),
    readPart: (blob, part) => rpc.readPart(blob, part),
  };
}
