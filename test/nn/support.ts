// Helpers of the nn tests: a fresh backend for every test, which must be empty at its end, and the
// character network.

import { afterEach, beforeEach, expect } from 'vitest';
import {
  type Backend,
  currentBackend,
  flatten,
  ReferenceBackend,
  scope,
  tensor,
  useBackend,
  Rng,
  type Tensor,
} from '../../src/engine/index.js';
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Linear,
  MaxPool2d,
  Module,
  type Layer,
  ReLU,
  Sequential,
  Parameter,
} from '../../src/nn/index.js';

export interface BackendHolder {
  backend: ReferenceBackend;
}

/**
 * Gives every test of the file a separate current backend and asserts afterwards that no buffer is
 * in use.
 */
export function freshBackend(
  make: () => ReferenceBackend = () => new ReferenceBackend(),
): Readonly<BackendHolder> {
  const holder: BackendHolder = { backend: make() };
  let outer: Backend;
  beforeEach(() => {
    outer = currentBackend();
    holder.backend = make();
    useBackend(holder.backend);
  });
  afterEach(async () => {
    useBackend(outer);
    expect(holder.backend.memory.live, 'buffers still in use').toBe(0);
    await holder.backend.dispose();
  });
  return holder;
}

function block(inChannels: number, outChannels: number, rng: Rng): Layer[] {
  return [
    new Conv2d({ inChannels, outChannels, kernelSize: 3, padding: 1, rng }),
    new BatchNorm2d({ numFeatures: outChannels }),
    new ReLU(),
    new MaxPool2d({ kernelSize: 2 }),
  ];
}

/** The character network, built from layers. */
export class CharacterNet extends Module {
  readonly conv_layers: Sequential;
  readonly fc_layers: Sequential;

  constructor(rng: Rng) {
    super();
    this.conv_layers = new Sequential(
      ...block(1, 32, rng),
      ...block(32, 64, rng),
      ...block(64, 128, rng),
    );
    this.fc_layers = new Sequential(
      new Linear({ inFeatures: 1152, outFeatures: 256, rng }),
      new ReLU(),
      new Dropout({ probability: 0.5, rng }),
      new Linear({ inFeatures: 256, outFeatures: 47, rng }),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.fc_layers.forward(flatten(this.conv_layers.forward(x)));
  }
}

/** Reads several tensors of a scope. */
export async function read(body: () => readonly Tensor[]): Promise<number[][]> {
  const pending = scope(() => body().map((each) => each.data()));
  return (await Promise.all(pending)).map((values) => Array.from(values));
}

/** All values of a state dict, by name. */
export async function readAll(
  state: Readonly<Record<string, Tensor>>,
): Promise<Record<string, number[]>> {
  const entries = await Promise.all(
    Object.entries(state).map(
      async ([name, tensor]) => [name, Array.from(await tensor.data())] as const,
    ),
  );
  return Object.fromEntries(entries);
}

/**
 * Replaces the parameters of modules by tensors, in order, so that `checkGradient` can change them.
 * Submodules must be listed too.
 */
export function substituteParameters(modules: readonly Module[], tensors: readonly Tensor[]): void {
  const substitutes = [...tensors];
  for (const module of modules) {
    for (const [name, value] of Object.entries(module)) {
      if (!(value instanceof Parameter)) continue;
      value.dispose();
      Object.assign(module, { [name]: substitutes.shift() });
    }
  }
  expect(substitutes).toEqual([]);
}

/** Sets the gradient of a parameter, as backward() would. */
export function setGrad(parameter: Parameter, values: ArrayLike<number>): void {
  parameter.zeroGrad();
  scope(() =>
    parameter.accumulateGrad(tensor(Float64Array.from(values), { shape: parameter.shape }).array),
  );
}

/** A layer whose weights do not matter. */
export function linear(inFeatures: number, outFeatures: number): Linear {
  return new Linear({ inFeatures, outFeatures, rng: new Rng(7) });
}

/** A composite module that is not a Sequential. */
export class Pair extends Module {
  readonly first: Layer;
  readonly second: Layer;

  constructor(first: Layer, second: Layer) {
    super();
    this.first = first;
    this.second = second;
  }

  override forward(x: Tensor): Tensor {
    return this.second.forward(this.first.forward(x));
  }
}
