// The patterns that the wide module may contain. V8 13.6 (Node 24) computes others wrong when it merges
// 128-bit operations into 256-bit ones, without an error. Measured with random modules; npm run
// test:long repeats the measurement for the installed version of Node.

/** Admitted shuffles, as four 32-bit lanes of two vectors: 0 to 3 of the first, 4 to 7 of the second. */
export const ADMITTED_SHUFFLES = [
  '0415',
  '2637',
  '0145',
  '2367',
  '2323',
  '0123',
  '4567',
  '2345',
  '0527',
];

/** Instructions that are never admitted: loads that extend, and shuffles of single bytes. */
const FORBIDDEN = /\b(v128\.load(?:8x8|16x4|32x2)_[su]|i8x16\.(?:relaxed_)?swizzle)\b/g;

const SHUFFLE = /\bi8x16\.shuffle((?: \d+){16})/g;

/**
 * Forbidden instructions of a module in WebAssembly text format, each once: `i8x16.shuffle 3210`.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function forbiddenPatterns(text) {
  const found = new Set(Array.from(text.matchAll(FORBIDDEN), ([instruction]) => instruction));
  for (const [, bytes] of text.matchAll(SHUFFLE)) {
    const lanes = lanesOf(bytes.trim().split(' ').map(Number));
    if (!ADMITTED_SHUFFLES.includes(lanes)) found.add(`i8x16.shuffle ${lanes}`);
  }
  return [...found].sort();
}

/** The 32-bit lanes that sixteen bytes select, `0415`; the bytes if they are not whole lanes. */
function lanesOf(bytes) {
  const isWhole = bytes.every((byte, i) => byte % 4 === i % 4 && byte - (i % 4) === bytes[i & ~3]);
  if (!isWhole) return bytes.join(' ');
  return [0, 4, 8, 12].map((i) => bytes[i] / 4).join('');
}
