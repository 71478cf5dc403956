// Names of classes: their order, and the text files next to a data set that name them.

import { DataError } from '../../../data/errors.js';

/** Bounds of the number of classes. */
export const [MIN_CLASSES, MAX_CLASSES] = [2, 1000];
const MAX_NAME = 100;
// eslint-disable-next-line no-control-regex -- what is rejected
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Sorts labels: whole numbers by value, other texts by code unit, as torchvision does. */
export function sortLabels(labels: Iterable<string>): string[] {
  const all = [...new Set(labels)];
  const areNumbers = all.every((label) => /^-?\d{1,9}$/.test(label));
  return areNumbers ? all.sort((a, b) => Number(a) - Number(b)) : all.sort();
}

/**
 * Parses a list of class names, one per line in the order of the labels, which begin at 0.
 *
 * @param name the file name used in messages
 */
export function parseClassList(text: string, name: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  const blank = lines.indexOf('');
  if (lines.length === 0 || blank >= 0) {
    throw new DataError(`${name}: line ${blank + 1} is empty, expected one class name per line`);
  }
  return new Map(lines.map((line, index) => [String(index), line]));
}

/**
 * Parses a mapping as EMNIST has it: each line is a label, then the ASCII code of its character; a
 * class of several characters takes the first, the capital.
 *
 * @param name the file name used in messages
 */
export function parseAsciiMapping(text: string, name: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [label, code] = line.trim().split(/\s+/).map(Number);
    if (!Number.isInteger(label) || !(code > 32 && code < 127)) {
      throw new DataError(
        `${name}: line ${index + 1} is ${JSON.stringify(line.slice(0, 40))}, expected a label and an ` +
          'ASCII code such as "10 65"; correct or delete the file',
      );
    }
    names.set(String(label), String.fromCharCode(code));
  }
  return names;
}

/**
 * The names of the classes with these labels.
 *
 * @param names name of each label; null: the labels are the names
 * @param name the data set, for messages
 * @throws DataError if there are too few or too many classes, a label has no name, or two classes
 *   have the same
 */
export function nameClasses(
  labels: readonly string[],
  names: ReadonlyMap<string, string> | null,
  name: string,
): string[] {
  if (labels.length < MIN_CLASSES || labels.length > MAX_CLASSES) {
    throw new DataError(
      `${name}: has ${labels.length} ${labels.length === 1 ? 'class' : 'classes'}, expected ` +
        `${MIN_CLASSES} to ${MAX_CLASSES}; merge or remove classes`,
    );
  }
  const classes = labels.map((label) => {
    const className = names === null ? label : names.get(label);
    if (className !== undefined) return className;
    throw new DataError(
      `${name}: label ${JSON.stringify(label)} has no name in the list of classes; add it to the list`,
    );
  });
  const bad = classes.find((text) => text === '' || text.length > MAX_NAME || CONTROL.test(text));
  if (bad !== undefined) {
    throw new DataError(
      `${name}: ${JSON.stringify(bad.slice(0, 40))} cannot be a class name; rename it to 1 to ` +
        `${MAX_NAME} printable characters`,
    );
  }
  const repeated = classes.find((text, index) => classes.indexOf(text) !== index);
  if (repeated !== undefined) {
    throw new DataError(`${name}: two classes are named ${repeated}; rename one of them`);
  }
  return classes;
}
