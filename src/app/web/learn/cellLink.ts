// A cell in the page's address: `#cell=CHAPTER.CELL&code=TEXT`, compressed.

import { FormatError } from '../../../engine/errors.js';
import { fromBase64Url, toBase64Url } from '../ui/base64Url.js';

export interface SharedCell {
  readonly chapter: number;
  readonly cell: number;
  readonly code: string;
}

/** Longer addresses do not survive in some messengers and servers. */
const MAX_LENGTH = 8000;
/** Largest code in a link, so that a small link cannot fill the memory. */
const MAX_CODE = 200_000;

/** The page's address with a cell. @throws FormatError if the code is too long for a link */
export async function addressOfCell(shared: SharedCell, page: string): Promise<string> {
  const bytes = new TextEncoder().encode(shared.code);
  const packed = await pipe(bytes, new CompressionStream('deflate-raw'));
  const code = toBase64Url(packed);
  if (code.length > MAX_LENGTH) {
    throw new FormatError('The code is too long for a link. Shorten it, or copy it instead.');
  }
  const address = new URL(page);
  address.hash = `cell=${shared.chapter}.${shared.cell}&code=${code}`;
  return address.href;
}

/** The cell in an address, or null. @throws FormatError if it is damaged */
export async function cellFromAddress(hash: string): Promise<SharedCell | null> {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const position = parts.get('cell');
  const code = parts.get('code');
  if (position === null || code === null) return null;
  const match = /^(\d+)\.(\d+)$/.exec(position);
  try {
    const packed = fromBase64Url(code);
    if (match === null || packed === null) throw new Error('damaged');
    const bytes = await pipe(packed, new DecompressionStream('deflate-raw'), MAX_CODE);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { chapter: Number(match[1]), cell: Number(match[2]), code: text };
  } catch {
    throw new FormatError('The link to the cell is damaged. Copy the complete link again.');
  }
}

/** All bytes that come out of a stream. @throws Error for more than `limit` bytes */
async function pipe(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
  limit = Infinity,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new Error('too long');
    }
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
