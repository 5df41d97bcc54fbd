/** Position of the first element, in an order in which all that fit follow all that do not; the length where none fits. */
export function firstThat<Each>(ordered: readonly Each[], fits: (each: Each) => boolean): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const each = ordered[middle];
    if (each !== undefined && fits(each)) high = middle;
    else low = middle + 1;
  }
  return low;
}
