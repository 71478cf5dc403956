// The choice of the few units of a layer that a diagram shows.

/** The indices of the `count` largest positive values, largest first. */
export function strongest(values: ArrayLike<number>, count: number): number[] {
  return Array.from(values, (value, index) => ({ value, index }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value || a.index - b.index)
    .slice(0, count)
    .map(({ index }) => index);
}

/**
 * Puts the strongest units into slots. A unit that was shown before keeps its slot, so that the diagram does not flicker while
 * the visitor draws.
 *
 * @param before unit per slot, or null for an empty slot
 * @param units the strongest units, at most as many as slots
 */
export function fillSlots(
  before: readonly (number | null)[],
  units: readonly number[],
): (number | null)[] {
  const slots = before.map((unit) => (unit !== null && units.includes(unit) ? unit : null));
  const added = units.filter((unit) => !slots.includes(unit));
  return slots.map((unit) => unit ?? added.shift() ?? null);
}
