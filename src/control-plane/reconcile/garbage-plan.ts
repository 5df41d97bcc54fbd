/**
 * What is to be done for the owners and dependents of one namespace, as Kubernetes' collector would. Pure.
 *
 *   a dependent, no owner is there          delete it; in the foreground when its own dependents block it
 *   a dependent, one owner is there         forget the owners that are gone or going
 *   an owner that orphans                   its dependents forget it, then it is released
 *   an owner in the foreground              it is released when no blocking dependent is left
 */

import { FOREGROUND, ORPHAN, type Propagation } from "../resources/deletion.ts";
import { finalizersOf, isBeingDeleted, uidOf } from "../resources/metadata.ts";
import type { StoredObject } from "../store/object-store.ts";
import { type FindObject, type OwnerReference, ownerState, ownersOf } from "./owner-reference.ts";

export interface GarbagePlan {
  readonly deletions: readonly PlannedDeletion[];
  /** Objects and the uids of the owners that they forget. */
  readonly disowned: ReadonlyMap<StoredObject, ReadonlySet<string>>;
  readonly releases: readonly PlannedRelease[];
}

export interface PlannedDeletion {
  readonly object: StoredObject;
  readonly propagation: Propagation | undefined;
}

export interface PlannedRelease {
  readonly object: StoredObject;
  /** The finalizer that it loses. */
  readonly finalizer: string;
}

/** An object of the namespace and what names it as owner. */
interface Subject {
  readonly object: StoredObject;
  readonly dependents: readonly Dependent[];
}

interface Dependent {
  readonly object: StoredObject;
  readonly reference: OwnerReference;
}

export function planGarbage(objects: readonly StoredObject[], find: FindObject): GarbagePlan {
  const byOwner = dependentsByOwner(objects);
  const subjects = objects.map((object) => ({ object, dependents: byOwner.get(uidOf(object.body)) ?? [] }));
  const deletions: PlannedDeletion[] = [];
  const releases: PlannedRelease[] = [];
  const disowned = new Map<StoredObject, Set<string>>();
  const forget = (object: StoredObject, uids: readonly string[]): void => {
    disowned.set(object, new Set([...(disowned.get(object) ?? []), ...uids]));
  };
  for (const subject of subjects) {
    const { object, dependents } = subject;
    if (isBeingDeleted(object.body)) {
      const finalizer = finalizerToLose(subject);
      if (finalizer === undefined) continue;
      releases.push({ object, finalizer });
      if (finalizer === ORPHAN) for (const dependent of dependents) forget(dependent.object, [uidOf(object.body)]);
      continue;
    }
    const lost = lostOwners(object, find);
    if (lost.length === 0) continue;
    if (lost.length < ownersOf(object.body).length)
      forget(
        object,
        lost.map(({ uid }) => uid),
      );
    else deletions.push({ object, propagation: propagationOf(subject, lost) });
  }
  return { deletions, disowned, releases };
}

interface LostOwner {
  readonly uid: string;
  readonly state: "waiting" | "gone";
}

function lostOwners(object: StoredObject, find: FindObject): readonly LostOwner[] {
  return ownersOf(object.body).flatMap((reference) => {
    const state = ownerState(reference, object.key.namespace, find);
    return state === "there" ? [] : [{ uid: reference.uid, state }];
  });
}

function finalizerToLose({ object, dependents }: Subject): string | undefined {
  const finalizers = finalizersOf(object.body);
  if (finalizers.includes(ORPHAN)) return ORPHAN;
  const isFree = !dependents.some(({ reference }) => reference.blocksOwner);
  return finalizers.includes(FOREGROUND) && isFree ? FOREGROUND : undefined;
}

/** An owner that waits for this object also waits for what blocks this object. */
function propagationOf({ dependents }: Subject, lost: readonly LostOwner[]): Propagation | undefined {
  const isAwaited = lost.some(({ state }) => state === "waiting");
  return isAwaited && dependents.some(({ reference }) => reference.blocksOwner) ? "Foreground" : undefined;
}

function dependentsByOwner(objects: readonly StoredObject[]): ReadonlyMap<string, readonly Dependent[]> {
  const dependents = new Map<string, Dependent[]>();
  for (const object of objects) {
    for (const reference of ownersOf(object.body)) {
      const known = dependents.get(reference.uid) ?? [];
      dependents.set(reference.uid, known);
      known.push({ object, reference });
    }
  }
  return dependents;
}
