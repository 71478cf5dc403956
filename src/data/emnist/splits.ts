// The six EMNIST splits: their classes, first labels and file names, and the parser of their
// mapping files. Opens no file (readEmnist.ts does), so it also runs in a browser.
// Source: Cohen, Afshar, Tapson, van Schaik, "EMNIST: an extension of MNIST to
// handwritten letters", 2017.

import { ArgumentError } from '../../engine/errors.js';
import type { IdxKind } from './idx.js';
import { DataError } from '../errors.js';

const DIGITS = '0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';

/**
 * The 47 classes of Balanced and ByMerge. Letters whose two cases look alike share the class
 * of the capital.
 */
export const BALANCED_CLASSES: readonly string[] = Array.from(DIGITS + UPPER + 'abdefghnqrt');

/** The classes of a split and their numbering in the files. */
export interface SplitInfo {
  /** Names of the classes, in the order of their labels. */
  readonly classes: readonly string[];
  /** The label of the first class as stored in the files; in memory labels always start at 0. */
  readonly firstLabel: number;
}

/**
 * The six splits of EMNIST.
 *
 * @see Cohen et al., "EMNIST: an extension of MNIST to handwritten letters", 2017
 * @example
 * print(EMNIST_SPLITS.balanced.classes.length); // 47
 */
export const EMNIST_SPLITS = {
  balanced: { classes: BALANCED_CLASSES, firstLabel: 0 },
  letters: { classes: Array.from(UPPER), firstLabel: 1 },
  digits: { classes: Array.from(DIGITS), firstLabel: 0 },
  mnist: { classes: Array.from(DIGITS), firstLabel: 0 },
  byclass: { classes: Array.from(DIGITS + UPPER + LOWER), firstLabel: 0 },
  bymerge: { classes: BALANCED_CLASSES, firstLabel: 0 },
} as const satisfies Record<string, SplitInfo>;

/** Name of a split: `balanced`, `letters`, `digits`, `mnist`, `byclass` or `bymerge`. */
export type EmnistSplit = keyof typeof EMNIST_SPLITS;
/** Part of a split. */
export type EmnistPart = 'train' | 'test';

/**
 * Narrows an external string (a flag, a checkpoint) to a split.
 *
 * @throws ArgumentError if the split does not exist; the message lists the valid ones
 */
export function checkSplit(split: string): EmnistSplit {
  if (Object.hasOwn(EMNIST_SPLITS, split)) return split as EmnistSplit;
  throw new ArgumentError(
    `emnist: unknown split "${split}"; choose one of ${Object.keys(EMNIST_SPLITS).join(', ')}`,
  );
}

/** The official file name, without `.gz`. */
export function fileName(split: EmnistSplit, part: EmnistPart, kind: IdxKind): string {
  return `emnist-${split}-${part}-${kind}-${kind === 'images' ? 'idx3' : 'idx1'}-ubyte`;
}

export function mappingName(split: EmnistSplit): string {
  return `emnist-${split}-mapping.txt`;
}

/**
 * Parses a mapping file: each line is a label, then the ASCII code of each character of that class.
 *
 * @returns the class names in label order; a class of several characters takes its
 *   first, the capital
 * @throws DataError if a line is malformed, or the labels do not match the split
 */
export function parseMapping(
  text: string,
  options: { name: string; split: EmnistSplit },
): string[] {
  const { name, split } = options;
  const { classes, firstLabel } = EMNIST_SPLITS[split];
  const names = new Map<number, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [label, ...codes] = line.trim().split(/\s+/).map(Number);
    const printable =
      codes.length > 0 && codes.every((code) => Number.isInteger(code) && code > 32 && code < 127);
    if (!Number.isInteger(label) || !printable) {
      throw new DataError(
        `${name}: line ${index + 1} is ${JSON.stringify(line.slice(0, 40))}, expected a label and ASCII codes such as "10 65";` +
          ' restore the official mapping file or delete this one to use the built-in table',
      );
    }
    if (names.has(label)) throw new DataError(`${name}: line ${index + 1} repeats label ${label}`);
    names.set(label, String.fromCharCode(codes[0]));
  }
  const lastLabel = firstLabel + classes.length - 1;
  return classes.map((_, index) => {
    const className = names.get(firstLabel + index);
    if (className === undefined || names.size !== classes.length) {
      throw new DataError(
        `${name}: maps ${names.size} labels, but the ${split} split has ${classes.length}, ${firstLabel} to ${lastLabel};` +
          ' is this the mapping of another split?',
      );
    }
    return className;
  });
}
