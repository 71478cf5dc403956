// Methods of Tensor: each is its function with `this` as the first argument.

import { describe, expect, expectTypeOf, it } from 'vitest';
import { allOps } from '../../src/app/check/ops.js';
import { tensorMethods, type TensorMethods } from '../../src/engine/methods.js';
import type { SampleInput } from '../../src/engine/op.js';
import { anywhere, binary, distinct } from '../../src/engine/sample.js';
import {
  add,
  mul,
  ones,
  Parameter,
  relu,
  Rng,
  scope,
  sum,
  Tensor,
  tensor,
  type ReduceOptions,
} from '../../src/index.js';
import { onReference } from '../support/backends.js';

const SEED = 20261129;

/** One call of a method: the tensor, more tensors, and other arguments. */
interface Call {
  readonly inputs: readonly SampleInput[];
  readonly rest: readonly unknown[];
}

/** Calls of methods whose arguments are not the inputs and attributes of the op of that name. */
const CALLS: Partial<Record<string, Call[]>> = {
  sum: optionCalls(anywhere(2, 3, 4)),
  mean: optionCalls(anywhere(2, 3, 4)),
  ...Object.fromEntries(
    ['eq', 'ne', 'lt', 'le', 'gt', 'ge'].map((name) => [
      name,
      [{ inputs: [anywhere(5)], rest: [0.5] }],
    ]),
  ),
  prod: optionCalls(anywhere(2, 3, 4)),
  max: optionCalls(distinct(2, 3, 4)),
  min: optionCalls(distinct(2, 3, 4)),
  gelu: [[], [{ approximate: 'tanh' }]].map((rest) => ({ inputs: [anywhere(5)], rest })),
  softplus: [[], [{ beta: 2 }]].map((rest) => ({ inputs: [anywhere(5)], rest })),
  elu: [[], [0.5]].map((rest) => ({ inputs: [anywhere(5)], rest })),
  pow: [{ inputs: [anywhere(5)], rest: [3] }],
  cumsum: [{ inputs: [anywhere(2, 3)], rest: [1] }],
  squeeze: [[], [1]].map((rest) => ({ inputs: [anywhere(2, 1, 3)], rest })),
  unsqueeze: [{ inputs: [anywhere(2, 3)], rest: [1] }],
  split: [{ inputs: [anywhere(5, 2)], rest: [2] }],
  chunk: [{ inputs: [anywhere(2, 5)], rest: [2, 1] }],
  flip: [[], [0]].map((rest) => ({ inputs: [anywhere(2, 3)], rest })),
  roll: [{ inputs: [anywhere(2, 3)], rest: [1, 0] }],
  pad: [{ inputs: [anywhere(2, 3)], rest: [[1, 2]] }],
  maskedFill: [{ inputs: [anywhere(2, 3), binary(2, 3)], rest: [7] }],
  tril: [[], [1]].map((rest) => ({ inputs: [anywhere(3, 3)], rest })),
  triu: [[], [1]].map((rest) => ({ inputs: [anywhere(3, 3)], rest })),
  sort: [[], [{ descending: true }]].map((rest) => ({ inputs: [distinct(2, 5)], rest })),
  argsort: [{ inputs: [distinct(2, 5)], rest: [{ axis: 0 }] }],
  topk: [{ inputs: [distinct(2, 5)], rest: [2] }],
  indexSelect: [{ inputs: [anywhere(3, 2)], rest: [0, [2, 0]] }],
  variance: [
    ...optionCalls(anywhere(2, 3, 4)),
    { inputs: [anywhere(5)], rest: [{ correction: 0 }] },
  ],
};

function optionCalls(input: SampleInput): Call[] {
  return [[], [{ axes: 1 }], [{ axes: [0, 2], keepDims: true }]].map((rest) => ({
    inputs: [input],
    rest,
  }));
}

/** The listed calls, the samples of the op of that name, or one call without more arguments. */
function callsOf(name: string): Call[] {
  const listed = CALLS[name];
  if (listed !== undefined) return listed;
  const op = allOps.find(({ opName }) => opName === name);
  const samples = op?.samples.map(({ inputs, attributes }) => ({
    inputs,
    rest: Object.values(attributes as object),
  }));
  return samples ?? [{ inputs: [anywhere(2, 3, 4)], rest: [] }];
}

/** Methods with tensors after other arguments; they have a test of their own. */
const INDEXED: readonly string[] = ['gather', 'scatterAdd'];

