// Leaves with gradients, and the frame of a test that uses some.

import { scope, tensor, type Tensor } from '../../src/engine/index.js';
import { onReference } from '../support/backends.js';

const leaf = (values: number | number[] | number[][]): Tensor =>
  tensor(values, { requiresGrad: true });

/** Runs a graph in a scope, and gives the gradients of some leaves, which it disposes of. */
export async function gradients(
  leaves: Tensor[],
  loss: () => Tensor,
): Promise<(number[] | null)[]> {
  scope(() => loss().backward());
  const read = await Promise.all(
    leaves.map(async ({ grad }) => (grad === null ? null : [...(await grad.data())])),
  );
  for (const each of leaves) each.zeroGrad();
  return read;
}

/** A test body with leaves that are disposed of at its end. */
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
