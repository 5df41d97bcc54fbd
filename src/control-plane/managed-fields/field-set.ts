/**
 * A set of fields, as a tree: who manages what is decided by adding such sets up, taking one away from another and looking
 * where they meet.
 */
export interface FieldSet {
  /** The value at this place is in the set; without it, only what `children` names. */
  readonly own: boolean;
  /** By path element, as FieldsV1 writes them: `f:name` a member, `v:value` an item of a set, `k:{…}` one told by a key. */
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const NO_FIELDS: FieldSet = { own: false, children: new Map() };

export function isEmpty(set: FieldSet): boolean {
  return !set.own && set.children.size === 0;
}

/** Children that are empty are left out, so that two equal sets have the same form. */
export function fieldSet(own: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  return { own, children: new Map([...children].filter(([, child]) => !isEmpty(child))) };
}

export function fieldAt(...path: readonly string[]): FieldSet {
  return path.reduceRight((inner: FieldSet, element) => fieldSet(false, [[element, inner]]), {
    own: true,
    children: new Map(),
  });
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  const children = new Map(a.children);
  for (const [element, child] of b.children) children.set(element, union(children.get(element) ?? NO_FIELDS, child));
  return { own: a.own || b.own, children };
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return a;
  return fieldSet(
    a.own && !b.own,
    mapped(a.children, (child, element) => difference(child, within(b, element))),
  );
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return NO_FIELDS;
  return fieldSet(
    a.own && b.own,
    mapped(a.children, (child, element) => intersection(child, within(b, element))),
  );
}

/** The part of a set below a path element. */
export function within(set: FieldSet, element: string): FieldSet {
  return set.children.get(element) ?? NO_FIELDS;
}

export function sameFields(a: FieldSet, b: FieldSet): boolean {
  if (a.own !== b.own || a.children.size !== b.children.size) return false;
  return [...a.children].every(([element, child]) => sameFields(child, within(b, element)));
}

/** Every path in the set, each as its elements. */
export function pathsIn(set: FieldSet, above: readonly string[] = []): readonly (readonly string[])[] {
  const below = [...set.children].flatMap(([element, child]) => pathsIn(child, [...above, element]));
  return set.own ? [above, ...below] : below;
}

function mapped(
  children: ReadonlyMap<string, FieldSet>,
  change: (child: FieldSet, element: string) => FieldSet,
): readonly (readonly [string, FieldSet])[] {
  return [...children].map(([element, child]) => [element, change(child, element)]);
}
