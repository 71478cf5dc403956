// Tensors filled with 0, 1, 2, ..., for the tests of views and joins.

import { scope, type Tensor, tensor } from '../../src/engine/index.js';
import { sizeOf, type Shape } from '../../src/engine/shape.js';

/** A tensor filled with 0, 1, 2, ...: each value is the flat index of its element. */
export const arange = (shape: Shape): Tensor => tensor([...Array(sizeOf(shape)).keys()], { shape });

/** Shape and values of the tensor that `make` creates, in a scope. */
export async function evaluate(make: () => Tensor): Promise<{ shape: Shape; flat: number[] }> {
  const [shape, pending] = scope(() => {
    const result = make();
    return [result.shape, result.data()] as const;
  });
  return { shape, flat: [...(await pending)] };
}
