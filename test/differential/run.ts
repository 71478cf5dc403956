// Runs cases on a backend, forward and backward.

import {
  type Backend,
  expand,
  type FloatArray,
  permute,
  scope,
  slice,
  type Tensor,
  tensor,
  withBackend,
} from '../../src/engine/index.js';
import type { Case, CaseInput } from './fixture.js';
import { operations } from './operations.js';

/** The arrays of a case by the names of its expected results, or the error it raised. */
export type Outcome = ReadonlyMap<string, FloatArray> | Error;

/** Cases whose launches are queued before the first result is read. */
const BATCH = 40;

function viewOf(leaf: Tensor, { view }: CaseInput): Tensor {
  return view.reduce((x, step) => {
    switch (step[0]) {
      case 'permute':
        return permute(x, step[1]);
      case 'expand':
        return expand(x, step[1]);
      case 'slice':
        return slice(x, step[1], step[2], step[3], step[4]);
    }
  }, leaf);
}

function start(backend: Backend, one: Case): [name: string, data: Promise<FloatArray>][] {
  const { op, inputs, options, direction } = one;
  return withBackend(backend, () =>
    scope(() => {
      const leaves: Tensor[] = [];
      for (const { values, shape, grad, same } of inputs) {
        leaves.push(same >= 0 ? leaves[same] : tensor(values, { shape, requiresGrad: grad }));
      }
      const views: Tensor[] = [];
      for (const [index, input] of inputs.entries()) {
        views.push(input.same >= 0 ? views[input.same] : viewOf(leaves[index], input));
      }
      const results: [string, Promise<FloatArray>][] = [];
      try {
        const outputs = [operations[op].call(views, options)].flat();
        if (direction !== null) {
          const { values, shape } = direction;
          outputs[0].backward(viewOf(tensor(values, { shape }), direction));
        }
        for (const [index, output] of outputs.entries()) {
          results.push([`output ${index}`, output.data()]);
        }
        for (const [index, { grad, same }] of inputs.entries()) {
          if (grad && same < 0) {
            results.push([`gradient of input ${index}`, gradientData(leaves[index], index)]);
          }
        }
        return results;
      } finally {
        for (const leaf of leaves) leaf.zeroGrad();
      }
    }),
  );
}

function gradientData(leaf: Tensor, index: number): Promise<FloatArray> {
  return leaf.grad?.data() ?? Promise.reject(new Error(`input ${index} has no gradient`));
}

async function outcomeOf(backend: Backend, one: Case): Promise<Outcome> {
  try {
    const pending = start(backend, one).map(async ([name, data]) => [name, await data] as const);
    const settled = await Promise.allSettled(pending);
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return new Map(
      settled.map(
        (result) => (result as PromiseFulfilledResult<readonly [string, FloatArray]>).value,
      ),
    );
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Runs cases in order, several at a time. */
export async function runCases(backend: Backend, cases: readonly Case[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let first = 0; first < cases.length; first += BATCH) {
    const batch = cases.slice(first, first + BATCH);
    outcomes.push(...(await Promise.all(batch.map((one) => outcomeOf(backend, one)))));
  }
  return outcomes;
}
