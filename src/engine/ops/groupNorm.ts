// Group normalization: shifts and scales each group of channels of each example to mean 0 and
// variance 1 (Wu and He, 2018). One group is layer norm over [C, ...]; one channel per group is
// instance norm.

import { ArgumentError, ShapeError } from '../errors.js';
import { checkOptions, describeValue } from '../options.js';
import { anywhere, positive } from '../sample.js';
import { format, sizeOf } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { withParameters } from './batchNorm.js';
import { defineNormalization } from './internal/normalize.js';

/** Options of `groupNorm`. */
export interface GroupNormOptions {
  /** Number of groups of adjacent channels; divides the number of channels. */
  readonly groups: number;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

/** The op behind `groupNorm`: x [N, C, ...], and optionally weight and bias [C]. */
export const groupNormOp = defineNormalization<GroupNormOptions>({
  name: 'groupNorm',
  check: () => {
    // `groupNorm` validates the shapes.
  },
  geometry: ([[, channels, ...space]], { groups, epsilon = 1e-5 }) => {
    const perGroup = channels / groups;
    return { groups, perGroup, inner: sizeOf(space), isCentered: true, epsilon };
  },
  samples: [
    {
      title: 'two groups of images',
      inputs: [anywhere(2, 4, 3, 2), positive(4), anywhere(4)],
      attributes: { groups: 2 },
    },
    {
      title: 'one group of rows, large epsilon',
      inputs: [anywhere(3, 5), positive(5), anywhere(5)],
      attributes: { groups: 1, epsilon: 1e-2 },
    },
    {
      title: 'one channel per group, no parameters',
      inputs: [anywhere(2, 3, 5)],
      attributes: { groups: 3 },
    },
  ],
});

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias, with the mean and the biased variance of
 * each group of channels of each example. Identical in training and evaluation.
 *
 * @param x [N, C, ...]
 * @param weight [C], or null for 1
 * @param bias [C], or null for 0
 * @returns the shape of x
 * @throws ShapeError if x has fewer than 2 axes, or a parameter another number of channels
 * @throws ArgumentError if the groups do not divide the channels, if there is one example with one
 *   value per group, or for an unknown option
 * @example
 * const y = scope(() => groupNorm(tensor([[1, 3, 10, 30]]), null, null, { groups: 2 }).data());
 * print(await y); // [-1, 1, -1, 1]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.group_norm.html
 */
export function groupNorm(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  options: GroupNormOptions,
): Tensor {
  checkTensor(x, 'groupNorm: x');
  checkOptions('groupNorm', options, { groups: true, epsilon: true });
  const { groups } = options;
  if (x.shape.length < 2) {
    throw new ShapeError(`groupNorm: needs [N, C, ...], got ${format(x.shape)}`);
  }
  const channels = x.shape[1];
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new ArgumentError(
      `groupNorm: groups must be a whole number that divides the ${channels} channels of x ` +
        `${format(x.shape)}, got ${describeValue(groups)}`,
    );
  }
  if (sizeOf(x.shape) === groups) {
    throw new ArgumentError(
      `groupNorm: needs more than one value per group, got ${format(x.shape)} in ${groups} groups`,
    );
  }
  for (const [name, parameter] of Object.entries({ weight, bias })) {
    if (parameter === null) continue;
    checkTensor(parameter, `groupNorm: ${name}`);
    if (parameter.shape.length !== 1 || parameter.shape[0] !== channels) {
      throw new ShapeError(
        `groupNorm: input has ${channels} channels but ${name} has shape ${format(parameter.shape)} (x ${format(x.shape)})`,
      );
    }
  }
  if (weight === null && bias === null) return groupNormOp([x], options);
  return groupNormOp(withParameters(x, weight, bias, 'groupNorm'), options);
}
