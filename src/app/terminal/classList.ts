// Names of classes as one text.

import { printable } from './printable.js';

/** `0123ABC` for names of one character, `cat, dog` for longer ones; cut off if it is long. */
export function classList(classes: readonly string[]): string {
  const areCharacters = classes.every((name) => Array.from(name).length === 1);
  return printable(classes.join(areCharacters ? '' : ', '));
}
