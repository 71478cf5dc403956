// One case of the comparison of ops: inputs, the call in inkgrad, and the same call in PyTorch.

import type { Tensor } from '../../src/index.js';
import type { Values } from './inputs.js';

/** One input of a case. */
export interface Input {
  readonly shape: readonly number[];
  readonly values: Values;
  /** Whether the backward pass computes its gradient. */
  readonly grad: boolean;
}

export interface OpCase {
  /** Name of the public function. */
  readonly op: string;
  /** Distinguishes several cases of one op: `axis 0`. */
  readonly detail: string;
  readonly inputs: readonly Input[];
  readonly call: (inputs: readonly Tensor[]) => Tensor;
  /** Python expression with the inputs `a`, `b`, `c`, ..., `torch` and `F` (torch.nn.functional). */
  readonly torch: string;
  /** Whether the result is random, so that it cannot be compared. */
  readonly random: boolean;
}

/** Sizes that the table's shapes are made of. */
export interface Sizes {
  /** Elements of a vector; also `side * side` and `batch * channels * pixels * pixels`. */
  readonly n: number;
  /** Rows and columns of a matrix. */
  readonly side: number;
  readonly batch: number;
  readonly channels: number;
  /** Height and width of images. */
  readonly pixels: number;
}

/** Every input has about a million elements. */
export const FULL: Sizes = { n: 2 ** 20, side: 1024, batch: 16, channels: 64, pixels: 32 };

/** To try the programs out. */
export const QUICK: Sizes = { n: 2 ** 10, side: 32, batch: 1, channels: 16, pixels: 8 };

/** The unique title of a case: `softmax: axis 0`. */
export const titleOf = ({ op, detail }: OpCase): string =>
  detail === '' ? op : `${op}: ${detail}`;

/** Whether the op has a gradient for at least one input. */
export const isDifferentiable = ({ inputs }: OpCase): boolean => inputs.some(({ grad }) => grad);

type Shape = readonly number[];

/** Numbers between `low` and `high`; the backward pass computes the gradient. */
export const floats = (shape: Shape, low = -2, high = 2): Input => ({
  shape,
  values: { kind: 'uniform', low, high },
  grad: true,
});

/** Numbers without a gradient. */
export const constants = (shape: Shape, low = -2, high = 2): Input => ({
  ...floats(shape, low, high),
  grad: false,
});

/** Integers from 0 to `limit - 1`; int64 in PyTorch. */
export const indices = (shape: Shape, limit: number): Input => ({
  shape,
  values: { kind: 'index', limit },
  grad: false,
});

/** 0 or 1 with equal probability; bool in PyTorch. */
export const flags = (shape: Shape): Input => ({ shape, values: { kind: 'flag' }, grad: false });

/** A case; see OpCase. */
export const op = (
  name: string,
  inputs: readonly Input[],
  call: (inputs: readonly Tensor[]) => Tensor,
  torch: string,
  { detail = '', random = false } = {},
): OpCase => ({ op: name, detail, inputs, call, torch, random });
