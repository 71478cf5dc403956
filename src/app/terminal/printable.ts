// Makes text from files safe to print on a terminal.

/** Maximum length of printed text, in characters. */
const MAX_PRINTED = 200;

/** Replaces control characters with question marks, and truncates long text. */
export function printable(text: string): string {
  const clean = text.replace(/\p{C}/gu, '?');
  return clean.length <= MAX_PRINTED ? clean : `${clean.slice(0, MAX_PRINTED)} ...`;
}
