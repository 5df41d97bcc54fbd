/**
 * A channel's Durable Object as the runtime gives it: one instance at a time over its storage, answers and outgoing
 * calls held back until what was written before them is durable, an alarm, crashes, eviction.
 */
import type { ChannelHost } from "../../src/channel/host.ts";
import type { ChannelName } from "../../src/core/channel-name.ts";
import { ObjectInstance } from "./object-instance.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import type { World } from "./world.ts";

/** How long the runtime waits before it calls an alarm handler again that did not end, milliseconds. */
const ALARM_RETRY_MS = 2_000;

export class ChannelObject {
  readonly name: ChannelName;
  readonly disk: SimulatedDisk;
  /** Alarms that have come so far. */
  alarms = 0;
  /** Instances so far: a lease belongs to the instance that gave it. */
  instances = 0;
  readonly #world: World;
  #instance: ObjectInstance | undefined;
  #cancelAlarm: (() => void) | undefined;
  #turn = -1;

  constructor(world: World, name: ChannelName) {
    this.#world = world;
    this.name = name;
    this.disk = new SimulatedDisk({
      clock: world.clock,
      random: world.random,
      weather: () => world.weather,
      written: (tables) => world.ledger.written(this, tables),
      inTurn: (work) => this.inTurn(work),
      alarmMoved: () => this.#scheduleAlarm(),
      broken: () => this.crash("a commit failed"),
    });
  }

  /** The number of the instance that lives; undefined between two. */
  get living(): number | undefined {
    return this.#instance?.number;
  }

  /** Timers and calls that the instance has open; bounded however large its backlog is. */
  get openThings(): number {
    return this.#instance?.openThings ?? 0;
  }

  /** Runs the work in the object; what it answers leaves when everything written before is durable. */
  call<T>(work: (host: ChannelHost) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => this.inTurn(() => this.#begin(work, { resolve, reject })));
  }

  #begin<T>(
    work: (host: ChannelHost) => Promise<T>,
    { resolve, reject }: { readonly resolve: (answer: T) => void; readonly reject: (error: Error) => void },
  ): void {
    let instance: ObjectInstance;
    try {
      instance = this.#start();
    } catch (error) {
      // As in the runtime: an object that cannot be made is made anew for the next call.
      reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    instance.open.add(reject);
    const leaves = (end: () => void) => (): void => {
      if (instance.open.delete(reject)) end();
    };
    // What is not durable any more was not answered: the crash has rejected the call.
    const gate = (end: () => void): void => void this.disk.sync().then(leaves(end), () => {});
    work(instance.host).then(
      (answer) => gate(() => resolve(answer)),
      (error) => gate(() => reject(error)),
    );
  }

  /** One thing at a time: what comes in the same turn waits until the promises of the first have settled. */
  inTurn(work: () => void): void {
    const { clock } = this.#world;
    if (this.#turn === clock.turn) {
      clock.schedule(0, () => this.inTurn(work));
      return;
    }
    this.#turn = clock.turn;
    work();
  }

  /** Memory is gone, and so is what was not durable, or the later part of it. */
  crash(reason: string): void {
    const instance = this.#instance;
    if (instance === undefined) return;
    this.#world.trace.note("object crashed", this.name, reason);
    this.#end(instance);
    for (const reject of instance.open) reject(new Error("the object restarted"));
    instance.open.clear();
  }

  /** The runtime forgets an object that has nothing open; nothing is lost by that but memory. */
  evict(): void {
    const instance = this.#instance;
    if (instance === undefined || instance.openThings + instance.wakes > 0) return;
    if (this.disk.durable < this.disk.written) return;
    this.#world.trace.note("object evicted", this.name);
    this.#end(instance);
  }

  #end(instance: ObjectInstance): void {
    instance.end();
    this.#instance = undefined;
    this.disk.crash();
    this.#world.ledger.crashed(this);
  }

  #start(): ObjectInstance {
    if (this.#instance !== undefined) return this.#instance;
    const instance = new ObjectInstance(this.#world, this);
    this.#instance = instance;
    const { doom } = instance;
    if (doom !== undefined) queueMicrotask(() => this.crash(doom));
    return instance;
  }

  #scheduleAlarm(): void {
    this.#cancelAlarm?.();
    this.#cancelAlarm = undefined;
    const { clock, random, weather } = this.#world;
    const { alarmAtMs } = this.disk;
    if (alarmAtMs === undefined || this.disk.isFiring || random.perMille(weather.stuckAlarms)) return;
    const delayMs = Math.max(0, alarmAtMs - clock.nowMs);
    this.#cancelAlarm = clock.schedule(delayMs, () => this.#fireAlarm());
  }

  #fireAlarm(): void {
    const { trace } = this.#world;
    trace.note("alarm", this.name);
    this.alarms++;
    this.disk.alarmFires();
    this.call((host) => host.alarm()).then(
      () => this.disk.alarmHandled(),
      () => this.disk.alarmFailed(this.#world.clock.nowMs + ALARM_RETRY_MS),
    );
  }
}
