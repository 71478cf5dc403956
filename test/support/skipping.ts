// Skipped tests: states what is missing on this machine, and what to install. The runner lists each
// reason once at the end.

/** A missing requirement of a test and the fix, e.g. `no Chromium; install chromium`. */
export type Missing = string | null;

/**
 * Suffix of the title of a skipped test or group; empty if nothing is missing.
 *
 * @example
 * describe.skipIf(missing !== null)(`drawing${skipNote(missing)}`, () => {});
 */
export function skipNote(missing: Missing): string {
  return missing === null ? '' : ` (skipped: ${missing})`;
}

/** The reason in a title made by `skipNote`; null if there is none. */
export function reasonIn(title: string): string | null {
  return /\(skipped: (.*?)\)(?: >|$)/s.exec(title)?.[1] ?? null;
}
