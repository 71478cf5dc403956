// SHA-256 of bytes, which identifies models.

/** SHA-256 in hexadecimal; null in an insecure context (neither https nor localhost), where browsers compute none. */
export async function sha256(bytes: Uint8Array): Promise<string | null> {
  const { subtle } = globalThis.crypto as Partial<Crypto>;
  if (subtle === undefined) return null;
  const digest = new Uint8Array(await subtle.digest('SHA-256', Uint8Array.from(bytes)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
