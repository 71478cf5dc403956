// Skipped tests: states what is missing on this machine, and what to install. The runner lists each
// reason once at the end.

/** What a test needs and this machine lacks, and how to get it, e.g. `no Chromium; install chromium`. */
export type Missing = string | null;

/**
 * The end of a skipped test's or group's title; nothing when all is there.
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
