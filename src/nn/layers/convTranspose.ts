// Transposed convolution layers, which enlarge images and sequences with trained filters.

import { ArgumentError } from '../../engine/errors.js';
import { checkOptions, checkRng } from '../../engine/options.js';
import { convTranspose1d, type ConvTranspose1dOptions } from '../../engine/ops/conv1d.js';
import { convTranspose2d, type ConvTranspose2dOptions } from '../../engine/ops/convTranspose2d.js';
import { pair, type Pair } from '../../engine/ops/internal/window.js';
import type { Rng } from '../../engine/rng.js';
import type { Tensor } from '../../engine/tensor.js';
import { defaultBias, defaultWeight } from '../init.js';
import { Module } from '../module.js';
import { checkCount } from '../options.js';
import { Parameter } from '../parameter.js';
import { checkChannels, describePair } from './conv2d.js';

/** The options that both layers have in common. */
interface ChannelOptions {
  /** Channels of the input; a multiple of `groups`. */
  readonly inChannels: number;
  /** Channels of the output; a multiple of `groups`. */
  readonly outChannels: number;
  /** Whether to add a trained bias. Default true. */
  readonly bias?: boolean;
  /** Stream that the initial weights are drawn from. */
  readonly rng: Rng;
}

/**
 * Options of `ConvTranspose1d`; stride 1, padding 0, output padding 0, dilation 1 and groups 1 by
 * default.
 */
export interface ConvTranspose1dLayerOptions extends ConvTranspose1dOptions, ChannelOptions {
  /** Size of the filters. */
  readonly kernelSize: number;
}

/**
 * Options of `ConvTranspose2d`; stride 1, padding 0, output padding 0, dilation 1 and groups 1 by
 * default.
 */
export interface ConvTranspose2dLayerOptions extends ConvTranspose2dOptions, ChannelOptions {
  /** Size of the filters: one number or [height, width]. */
  readonly kernelSize: Pair;
}

const OPTION_NAMES = {
  inChannels: true,
  outChannels: true,
  kernelSize: true,
  stride: true,
  padding: true,
  outputPadding: true,
  dilation: true,
  groups: true,
  bias: true,
  rng: true,
} as const;

