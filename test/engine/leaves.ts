// Helpers for tests that compute gradients of leaves.

import { scope, tensor, type Tensor } from '../../src/engine/index.js';
import { onReference } from '../support/backends.js';

const leaf = (values: number | number[] | number[][]): Tensor =>
  tensor(values, { requiresGrad: true });

/** Runs a graph backward in a scope, returns the gradients of the leaves, and resets them. */
export async function gradients(
  leaves: Tensor[],
  loss: () => Tensor,
): Promise<(number[] | null)[]> {
  scope(() => loss().backward());
  const results = await Promise.all(
    leaves.map(async ({ grad }) => (grad === null ? null : [...(await grad.data())])),
  );
  for (const each of leaves) each.zeroGrad();
  return results;
}

/** A test body that receives one leaf per value. The leaves are disposed of at its end. */
export function withLeaves(
  values: (number | number[] | number[][])[],
  body: (...leaves: Tensor[]) => Promise<void>,
) {
  return onReference(async () => {
    const leaves = values.map(leaf);
    await body(...leaves);
    for (const each of leaves) each.dispose();
  });
}
