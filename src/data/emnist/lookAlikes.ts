// Groups of characters that look alike, and merging of their classes.

/**
 * Characters that people confuse without context; 60 % of the original's errors fall
 * within these groups.
 */
export const LOOK_ALIKES: readonly (readonly string[])[] = [
  ['1', 'I', 'L'],
  ['9', 'g', 'q'],
  ['F', 'f'],
  ['0', 'O'],
];

/**
 * Characters that only context can separate in many handwritings. Predictions name both of a pair;
 * unlike look-alikes, they count as different in every accuracy.
 */
export const CONFUSABLE: readonly (readonly string[])[] = [
  ['5', 'S'],
  ['2', 'Z'],
  ['8', 'B'],
  ['6', 'b', 'G'],
  ['I', 'J'],
  ['U', 'V'],
];

/** Whether two class names belong to one confusable group. */
export function areConfusable(first: string, second: string): boolean {
  return CONFUSABLE.some((group) => group.includes(first) && group.includes(second));
}

/** The class name after merging look-alikes: the first of its group, or the name itself. */
export function mergedName(name: string): string {
  return LOOK_ALIKES.find((group) => group.includes(name))?.[0] ?? name;
}
