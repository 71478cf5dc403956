// Text from files, made safe to print on a terminal.

/** Longest text that is printed, in characters. */
const MAX_PRINTED = 200;

/** Replaces control characters by question marks, and shortens long text. */
export function printable(text: string): string {
  const clean = text.replace(/\p{C}/gu, '?');
  return clean.length <= MAX_PRINTED ? clean : `${clean.slice(0, MAX_PRINTED)} ...`;
}
