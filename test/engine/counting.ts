// Tensors whose numbers tell where they came from, for the tests of views and joins.

import { scope, type Tensor, tensor } from '../../src/engine/index.js';
import { sizeOf, type Shape } from '../../src/engine/shape.js';

/** 0, 1, 2, ... in a shape: every number tells where it came from. */
export const counting = (shape: Shape): Tensor =>
  tensor([...Array(sizeOf(shape)).keys()], { shape });

/** Shape and numbers of what `make` makes in a scope. */
export async function values(make: () => Tensor): Promise<{ shape: Shape; flat: number[] }> {
  const [shape, pending] = scope(() => {
    const made = make();
    return [made.shape, made.data()] as const;
  });
  return { shape, flat: [...(await pending)] };
}
