// Checks the module dependencies: allowed directions and no cycles. Prints long files.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { forbiddenImports, importCycles, readImports, type Sources } from '../support/imports.js';
import { entryPoints } from '../support/publicApi.js';

const ROOT = new URL('../../', import.meta.url);

/** All sources below some folders of the repository, by path. */
function sourcesOf(...folders: string[]): Sources {
  const paths = folders.flatMap((folder) =>
    readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|js)$/.test(name) && !name.startsWith('.peers')) // third-party code
      .map((name) => `${folder}/${name}`),
  );
  return new Map(paths.sort().map((path) => [path, readFileSync(new URL(path, ROOT), 'utf8')]));
}

const productSources = sourcesOf('kernels', 'src');

describe('the module dependencies', () => {
  it('cover all sources', () => {
    expect(productSources.size).toBeGreaterThan(40);
    expect(
      [...productSources].flatMap(([path, source]) => readImports(path, source)).length,
    ).toBeGreaterThan(100);
  });

  it('follow the allowed directions', () => {
    expect(forbiddenImports(productSources)).toEqual([]);
  });

  it('allow examples only the package', () => {
    const examples = sourcesOf('examples');
    expect(examples.size).toBeGreaterThan(1);
    expect(forbiddenImports(examples)).toEqual([]);
  });

  it('have no cycles', () => {
    expect(importCycles(productSources, false)).toEqual([]);
  });

  it('have no cycles of types, except the listed ones', () => {
    expect(importCycles(productSources, true)).toEqual(TYPE_CYCLES.map(({ files }) => files));
  });
});

/** Packages that only some commands use; each is slow to load. */
const HEAVY = [
  '@zip.js/zip.js',
  'fast-png',
  'jpeg-js',
  'ml-matrix',
  'papaparse',
  'protobufjs',
  'umap-js',
];

it('the commands load heavy packages only where they use them', () => {
  const commands = [...productSources.keys()].filter((path) =>
    path.startsWith('src/app/commands/'),
  );
  const loaded = new Set(commands.flatMap((path) => [...loadedFrom(path)]));
  expect(loaded.has('yargs')).toBe(true); // the search finds packages
  expect(HEAVY.filter((name) => loaded.has(name))).toEqual([]);
});

/** All files and packages that a file loads at its start, directly or not. */
function loadedFrom(start: string): Set<string> {
  const loaded = new Set<string>();
  const unvisited = [start];
  for (let path = unvisited.pop(); path !== undefined; path = unvisited.pop()) {
    if (loaded.has(path)) continue;
    loaded.add(path);
    const source = productSources.get(path);
    if (source === undefined) continue;
    const imports = readImports(path, source).filter((one) => !one.typeOnly && !one.dynamic);
    unvisited.push(...imports.map(({ target }) => target));
  }
  return loaded;
}

describe('an entry point of the package that runs in browsers', () => {
  const browserEntries = [...entryPoints()].filter(([name]) => name !== 'inkgrad/node');

  it.each(browserEntries)('%s loads no node: module', (_, path) => {
    const loaded = [...loadedFrom(path)];
    expect(loaded.length).toBeGreaterThan(10);
    expect(loaded.filter((target) => target.startsWith('node:'))).toEqual([]);
  });

  it.each(browserEntries)('%s loads heavy packages only where it uses them', (_, path) => {
    expect(HEAVY.filter((name) => loadedFrom(path).has(name))).toEqual([]);
  });

  it('is told apart from inkgrad/node', () => {
    expect(loadedFrom(entryPoints().get('inkgrad/node')!)).toContain('node:fs/promises');
  });
});

/** Cycles of type-only imports, with the reason for each. */
const TYPE_CYCLES: readonly { files: string[]; reason: string }[] = [];

/** Above this a file usually contains two ideas. */
const LONG_FILE = 400;

it('prints the files that usually contain two ideas', () => {
  const all = sourcesOf('kernels', 'src', 'examples', 'test', 'bench', 'scripts');
  const long = [...all]
    .map(([path, source]) => ({ path, lines: source.split('\n').length - 1 }))
    .filter(({ lines }) => lines > LONG_FILE);
  for (const { path, lines } of long)
    console.info(`${path} has ${lines} lines: does it contain two ideas?`);
  expect(all.size).toBeGreaterThan(200);
});

