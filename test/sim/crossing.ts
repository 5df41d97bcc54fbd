/** A channel's object as producers and couriers call it: packed and unpacked as deployed, over a network that loses calls. */
import type { ChannelHost } from "../../src/channel/host.ts";
import type { ChannelName } from "../../src/core/channel-name.ts";
import type { ChannelPort } from "../../src/core/channel-protocol.ts";
import { type ChannelRpc, channelOver, servedBy } from "../../src/core/channel-rpc.ts";
import type { World } from "./world.ts";

type Verbs = "append" | "lease" | "readPart";

/** `heard` stands between the object and its host, for those who listen to what comes out of the wire and goes into it. */
export function crossing(
  world: World,
  name: ChannelName,
  heard: (host: ChannelHost) => Pick<ChannelPort, Verbs> = (host) => host,
): Pick<ChannelPort, Verbs> {
  const cross = <T>(work: (rpc: Pick<ChannelRpc, Verbs>) => Promise<T>): Promise<T> =>
    world.network.callThatMayHang(() => world.object(name).call((host) => work(servedBy(heard(host)))));
  return channelOver({
    append: (request) => cross((rpc) => timed(world, name, () => rpc.append(request))),
    lease: (request) => cross((rpc) => rpc.lease(request)),
    readPart: (blob, part) => cross((rpc) => rpc.readPart(blob, part)),
  });
}

/** Times the append from its arrival to its answer, if the same instance gives it. */
async function timed<T>(world: World, name: ChannelName, append: () => Promise<T>): Promise<T> {
  const { living } = world.object(name);
  const arrivedMs = world.clock.nowMs;
  const answer = await append();
  if (world.object(name).living === living) world.ledger.appended(name, world.clock.nowMs - arrivedMs);
  return answer;
}
