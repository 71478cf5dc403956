// Makes text from files safe to print on a terminal.

/** Maximum length of printed text, in characters. */
const MAX_PRINTED = 200;

/** Color codes that `Reporter.paint` and `styleText` write. */
const COLOR = new RegExp(`(${String.fromCharCode(0x1b)}\\[\\d{1,2}m)`);

/** Replaces control characters with question marks; keeps line breaks and, if `colors`, color codes. */
export function withoutControls(text: string, { colors = false } = {}): string {
  const parts = colors ? text.split(COLOR) : [text];
  return parts.map((part, i) => (i % 2 === 1 ? part : part.replace(/(?!\n)\p{C}/gu, '?'))).join('');
}

/** JSON on one line, with all control characters escaped, also those that JSON allows. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(/(?! )[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** Replaces control characters with question marks, and truncates long text. */
export function printable(text: string): string {
  const clean = text.replace(/\p{C}/gu, '?');
  return clean.length <= MAX_PRINTED ? clean : `${clean.slice(0, MAX_PRINTED)} ...`;
}
