// Tests that the build's compressed SIMD modules contain the original bytes.

import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { compressedModule } from '../../scripts/compressSimd.js';

interface SimdModule {
  readonly fingerprint: string;
  readonly bytes: Uint8Array;
}

it('a compressed module has the same exports in a third of the text', async () => {
  const address = new URL('../../build/simd/relaxed.js', import.meta.url);
  const original = await readFile(address, 'utf8');
  const compressed = compressedModule(original);
  expect(compressed.length).toBeLessThan(original.length / 3);
  const load = (code: string): Promise<SimdModule> =>
    import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`);
  const [before, after] = await Promise.all([load(original), load(compressed)]);
  expect(after.fingerprint).toBe(before.fingerprint);
  expect(Buffer.from(after.bytes).equals(before.bytes)).toBe(true);
});

it('another form of module is an error', () => {
  expect(() => compressedModule('export const bytes = [];')).toThrow('another form');
});
