// Thirty training steps of the whole network against PyTorch. README.md ("How strict a test can
// be") explains the tolerances and the settings `adam_tame`.

import { describe, expect, it } from 'vitest';
import { type Backend, crossEntropy, Rng, scope, tensor } from '../../src/engine/index.js';
import { CharacterNet } from '../../src/app/model/characterNet.js';
import { Adam } from '../../src/nn/index.js';
import { fastBackends, oracle, withFreshBackend } from '../support/backends.js';
import { type GoldenCase, loadGolden } from './fixtures.js';
import { CLASSES, images, initialTensor, labels, SIDE, STATE } from './formula.js';
import { timeLimit } from '../support/timeLimit.js';

const golden = loadGolden('trace');

/** Results of a run: losses, the first step's gradients and the final state, by state-dict name. */
interface Run {
  readonly losses: number[];
  readonly gradients: ReadonlyMap<string, ArrayLike<number>>;
  readonly state: ReadonlyMap<string, ArrayLike<number>>;
}

/** Trains `steps` steps. With `lossOnly`, the last step has no backward pass and no update. */
async function train({ options }: GoldenCase, steps: number, lossOnly = false): Promise<Run> {
  const model = new CharacterNet({ classes: CLASSES, rng: new Rng(0), dropout: 0 });
  model.loadStateDict(
    Object.fromEntries(
      STATE.map((entry) => [entry.name, { shape: entry.shape, data: initialTensor(entry) }]),
    ),
  );
  const optimizer = new Adam(model.parameters(), {
    lr: options.number('lr'),
    betas: options.pair('betas'),
    epsilon: options.number('eps'),
    weightDecay: options.number('weight_decay'),
  });

  const losses: number[] = [];
  let gradients = new Map<string, ArrayLike<number>>();
  for (let step = 0; step < steps; step++) {
    const pending = scope(() => {
      const batch = labels(step);
      const x = tensor(images(step), { shape: [batch.length, 1, SIDE, SIDE] });
      const loss = crossEntropy(model.forward(x), tensor(batch));
      if (lossOnly && step === steps - 1) return { value: loss.item(), read: null };
      loss.backward();
      const value = loss.item();
      const read = step === 0 ? readAll(model.namedParameters(), ({ grad }) => grad!.data()) : null;
      optimizer.step();
      optimizer.zeroGrad();
      return { value, read };
    });
    losses.push(await pending.value);
    if (pending.read !== null) gradients = await pending.read;
  }
  const state = await readAll(Object.entries(model.stateDict()), (each) => each.data());
  optimizer.dispose();
  model.dispose();
  return { losses, gradients, state };
}

async function readAll<T>(
  named: readonly (readonly [string, T])[],
  read: (each: T) => Promise<ArrayLike<number>>,
): Promise<Map<string, ArrayLike<number>>> {
  const entries = named.map(async ([name, each]): Promise<[string, ArrayLike<number>]> => [
    name,
    await read(each),
  ]);
  return new Map(await Promise.all(entries));
}

const relative = (actual: number, expected: number): number =>
  Math.abs(actual - expected) / Math.abs(expected);

/** Every `stride`-th element, as stored in the fixture. */
function subsampled(values: ArrayLike<number>, stride: number): number[] {
  return Array.from({ length: Math.ceil(values.length / stride) }, (_, i) => values[i * stride]);
}

/** The relative L2 error |actual - expected| / |expected|. */
function relativeL2(actual: readonly number[], expected: ArrayLike<number>): number {
  const length = (values: readonly number[]): number => Math.hypot(...values);
  return length(actual.map((value, i) => value - expected[i])) / length(Array.from(expected));
}

/**
 * Whether a tensor is a bias before batch norm. It has no effect, so its gradient is zero except
 * for rounding.
 */
const hasNoEffect = (name: string): boolean => /^conv_layers\.[048]\.bias$/.test(name);

/**
 * Compares the tensors `prefix/NAME` of a golden case with those of a run, by relative L2 error.
 */
function expectTensors(
  recorded: GoldenCase,
  prefix: 'grad' | 'final',
  actual: Run['state'],
  toleranceOf: (name: string) => number,
): void {
  const stored = recorded.tensorNames.filter((name) => name.startsWith(`${prefix}/`));
  expect(stored.length).toBeGreaterThanOrEqual(16);
  for (const full of stored) {
    const name = full.slice(prefix.length + 1);
    const values = subsampled(actual.get(name)!, recorded.values.fields('stride').number(name));
    const expected = recorded.tensor(full).data;
    expect(values.length, full).toBe(expected.length);
    if (prefix === 'grad' && hasNoEffect(name)) {
      expect(Math.max(...values.map(Math.abs)), `${full}, largest`).toBeLessThan(1e-6);
    } else {
      expect(relativeL2(values, expected), full).toBeLessThan(toleranceOf(name));
    }
  }
}

const isStatistic = (name: string): boolean => name.includes('running_');

// The slow reference backend runs only the first steps.
describe.each(fastBackends)('on $name', ({ make }) => {
  const run = (recorded: GoldenCase, steps: number): Promise<Run> =>
    withFreshBackend(make, () => train(recorded, steps));

  it('thirty steps with adam_tame: losses within 1e-4, final weights within 1e-3', async () => {
    const recorded = golden.case('adam_tame');
    const { losses, gradients, state } = await run(recorded, 30);
    const errors = recorded.values
      .numbers('losses')
      .map((loss, step) => relative(losses[step], loss));
    expect(losses).toHaveLength(30);
    expect(Math.max(...errors.slice(0, 10)), 'first ten losses').toBeLessThan(1e-5);
    expect(Math.max(...errors), 'all losses').toBeLessThan(1e-4);
    expectTensors(recorded, 'grad', gradients, () => 1e-4);
    expectTensors(recorded, 'final', state, (name) => (isStatistic(name) ? 2e-3 : 1e-3));
    expect(state.get('conv_layers.9.num_batches_tracked')).toEqual(Float32Array.of(30));
  });

  it("five steps with the recipe's settings: losses within 1e-4", async () => {
    const recorded = golden.case('adam');
    const { losses } = await run(recorded, 5);
    const errors = losses.map((loss, step) =>
      relative(loss, recorded.values.numbers('losses')[step]),
    );
    expect(Math.max(...errors)).toBeLessThan(1e-4);
  });
});

it(
  'on the reference backend in float64: the losses of two steps within 1e-10',
  () =>
    withFreshBackend(oracle.make, async (backend: Backend) => {
      const recorded = golden.case('adam');
      const { losses, gradients } = await train(recorded, 2, true);
      const errors = losses.map((loss, step) =>
        relative(loss, recorded.values.numbers('losses')[step]),
      );
      expect(backend.dtype).toBe('float64');
      expect(Math.max(...errors)).toBeLessThan(1e-10);
      expectTensors(recorded, 'grad', gradients, () => 1e-7);
    }),
  timeLimit(180_000),
);
