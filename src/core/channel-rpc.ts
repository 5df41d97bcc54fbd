/** A channel's object as it is called: the port's verbs, the busy ones in their packed form. */
import {
  type PackedAppendAnswer,
  type PackedAppendRequest,
  packAppendAnswer,
  packAppendRequest,
  unpackAppendAnswer,
  unpackAppendRequest,
} from "./append-wire.ts";
import type { ChannelPort } from "./channel-protocol.ts";
import {
  type PackedLeaseAnswer,
  type PackedLeaseRequest,
  packLeaseAnswer,
  packLeaseRequest,
  unpackLeaseAnswer,
  unpackLeaseRequest,
} from "./lease-wire.ts";

export interface ChannelRpc extends Omit<ChannelPort, "append" | "lease"> {
  append(request: PackedAppendRequest): Promise<PackedAppendAnswer>;
  lease(request: PackedLeaseRequest): Promise<PackedLeaseAnswer>;
}

type Verbs = "append" | "lease" | "readPart";

/** The caller's half: what producers and couriers ask of the channel behind this object. */
export function channelOver(rpc: Pick<ChannelRpc, Verbs>): Pick<ChannelPort, Verbs> {
  return {
    append: async (request) => unpackAppendAnswer(await rpc.append(packAppendRequest(request))),
    lease: async (request) => unpackLeaseAnswer(await rpc.lease(packLeaseRequest(request))),
    readPart: (blob, part) => rpc.readPart(blob, part),
  };
}

/** The object's half: what crosses, as its channel is asked. The call reaches the channel before the first await. */
export function servedBy(channel: Pick<ChannelPort, Verbs>): Pick<ChannelRpc, Verbs> {
  return {
    append: async (request) => packAppendAnswer(await channel.append(unpackAppendRequest(request))),
    lease: async (request) => packLeaseAnswer(await channel.lease(unpackLeaseRequest(request))),
    readPart: (blob, part) => channel.readPart(blob, part),
  };
}