// Checks that the rules can fail: the same functions on small sets of sources with violations.
describe('the checker', () => {
  const violations = (path: string, source: string): string[] =>
    forbiddenImports(new Map([[path, source]]));

  it.each([
    ['kernels/a.ts', "import { x } from '../src/engine/shape.js';", 'kernels must not import'],
    ['kernels/a.ts', "import { gemm } from './simd/gemm.js';", 'kernels must not import'],
    ['src/engine/a.ts', "import { Module } from '../nn/module.js';", 'engine must not import'],
    ['src/engine/a.ts', "import type { Module } from '../nn/module.js';", 'engine must not import'],
    ['src/engine/a.ts', "let m: import('../nn/module.js').Module;", 'engine must not import'],
    ['src/engine/a.ts', "import { readFile } from 'node:fs';", 'engine must not import node:fs'],
    ['src/engine/backends/reference.ts', "import { GPU } from 'gpu.js';", 'must not import gpu.js'],
    ['src/engine/backends/wasm.ts', "import { cpus } from 'node:os';", 'on demand, with import()'],
    ['src/nn/a.ts', "import { loader } from '../data/loader.js';", 'nn must not import'],
    ['src/nn/a.ts', "export * from '../data/loader.js';", 'nn must not import'],
    ['src/data/a.ts', "import { Linear } from '../nn/linear.js';", 'data must not import'],
    ['src/data/a.ts', "import { Tensor } from '../engine/tensor.js';", 'data must not import'],
    ['src/data/a.ts', "const fs = await import('node:fs');", 'data must not import node:fs'],
    ['src/app/training/trainer.ts', "import yargs from 'yargs';", 'app must not import yargs'],
    [
      'src/app/training/trainer.ts',
      "import { hideBin } from 'yargs/helpers';",
      'app must not import yargs/helpers',
    ],
    [
      'src/app/web/bench/main.ts',
      "const fs = await import('node:fs');",
      'pages must not import node:fs',
    ],
    ['examples/a.ts', "import { add } from '../src/index.js';", 'examples must not import'],
    ['examples/minimal.ts', "import { add } from 'inkgrad';", 'minimal example must not import'],
    ['src/elsewhere.ts', "import './engine/shape.js';", 'belongs to no layer'],
  ])('rejects in %s: %s', (path, source, message) => {
    expect(violations(path, source)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ['src/engine/backends/gpu.ts', "import { GPU } from 'gpu.js';"],
    ['src/engine/backends/wasm/index.ts', "const os = await import('node:os');"],
    ['src/data/emnist/readEmnist.ts', "const { readFile } = await import('node:fs/promises');"],
    ['src/data/a.ts', "import { Rng } from '../engine/rng.js';"],
    ['examples/a.ts', "import { DataLoader } from 'inkgrad/data'; import './support/b.ts';"],
    ['src/app/commands/train.ts', "import yargs from 'yargs';"],
    [
      'src/app/training/trainer.ts',
      "import { x } from '../data/loader.js'; import { y } from '../nn/linear.js';",
    ],
    [
      'src/engine/a.ts',
      "// import { Module } from '../nn/module.js';\nconst text = 'import x from yargs';",
    ],
  ])('allows in %s: %s', (path, source) => {
    expect(violations(path, source)).toEqual([]);
  });

  it('finds cycles of several files and of one, and distinguishes types from values', () => {
    const cycle = new Map([
      ['a.ts', "import { b } from './b.js';"],
      ['b.ts', "import type { C } from './c.js'; import './d.js';"],
      ['c.ts', "import { a } from './a.js';"],
      ['d.ts', 'export const d = 1;'],
      ['self.ts', "import './self.js';"],
    ]);
    expect(importCycles(cycle, false)).toEqual([['self.ts']]);
    expect(importCycles(cycle, true)).toEqual([['a.ts', 'b.ts', 'c.ts'], ['self.ts']]);
    const mixed = new Map([
      ['a.ts', "import { type B } from './b.js';"], // runs b.ts all the same
      ['b.ts', "export { A } from './a.js';"],
    ]);
    expect(importCycles(mixed, false)).toEqual([['a.ts', 'b.ts']]);
  });
});
