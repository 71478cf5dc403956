// Tests the gpu backend in a real browser with software GPUs: the suites of Node, on the minified
// build under the page's policy.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reservedLimit } from '../../src/engine/backends/bufferPool.js';
import { RESERVED_FACTOR } from '../../src/engine/backends/gpu/kernelCache.js';
import { allKernels } from '../support/kernels.js';
import { SMALL_STEPS, LOSS_TOLERANCE, RECIPE } from '../gpu/training.js';
import { executable, type WatchedPage, skipSuffix } from './support/chromium.js';
import { browserFixture } from './support/suite.js';
import { LONG } from '../support/rounds.js';
import { skipNote } from '../support/skipping.js';

const MODES = ['webgl2', 'webgpu'] as const;
const IN_ORDER = { concurrent: false };

// Both modes run at the same time in separate browsers, since a software GPU mostly compiles on one
// thread. The tests of a mode run one after another.
describe.skipIf(executable === null).concurrent.each(MODES)(
  `%s in Chromium${skipSuffix}`,
  (mode) => {
    const site = browserFixture('software');
    let opened: WatchedPage;
    beforeAll(async () => {
      opened = await site.open('checks.html');
    });
    afterAll(() => {
      expect(opened.pageErrors).toEqual([]);
    });

    describe('on one backend', IN_ORDER, () => {
      afterAll(async () => {
        await opened.page.evaluate(() => checks.disposeSharedGpu());
      });

      // WebGL2 in software compiles slowly, and both modes generate the same kernels from an op.
      const extent = LONG ? 'every sample' : mode === 'webgpu' ? 'one sample' : 'kernels only';
      const titles = {
        'every sample': 'every kernel, edge case and sample of every op',
        'one sample': 'every kernel and edge case, and a sample of every op (test:long: every one)',
        'kernels only': 'every kernel (test:long: every edge case and sample of every op, too)',
      };
      it(`agrees with the reference on ${titles[extent]}`, async () => {
        const { adapter, software, results } = await opened.page.evaluate(
          ([m, choice]) => checks.kernelSuite(m, choice),
          [mode, extent] as const,
        );
        expect(results.filter(({ ok }) => !ok)).toEqual([]);
        const names = results.map(({ name }) => name);
        expect(names).toEqual(
          expect.arrayContaining(allKernels.map(({ kernel }) => `kernel ${kernel.name}`)),
        );
        expect(results.length).toBeGreaterThan(extent === 'kernels only' ? 100 : 150);
        expect(adapter).toMatch(/swiftshader/i);
        expect(software).toBe(true);
      });

      // Half a minute in software; doctor --check runs them on a user's GPU.
      const omitted = LONG ? null : 'npm run test:long includes it';
      it.skipIf(omitted !== null)(
        `agrees with the reference on the large samples of doctor --check${skipNote(omitted)}`,
        async () => {
          const results = await opened.page.evaluate((m) => checks.largeSamplesOnGpu(m), mode);
          expect(results.flatMap(({ failures }) => failures)).toEqual([]);
          expect(results.map(({ op }) => op)).toEqual(expect.arrayContaining(['adam', 'conv2d']));
        },
      );

      it("trains the whole network with the CPU's losses: the first steps of the recipe's own Adam", () =>
        compareLosses(RECIPE));

      // WebGL2 takes half a minute in software.
      const tenSteps = LONG || mode === 'webgpu' ? null : 'npm run test:long includes it';
      it.skipIf(tenSteps !== null)(
        `trains the whole network with the CPU's losses: ten steps, Adam with a large epsilon${skipNote(tenSteps)}`,
        () => compareLosses(SMALL_STEPS),
      );

      async function compareLosses(options: typeof RECIPE): Promise<void> {
        const { ok, worst, losses } = await opened.page.evaluate(
          ([m, requested]) => checks.compareWithCpu(m, requested),
          [mode, { ...options, batchSize: 2 }] as const,
        );
        expect(losses).toHaveLength(options.steps);
        expect(worst, JSON.stringify(losses)).toBeLessThanOrEqual(LOSS_TOLERANCE);
        expect(ok).toBe(true);
      }
    });

    it(
      'keeps the number of GPU objects constant over 100 steps and leaves none',
      IN_ORDER,
      async () => {
        const { afterStep, buffersLeft, afterDispose } = await opened.page.evaluate(
          (m) => checks.watchObjects(m, 100),
          mode,
        );
        expect(afterStep).toHaveLength(100);
        const kind = mode === 'webgpu' ? 'Buffer' : 'Texture';
        expect(afterStep[2][kind]).toBeGreaterThan(50); // objects are counted
        for (const live of afterStep.slice(2)) expect(live).toEqual(afterStep[2]);
        expect(buffersLeft).toBe(0);
        expect(afterDispose).toEqual({});
      },
    );

    it('releases the memory of kernels for other sizes', IN_ORDER, async () => {
      const sizes = 16;
      const { ok, reservedBytes, peakBytes, atEnd, afterDispose } = await opened.page.evaluate(
        ([m, count]) => checks.watchSizes(m, count),
        [mode, sizes] as const,
      );
      expect(ok).toBe(true);
      expect(peakBytes).toBe(2 * 4 * sizes * 2 ** 16);
      expect(Math.max(...reservedBytes)).toBeLessThanOrEqual(
        reservedLimit(peakBytes, RESERVED_FACTOR),
      );
      // With all outputs kept there are 33 more: the number of kernels.
      const [kind, most] = mode === 'webgpu' ? ['Buffer', 90] : ['Texture', 40];
      expect(atEnd[kind]).toBeLessThan(most);
      expect(afterDispose).toEqual({});
    });

    it(
      'names a kernel that does not compile when its result is read, and continues',
      IN_ORDER,
      async () => {
        const { error, after } = await opened.page.evaluate(
          (m) => checks.failures.brokenKernel(m),
          mode,
        );
        expect(error).toMatch(
          RegExp(`^BackendError: gpu \\(${mode}\\): kernel broken could not be compiled: `),
        );
        expect(after).toEqual([1, 0]);
      },
    );

    it('rejects a freed buffer, and a disposed backend', IN_ORDER, async () => {
      const errors = await opened.page.evaluate((m) => checks.failures.usedAfterFree(m), mode);
      const freed = `DisposedError: gpu (${mode}): this buffer was freed`;
      expect(errors).toEqual([
        freed,
        freed,
        freed,
        `DisposedError: gpu (${mode}): this backend was disposed, and its tensors with it; dispose of it after the last use`,
      ]);
    });

    it('reports a lost device, and can be opened again', IN_ORDER, async () => {
      const { read, run, again } = await opened.page.evaluate(
        (m) => checks.failures.lostDevice(m),
        mode,
      );
      expect(read).toContain(`DeviceLostError: gpu (${mode}): the device was lost`);
      expect(read).toContain('resume from the last checkpoint');
      expect(run).toBe(read);
      expect(again).toBe('nothing failed');
    });
  },
);

describe.skipIf(executable === null)(`a browser without a GPU${skipSuffix}`, () => {
  const site = browserFixture('none');
  it('reports what is missing', async () => {
    const { page } = await site.open('checks.html');
    expect(await page.evaluate(() => checks.failures.open('webgl2'))).toMatch(
      /^BackendError: gpu \(webgl2\): cannot create a WebGL2 context/,
    );
    expect(await page.evaluate(() => checks.failures.open('webgpu'))).toMatch(
      /^BackendError: gpu \(webgpu\): /,
    );
  });
});
