// Six networks, trained with the public package alone: the loss of each of ten steps is PyTorch's.
// test/package/networks.test.ts runs the same programs with the packed package.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reference32, wasm, withFreshBackend } from '../support/backends.js';
import { readImports } from '../support/imports.js';
import { NETWORKS } from './networks.js';
import { checkLosses, fixture } from './support.js';

it('the fixture has the networks of the programs', () => {
  expect([...fixture.keys()].sort()).toEqual(Object.keys(NETWORKS).sort());
});

describe.each([wasm(2), reference32])('$name', ({ make }) => {
  it.each(Object.entries(NETWORKS))('%s has the losses of PyTorch', async (name, train) => {
    const { weights, data } = fixture.get(name)!;
    checkLosses(name, await withFreshBackend(make, () => train(weights, data)));
  });
});

describe('a program imports only the public package', () => {
  const folder = new URL('./', import.meta.url);
  const files = readdirSync(folder).filter((file) =>
    Object.hasOwn(NETWORKS, file.replace(/\.ts$/, '')),
  );

  it.each(files)('%s', (file) => {
    const path = `test/networks/${file}`;
    const imports = readImports(path, readFileSync(new URL(file, folder), 'utf8'));
    const targets = imports.map(({ target }) => target);
    expect(targets).toContain('src/index.ts');
    expect(targets.filter((target) => !/^src\/(data\/)?index\.ts$/.test(target))).toEqual([]);
  });

  it('for all programs', () => {
    expect(files.length).toBe(Object.keys(NETWORKS).length);
  });
});
