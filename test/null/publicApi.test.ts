// Fixes the public API: the names that every entry point of the package exports. After an intended
// change, run `npx vitest run test/null/publicApi.test.ts -u` and review the difference.

import { describe, expect, it } from 'vitest';
import { docComment, publicExports, type PublicExport } from '../support/publicApi.js';

const api = publicExports();
const nameOf = ({ name }: PublicExport): string => name;

describe.each([...api])('%s', (entry, exports) => {
  it('exports the listed names', async () => {
    if (entry === 'inkgrad') {
      const parts = ['inkgrad/engine', 'inkgrad/nn'].flatMap((part) => api.get(part)!);
      expect(exports.map(nameOf)).toEqual(parts.map(nameOf).sort());
      return;
    }
    const list = exports.map(({ name, kind }) => `${kind} ${name}\n`).join('');
    await expect(list).toMatchFileSnapshot(`publicApi/${entry.replace('inkgrad/', '')}.txt`);
  });

  it('exports no internal objects of the engine', () => {
    const internal = exports.filter(({ name }) =>
      /(Op|Routine|Grad|Geometry|Attributes|Constants)$/.test(name),
    );
    expect(internal.map(nameOf).filter((name) => !ALLOWED.has(name))).toEqual([]);
  });

  it('has a doc comment for every export', () => {
    const bare = exports.filter((one) => docComment(one) === '');
    expect(bare.map(({ name, file }) => `${name} (${file})`)).toEqual([]);
  });
});

/** Names that only look internal. */
const ALLOWED = new Set(['NoAttributes', 'defineOp', 'noGrad', 'Op']);
