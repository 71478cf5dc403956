// The wide module: its patterns are admitted, V8 merges the hot functions into 256-bit operations, and
// the check at its start runs every function and finds differences.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as relaxed from '#simd/relaxed';
import * as wide from '#simd/wide';
import { functionParameters } from '#simd/interface';
import { createWasmBackend, wasmFeatures } from '../../src/engine/backends/wasm/index.js';
import {
  checkWide,
  instantiate,
  operands,
  runFunction,
} from '../../src/engine/backends/wasm/wideCheck.js';
import { wideSimdObstacle } from '../../src/engine/backends/wasm/wideSupport.js';
import { ADMITTED_SHUFFLES, forbiddenPatterns } from '../../scripts/wide-patterns.js';
import { skipNote } from '../support/skipping.js';

describe('forbiddenPatterns', () => {
  const shuffle = (lanes: string) =>
    `i8x16.shuffle ${Array.from(lanes, (lane) => [0, 1, 2, 3].map((byte) => 4 * +lane + byte).join(' ')).join(' ')}`;

  it('admits the listed shuffles, and instructions that are not shuffles', () => {
    const text = ADMITTED_SHUFFLES.map(shuffle).join('\n');
    expect(forbiddenPatterns(`${text}\nv128.load offset=16\nv128.load32_splat`)).toEqual([]);
  });

  it('finds other shuffles and loads that extend, each once', () => {
    const text = `(v128.load8x8_u (local.get 0)) ${shuffle('3210')} ${shuffle('3210')} v128.load32x2_s`;
    expect(forbiddenPatterns(text)).toEqual([
      'i8x16.shuffle 3210',
      'v128.load32x2_s',
      'v128.load8x8_u',
    ]);
  });

  it('finds shuffles of single bytes', () => {
    const bytes = Array.from({ length: 16 }, (_, i) => 15 - i).join(' ');
    expect(forbiddenPatterns(`i8x16.shuffle ${bytes}`)).toEqual([`i8x16.shuffle ${bytes}`]);
  });
});

const obstacle = await wideSimdObstacle();

describe.skipIf(obstacle !== null)(`256-bit SIMD${skipNote(obstacle)}`, () => {
  it('is reported as supported, and can be opened', async () => {
    expect((await wasmFeatures()).wideSimd).toBe(true);
    const backend = await createWasmBackend({ module: 'wide', threads: 2 });
    expect(backend.build).toBe('wide');
    await backend.dispose();
  });

  it('is checked with every function of the module, which changes its operands or returns a size', () => {
    const instance = instantiate(new WebAssembly.Module(wide.bytes), false);
    const floats = operands();
    const initial = new Int32Array(floats.buffer);
    const idle = Object.keys(functionParameters).filter((name) => {
      const words = runFunction(instance, name, floats);
      return words.at(-1) === 0 && initial.every((word, i) => words[i] === word);
    });
    // The operands of convPrepare are a ConvShape, which is not among the compared words.
    expect(idle).toEqual(['convPrepare']);
  });

  it('is rejected if a function computes something else', () => {
    const wideModule = new WebAssembly.Module(wide.bytes);
    expect(checkWide(wideModule, wideModule, false)).toEqual([]);
    // Its panels have eight columns instead of sixteen.
    const wrong = checkWide(wideModule, new WebAssembly.Module(relaxed.bytes), false);
    expect(wrong).toContain('packPanels');
    expect(wrong).not.toContain('relu');
  });

  const noTrace = process.version.startsWith('v24.')
    ? null
    : 'the format of the trace is that of Node 24';
  it.skipIf(noTrace !== null)(
    `consists of merged operations in the hot functions${skipNote(noTrace)}`,
    () => {
      expect(vectorizedFunctions()).toEqual(expect.arrayContaining([...HOT]));
    },
  );
});

/** Functions in which V8 must merge operations. */
const HOT: readonly string[] = [
  'wideTile/wideTile',
  'wideTile/wideTile4',
  'poolPlane/poolPlane',
  'convGradWeight/wideGradTile',
  'winogradGradWeight/wideProductTile',
  'winogradTiles/inputStrip',
  'winogradTiles/gradStrip',
  'winograd/outputStrip',
  'rows/columnSumBlocks',
  'batchNorm/batchNormStatBlocks',
];

/** Names of the functions with merged operations, from V8's trace. */
function vectorizedFunctions(): string[] {
  const build = new URL('../../build/simd/', import.meta.url);
  const names = JSON.parse(
    readFileSync(new URL('wide-functions.json', build), 'utf8'),
  ) as readonly string[];
  const script = `import { bytes } from '${new URL('wide.js', build).href}'; new WebAssembly.Module(bytes);`;
  const flags = ['--experimental-wasm-revectorize', '--trace-wasm-revectorize', '--no-liftoff'];
  const tiers = ['--no-wasm-lazy-compilation', '--no-wasm-inlining', '--single-threaded'];
  const output = execFileSync(
    process.execPath,
    [...flags, ...tiers, '--input-type=module', '--eval', script],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  return output
    .split('Begin revec function wasm-function#')
    .slice(1)
    .filter((section) => section.includes('Decide to vectorize'))
    .map((section) => names[Number.parseInt(section, 10)]);
}