/** Geometry of a transposed convolution, each option [vertical, horizontal]. */
interface Geometry {
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly outputPadding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** Validates the options of a layer and completes them with the defaults. */
function geometryOf(options: ConvTranspose2dLayerOptions, caller: string): Geometry {
  const { inChannels, outChannels, groups = 1 } = options;
  checkOptions(caller, options, OPTION_NAMES);
  checkChannels(caller, { inChannels, outChannels, groups });
  checkRng(caller, options.rng);
  const geometry = {
    kernelSize: pair(options.kernelSize, 1, caller, 'kernelSize'),
    stride: pair(options.stride ?? 1, 1, caller, 'stride'),
    padding: pair(options.padding ?? 0, 0, caller, 'padding'),
    outputPadding: pair(options.outputPadding ?? 0, 0, caller, 'outputPadding'),
    dilation: pair(options.dilation ?? 1, 1, caller, 'dilation'),
    groups,
  };
  const { stride, dilation, outputPadding } = geometry;
  if (outputPadding.some((extra, axis) => extra >= Math.max(stride[axis], dilation[axis]))) {
    throw new ArgumentError(
      `${caller}: outputPadding must be less than stride ${describePair(stride)} or dilation ` +
        `${describePair(dilation)}, got ${describePair(outputPadding)}`,
    );
  }
  return geometry;
}

/** Weight and bias, initialized as in PyTorch, which takes the fan in from the second axis. */
function parametersOf(
  { inChannels, outChannels, groups = 1, bias = true, rng }: ChannelOptions & { groups?: number },
  kernel: readonly number[],
): { weight: Parameter; bias: Parameter | null } {
  const shape = [inChannels, outChannels / groups, ...kernel];
  const weight = new Parameter(shape, defaultWeight(rng));
  return { weight, bias: bias ? new Parameter([outChannels], defaultBias(rng, shape)) : null };
}

/** The layer as text: channels and all options that differ from the defaults. */
function describe(
  [inChannels, groupOut, ...kernelSize]: readonly number[],
  { stride, padding, outputPadding, dilation, groups }: Required<ConvTranspose2dOptions>,
  bias: Parameter | null,
): string {
  const optional = (name: string, value: Pair, usual: string): string[] =>
    describePair(value) === usual ? [] : [`${name}=${describePair(value)}`];
  return [
    `${inChannels}, ${groupOut * groups}, kernelSize=${describePair(kernelSize)}`,
    ...optional('stride', stride, '1'),
    ...optional('padding', padding, '0'),
    ...optional('outputPadding', outputPadding, '0'),
    ...optional('dilation', dilation, '1'),
    ...optional('groups', groups, '1'),
    ...(bias === null ? ['bias=false'] : []),
  ].join(', ');
}

/**
 * Transposed convolution of images with trained filters.
 *
 * x [N, inChannels, H, W] -> y [N, outChannels, H', W'] with
 * H' = (H - 1) stride - 2 padding + dilation (kernelSize - 1) + outputPadding + 1.
 * weight [inChannels, outChannels / groups, kh, kw], bias [outChannels]. Both are initialized from
 * U(-b, b) with b = 1 / sqrt(outChannels / groups * kh * kw), as in PyTorch.
 *
 * @example
 * const layer = new ConvTranspose2d({ inChannels: 32, outChannels: 1, kernelSize: 2, stride: 2, rng: new Rng(1) });
 * scope(() => print(layer.forward(zeros([8, 32, 14, 14])).shape)); // [8, 1, 28, 28]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 */
export class ConvTranspose2d extends Module {
  /** Shape [inChannels, outChannels / groups, kh, kw]. */
  readonly weight: Parameter;
  /** Shape [outChannels]; null without bias. */
  readonly bias: Parameter | null;
  /** Stride, padding, output padding, dilation and groups. */
  readonly options: Required<ConvTranspose2dOptions>;

  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: ConvTranspose2dLayerOptions) {
    super();
    const { kernelSize, ...geometry } = geometryOf(options, 'ConvTranspose2d');
    this.options = geometry;
    ({ weight: this.weight, bias: this.bias } = parametersOf(options, kernelSize));
  }

  override forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, this.bias, this.options);
  }

  protected override describe(): string {
    return describe(this.weight.shape, this.options, this.bias);
  }
}

/**
 * Transposed convolution of sequences with trained filters.
 *
 * x [N, inChannels, L] -> y [N, outChannels, L'] with
 * L' = (L - 1) stride - 2 padding + dilation (kernelSize - 1) + outputPadding + 1.
 * weight [inChannels, outChannels / groups, kernelSize], bias [outChannels]; initialized as in
 * `ConvTranspose2d`.
 *
 * @example
 * const layer = new ConvTranspose1d({ inChannels: 4, outChannels: 2, kernelSize: 4, stride: 2, padding: 1, rng: new Rng(1) });
 * scope(() => print(layer.forward(zeros([8, 4, 50])).shape)); // [8, 2, 100]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose1d.html
 */
export class ConvTranspose1d extends Module {
  /** Shape [inChannels, outChannels / groups, kernelSize]. */
  readonly weight: Parameter;
  /** Shape [outChannels]; null without bias. */
  readonly bias: Parameter | null;
  /** Stride, padding, output padding, dilation and groups. */
  readonly options: Required<ConvTranspose1dOptions>;

  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: ConvTranspose1dLayerOptions) {
    super();
    const { groups } = geometryOf(options, 'ConvTranspose1d');
    const { kernelSize, stride = 1, padding = 0, outputPadding = 0, dilation = 1 } = options;
    // A pair is valid in two dimensions only.
    for (const [name, value] of Object.entries({ kernelSize, stride, dilation }))
      checkCount('ConvTranspose1d', name, value);
    for (const [name, value] of Object.entries({ padding, outputPadding }))
      checkCount('ConvTranspose1d', name, value, 0);
    this.options = { stride, padding, outputPadding, dilation, groups };
    ({ weight: this.weight, bias: this.bias } = parametersOf(options, [kernelSize]));
  }

  override forward(x: Tensor): Tensor {
    return convTranspose1d(x, this.weight, this.bias, this.options);
  }

  protected override describe(): string {
    return describe(this.weight.shape, this.options, this.bias);
  }
}