type AnyFunction = (...values: unknown[]) => unknown;

/** Elements of all results, and the gradients of the inputs if there are any. */
async function evaluate(
  call: Call,
  apply: (inputs: Tensor[], rest: readonly unknown[]) => unknown,
): Promise<unknown> {
  const rng = new Rng(SEED);
  const leaves = call.inputs.map(({ shape, values, differentiable }) =>
    tensor(Array.from(values(rng)), { shape, requiresGrad: differentiable }),
  );
  const result = await scope(() => {
    const value = apply(leaves, call.rest);
    const outputs = (
      value instanceof Tensor ? [value] : Object.values(value as object)
    ) as Tensor[];
    for (const output of outputs) {
      if (output.requiresGrad) output.backward(ones(output.shape));
    }
    const arrays = [...outputs, ...leaves.map(({ grad }) => grad)];
    return Promise.all(arrays.map(async (one) => one && [one.shape, await one.data()]));
  });
  for (const leaf of leaves) leaf.dispose();
  return result;
}

describe('methods of Tensor', () => {
  it.each(Object.entries(tensorMethods).filter(([name]) => !INDEXED.includes(name)))(
    '%s has the values and gradients of its function, bit for bit',
    (name, f) =>
      onReference(async () => {
        const calls = callsOf(name);
        expect(calls.length).toBeGreaterThan(0);
        for (const call of calls) {
          const expected = await evaluate(call, (inputs, rest) =>
            (f as AnyFunction)(...inputs, ...rest),
          );
          const actual = await evaluate(call, ([x, ...others], rest) =>
            (x as unknown as Record<string, AnyFunction>)[name](...others, ...rest),
          );
          expect(actual).toEqual(expected);
        }
      })(),
  );

  it(
    'gather and scatterAdd take the axis first',
    onReference(async () => {
      const [x, index] = [tensor([1, 2, 3]), tensor([2, 0])];
      const [gathered, added] = scope(() => {
        const picked = x.gather(0, index);
        return [picked, x.scatterAdd(0, index, picked)];
      });
      expect([...(await gathered.data())]).toEqual([3, 1]);
      expect([...(await added.data())]).toEqual([2, 2, 6]);
      for (const one of [x, index, gathered, added]) one.dispose();
    }),
  );

  it(
    'chain, and gradients flow through the chain',
    onReference(async () => {
      const [x, w, b] = [
        [1, 2],
        [3, -4],
        [0.5, 0.25],
      ].map((values) => tensor(values, { requiresGrad: true }));
      const [methods, functions] = scope(() => {
        const loss = x.mul(w).add(b).relu().sum();
        loss.backward();
        return [loss, sum(relu(add(mul(x, w), b)))];
      });
      expect(await methods.item()).toBe(await functions.item());
      expect([...(await w.grad!.data())]).toEqual([1, 0]); // relu passes only the first element
      for (const one of [x, w, b, methods, functions]) one.dispose();
    }),
  );

  it(
    'are inherited, not enumerable, and have the name of their function',
    onReference(() => {
      const parameter = new Parameter([2], [1, 2]);
      scope(() => expect(parameter.mul(2).shape).toEqual([2]));
      const keys: string[] = [];
      for (const key in parameter) keys.push(key);
      expect(keys.filter((key) => key in tensorMethods)).toEqual([]);
      expect(parameter.softmax.name).toBe('softmax');
      parameter.dispose();
    }),
  );

  it('have the types of their functions without the first parameter', () => {
    expectTypeOf<Parameters<Tensor['clamp']>>().toEqualTypeOf<[low: number, high: number]>();
    expectTypeOf<Parameters<Tensor['sum']>>().toEqualTypeOf<
      [options?: ReduceOptions | undefined]
    >();
    expectTypeOf<Parameters<Tensor['relu']>>().toEqualTypeOf<[]>();
    expectTypeOf<ReturnType<Tensor['matmul']>>().toEqualTypeOf<Tensor>();
    expectTypeOf<keyof TensorMethods>().toEqualTypeOf<keyof typeof tensorMethods>();
  });

  it(
    'reject what their functions reject',
    onReference(() => {
      const x = ones([2]);
      // @ts-expect-error -- a string is not an operand
      expect(() => x.add('a')).toThrow('add: operand 1 must be a tensor or a number, got "a"');
      // @ts-expect-error -- the second operand is missing
      expect(() => x.add()).toThrow('add: operand 1 must be a tensor or a number, got undefined');
      x.dispose();
    }),
  );
});
