// A module's state dict in host memory.

import type { Tensor } from '../../engine/index.js';
import type { HostArray, Module } from '../../nn/index.js';

/**
 * Copies all parameters and buffers, by their names in the state dict. A tensor with two names (tied
 * weights) is one array.
 */
export async function hostState(model: Module): Promise<Record<string, HostArray>> {
  const arrays = new Map<Tensor, Promise<HostArray>>();
  const entries = Object.entries(model.stateDict()).map(
    async ([name, tensor]): Promise<[string, HostArray]> => {
      const array = arrays.get(tensor) ?? copy(tensor);
      arrays.set(tensor, array);
      return [name, await array];
    },
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function copy(tensor: Tensor): Promise<HostArray> {
  return { shape: tensor.shape, data: await tensor.data() };
}
