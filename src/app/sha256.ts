// SHA-256 digests of bytes in memory, in Node and in the browser.

/**
 * SHA-256 in hexadecimal digits.
 *
 * @returns null if the browser has no `crypto.subtle`: on pages served neither over https
 *   nor from localhost
 */
export async function sha256(bytes: Uint8Array): Promise<string | null> {
  const { subtle } = globalThis.crypto as Partial<Crypto>;
  if (subtle === undefined) return null;
  const digest = new Uint8Array(await subtle.digest('SHA-256', Uint8Array.from(bytes)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
