// Upsampling layer.

import { checkOptions } from '../../engine/options.js';
import { interpolate, type InterpolateOptions } from '../../engine/ops/interpolate.js';
import type { Tensor } from '../../engine/tensor.js';
import { Module } from '../module.js';
import { check } from '../options.js';
import { describePair } from './conv2d.js';

/**
 * Resizes images or sequences with `interpolate`: nearest neighbor by default, `bilinear` for images
 * and `linear` for sequences.
 *
 * x [N, C, H, W] or [N, C, L] -> y [N, C, H', W'] or [N, C, L'], of the given `size`, or of
 * floor(H * scaleFactor).
 *
 * @example
 * const layer = new Upsample({ scaleFactor: 2, mode: 'bilinear' });
 * scope(() => print(layer.forward(zeros([8, 16, 7, 7])).shape)); // [8, 16, 14, 14]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Upsample.html
 */
export class Upsample extends Module {
  /** The options of `interpolate`. */
  readonly options: InterpolateOptions;

  /** @throws ArgumentError for an unknown option, or unless one of size and scaleFactor is given */
  constructor(options: InterpolateOptions) {
    super();
    checkOptions('Upsample', options, {
      size: true,
      scaleFactor: true,
      mode: true,
      alignCorners: true,
    });
    const { size, scaleFactor, mode = 'nearest' } = options;
    const isMode = ['nearest', 'linear', 'bilinear'].includes(mode);
    check('Upsample', 'mode', mode, '"nearest", "linear" or "bilinear"', isMode);
    const isOne = (size === undefined) !== (scaleFactor === undefined);
    const given = [size, scaleFactor].filter((value) => value !== undefined);
    check('Upsample', 'size', given.join(' and '), 'given, or scaleFactor, and not both', isOne);
    this.options = { ...options };
  }

  override forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }

  protected override describe(): string {
    const { size, scaleFactor, mode = 'nearest', alignCorners = false } = this.options;
    return [
      size === undefined
        ? `scaleFactor=${describePair(scaleFactor!)}`
        : `size=${describePair(size)}`,
      `mode=${mode}`,
      ...(alignCorners ? ['alignCorners=true'] : []),
    ].join(', ');
  }
}
