// Every op against PyTorch, on every backend: outputs, and gradients of sum(r * y).

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  argmax,
  type Backend,
  batchNorm,
  mul,
  ones,
  scope,
  sum,
  type Tensor,
  tensor,
  withBackend,
  zeros,
} from '../../src/engine/index.js';
import { backendsUnderTest, oracle } from '../support/backends.js';
import { expectClose } from '../support/parity.js';
import { callOf, type Inputs } from './cases.js';
import { type GoldenCase, type GoldenName, type GoldenTensor, loadGolden } from './fixtures.js';

const FIXTURES = ['conv2d', 'batchnorm', 'pool', 'loss', 'activation'] as const;

/** Whether a tensor of a case is an input. The others are results or belong to them. */
const isInput = (name: string): boolean => !/^(r|y|grad_.*|x_\d|running_(mean|var)_\d)$/.test(name);

/**
 * Relative tolerance. In float64 the only error is the rounding of the stored result to float32,
 * 6e-8. In float32 every operation rounds; see TOLERANCE in test/support/parity.ts. Batch norm is
 * less accurate: with two values per channel, the gradient is a difference of nearly equal numbers,
 * multiplied by 1 / sqrt(variance + epsilon), up to 300.
 */
function toleranceOf(backend: Backend, fixture: GoldenName): number {
  if (backend.dtype === 'float64') return 1e-7;
  return fixture === 'batchnorm' ? 3e-5 : 5e-6;
}

describe.each([oracle, ...backendsUnderTest])('PyTorch and $name agree on', ({ make }) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await make();
  });
  afterAll(() => backend.dispose());

  /**
   * Runs `body` in a scope on the backend, and compares each of its results with the golden tensor
   * of that name.
   */
  async function compare(
    golden: GoldenCase,
    tolerance: number,
    body: () => Record<string, Promise<ArrayLike<number>>>,
  ): Promise<void> {
    const pending = withBackend(backend, () => scope(body));
    for (const [name, numbers] of Object.entries(pending)) {
      expectClose(await numbers, golden.tensor(name).data, `${golden.name}, ${name}`, tolerance);
    }
    expect(backend.memory.live).toBe(0);
  }

  describe.each(FIXTURES)('%s', (fixture) => {
    const { cases } = loadGolden(fixture);
    it.each(cases.map((golden) => [golden.name, golden] as const))('%s', (_, golden) =>
      compare(golden, toleranceOf(backend, fixture), () => {
        const inputs = inputsOf(golden);
        const y = callOf(fixture, golden)(inputs, golden);
        expect(y.shape).toEqual(golden.tensor('y').shape);
        sum(mul(y, upload(golden.tensor('r')))).backward();
        const results: Record<string, Promise<ArrayLike<number>>> = { y: y.data() };
        for (const name of golden.tensorNames.filter((each) => each.startsWith('grad_'))) {
          results[name] = inputs[name.slice('grad_'.length)].grad!.data();
        }
        for (const each of Object.values(inputs)) each.zeroGrad();
        return results;
      }),
    );
  });

  const training = loadGolden('batchnorm').cases.filter(({ options }) => options.flag('training'));
  it.each(training.map((golden) => [golden.name, golden] as const))(
    'the running statistics of %s, after one batch and after three',
    (_, golden) =>
      compare(golden, toleranceOf(backend, 'batchnorm'), () => {
        const { weight, bias } = inputsOf(golden);
        const running = { mean: zeros(weight.shape), variance: ones(weight.shape) };
        const [epsilon, momentum] = [
          golden.options.number('eps'),
          golden.options.number('momentum'),
        ];
        const results: Record<string, Promise<ArrayLike<number>>> = {};
        for (const [name, batch] of [
          ['x', 1],
          ['x_2', 2],
          ['x_3', 3],
        ] as const) {
          const options = { epsilon, momentum, running, training: true };
          batchNorm(upload(golden.tensor(name)), weight, bias, options);
          if (batch === 2) continue;
          results[`running_mean_${batch}`] = running.mean.data();
          results[`running_var_${batch}`] = running.variance.data();
        }
        return results;
      }),
  );

  // For max-pooling, grad_x above shows which of equal pixels was chosen. argmax has no gradient.
  const maxCases = loadGolden('activation').cases.filter(
    ({ options }) => options.text('kind') === 'max',
  );
  it.each(maxCases.map((golden) => [golden.name, golden] as const))(
    'argmax: %s',
    async (_, golden) => {
      const pending = withBackend(backend, () =>
        scope(() => argmax(upload(golden.tensor('x')), golden.options.number('axis')).data()),
      );
      expect([...(await pending)]).toEqual(golden.values.numbers('indices'));
    },
  );
});

const upload = ({ shape, data }: GoldenTensor, requiresGrad = false): Tensor =>
  tensor(data, { shape, requiresGrad });

/** The inputs of a case. Those with a golden gradient require gradients. */
function inputsOf(golden: GoldenCase): Inputs {
  const names = golden.tensorNames.filter(isInput);
  return Object.fromEntries(
    names.map((name) => [name, upload(golden.tensor(name), golden.hasTensor(`grad_${name}`))]),
  );
}
