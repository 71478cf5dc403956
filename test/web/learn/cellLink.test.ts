// A cell in the page's address.

import { expect, it } from 'vitest';
import { addressOfCell, cellFromAddress } from '../../../src/app/web/learn/cellLink.js';

const PAGE = 'https://example.org/learn.html#chapter-2';

it.each(['', 'const a = 1;\n// é 漢 🙂'])('returns the code %j', async (code) => {
  const address = await addressOfCell({ chapter: 6, cell: 12, code }, PAGE);
  expect(address).toMatch(/^https:\/\/example\.org\/learn\.html#cell=6\.12&code=[\w-]+$/);
  expect(await cellFromAddress(new URL(address).hash)).toEqual({ chapter: 6, cell: 12, code });
});

it('is null for another address', async () => {
  expect(await cellFromAddress('#chapter-3')).toBeNull();
  expect(await cellFromAddress('')).toBeNull();
});

it.each(['#cell=1.2&code=abc', '#cell=1.2&code=%21', '#cell=x&code=AwA'])(
  'is damaged: %s',
  async (hash) => {
    await expect(cellFromAddress(hash)).rejects.toThrow('The link to the cell is damaged');
  },
);

it('has a limit, when it is made and when it is opened', async () => {
  const noise = Array.from({ length: 9000 }, (_, i) =>
    ((i * 2654435761) >>> 8).toString(36),
  ).join();
  await expect(addressOfCell({ chapter: 1, cell: 1, code: noise }, PAGE)).rejects.toThrow(
    'The code is too long for a link',
  );
  // A few hundred bytes that would become a megabyte.
  const address = await addressOfCell({ chapter: 1, cell: 1, code: 'a'.repeat(1_000_000) }, PAGE);
  await expect(cellFromAddress(new URL(address).hash)).rejects.toThrow('damaged');
});
