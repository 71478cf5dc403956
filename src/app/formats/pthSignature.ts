// File signatures of PyTorch's formats. Separate from the reader (pth.ts), so that a page can check
// them without loading it.

/** Whether a file begins like an archive of torch.save. */
export function isPth(bytes: Uint8Array): boolean {
  // PK 3 4 begins a member, PK 5 6 the end of an archive without members.
  const [p, k, third, fourth] = bytes;
  return (
    p === 0x50 && k === 0x4b && ((third === 3 && fourth === 4) || (third === 5 && fourth === 6))
  );
}

/**
 * Whether a file begins like a pickle with PyTorch's legacy magic number, 0x1950a86a20f9469cfc6c.
 */
export function isLegacyPth(bytes: Uint8Array): boolean {
  return [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc].every((byte, i) => bytes[i] === byte);
}
