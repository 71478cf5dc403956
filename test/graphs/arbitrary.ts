// The arbitrary of random graphs for fast-check. It draws lists of numbers, from which the planner
// makes valid programs, so every shrunk list is a valid, smaller graph.

import fc from 'fast-check';
import { concat, reshape, type Tensor } from '../../src/engine/index.js';
import { defineOp, type NoAttributes } from '../../src/engine/op.js';
import { opRows } from './ops/index.js';
import { Draw, Planner } from './planner.js';
import { Graph, PlannedError, type Program } from './program.js';

/** The identity, whose gradient throws. */
const brokenGradient = defineOp<NoAttributes>({
  name: 'brokenGradient',
  infer: ([x]) => x,
  forward: ([x]) => x.view(),
  backward: () => [
    () => {
      throw new PlannedError('in the middle of a backward pass');
    },
  ],
  samples: [],
});

type Action = (planner: Planner, draw: Draw) => unknown;

const misuses: readonly Action[] = [
  (p, d) => {
    const x = p.ofRank(d, 2);
    const call = ([a]: readonly Tensor[]): Tensor => concat([a, reshape(a, [a.size])]);
    p.misuse('concat of two ranks', [x], call);
  },
  (p, d) => {
    const x = p.any(d);
    p.misuse('reshape to one more element', [x], ([a]) => reshape(a, [a.size + 1]));
  },
];

const actions: readonly Action[] = [
  (p, d) => p.backward(d),
  (p, d) => p.backward(d),
  (p, d) => p.backward(d),
  (p, d) => p.openScope(d),
  (p, d) => p.openScope(d),
  (p, d) => p.closeScope(d),
  (p, d) => p.closeScope(d),
  (p) => p.step(),
  (p, d) => p.gradientOf(d),
  (p, d) => p.outdatedBackward(d),
  (p, d) => p.zeroGrad(d),
  (p, d) => p.read(d),
  (p, d) => p.endEpisode(d),
  (p, d) => d.oneOf(misuses)(p, d),
  (p, d) => {
    const x = p.any(d);
    const result = { shape: x.shape, range: [x.low, x.high] as const };
    p.op('brokenGradient', [x], '', result, ([t]: readonly Tensor[]) => brokenGradient([t], {}));
  },
];

const { conv2d, matmul, linear, batchNorm, batchNormReluPool } = opRows;

/** Ops of the table, the ones with several implementations more often, and a third of actions. */
const kinds: readonly Action[] = [
  ...Object.values(opRows),
  ...[conv2d, conv2d, conv2d, matmul, matmul, linear, batchNorm, batchNormReluPool],
  ...actions,
  ...actions,
];

type Numbers = readonly number[];

function program(firstId: number, statements: readonly Numbers[], end: Numbers) {
  const planner = new Planner(firstId);
  for (const [kind, ...numbers] of statements)
    kinds[kind % kinds.length](planner, new Draw(numbers));
  return { program: planner.finish(new Draw(end)), nextId: planner.lastId + 1 };
}

/** The missing numbers of a short list are 0, the simplest choice. */
const numbers = (maxLength: number): fc.Arbitrary<Numbers> =>
  fc.array(fc.nat(9999), { minLength: 1, maxLength, size: 'max' });
const statements = fc.array(numbers(32), { minLength: 1, maxLength: 28, size: 'max' });
const programNumbers = fc.record({ statements, end: numbers(12) });

/** One program in three of four graphs, otherwise two that take turns. */
export const graphs: fc.Arbitrary<Graph> = fc
  .record({
    first: programNumbers,
    second: fc.option(programNumbers, { freq: 1 }),
    order: fc.array(fc.boolean(), { maxLength: 8, size: 'max' }),
  })
  .map(({ first, second, order }) => {
    const made = program(0, first.statements, first.end);
    const programs: Program[] = [made.program];
    if (second !== null) {
      programs.push(program(made.nextId, second.statements, second.end).program);
    }
    return new Graph(programs, order);
  });
