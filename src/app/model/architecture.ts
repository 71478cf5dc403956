// The architecture of the character network: blocks of convolutions and a hidden layer. It is
// inferred from the names and shapes of a saved network's arrays, so files need not store it. Also
// its cost: weights and multiply-adds. Runs without a backend.

import { ArgumentError, FormatError } from '../../engine/errors.js';
import type { Shape } from '../../engine/shape.js';
import { DEFAULT_INPUT, MAX_SIZE, MIN_SIZE, type ModelInput } from './modelInput.js';

/** A block: convolutions of 3 x 3 with batch norm and ReLU, then max pooling of 2 x 2. */
export interface BlockShape {
  /** Output channels of every convolution. */
  readonly channels: number;
  readonly convolutions: number;
}

export interface Architecture {
  readonly blocks: readonly BlockShape[];
  /** Units of the hidden layer between the last block and the output layer. */
  readonly hidden: number;
}

type InputSize = Pick<ModelInput, 'size' | 'channels'>;

/** Bounds; they also limit the network that a damaged file can create. */
export const ARCHITECTURE_LIMITS = {
  blocks: { min: 1, max: 4 },
  channels: { min: 4, max: 256 },
  convolutions: { min: 1, max: 3 },
  hidden: { min: 8, max: 1024 },
} as const;

/** Number of convolutions in each of the three blocks of the original's channels. */
export type Convolutions = readonly [number, number, number];

/** The channels and hidden units of the PyTorch original; its blocks have one convolution each. */
export function originalArchitecture(convolutions: Convolutions = [1, 1, 1]): Architecture {
  const blocks = [32, 64, 128].map((channels, i) => ({ channels, convolutions: convolutions[i] }));
  return { blocks, hidden: 256 };
}

/** Height and width after the blocks, each of which halves them, rounded down. */
export const pooledSide = (size: number, blocks: number): number => size >> blocks;

/** Why a network of this architecture cannot exist, in one clause; null if it can. */
export function architectureProblem(
  { blocks, hidden }: Architecture,
  size: number = DEFAULT_INPUT.size,
): string | null {
  const outside = (what: string, value: number, name: keyof typeof ARCHITECTURE_LIMITS) => {
    const { min, max } = ARCHITECTURE_LIMITS[name];
    if (Number.isInteger(value) && value >= min && value <= max) return null;
    return `${what} is ${value}, expected a whole number from ${min} to ${max}`;
  };
  const problem =
    outside('the number of blocks', blocks.length, 'blocks') ??
    blocks
      .flatMap(({ channels, convolutions }, i) => [
        outside(`channels of block ${i + 1}`, channels, 'channels'),
        outside(`convolutions of block ${i + 1}`, convolutions, 'convolutions'),
      ])
      .find((one) => one !== null) ??
    outside('the number of hidden units', hidden, 'hidden');
  if (problem !== null || pooledSide(size, blocks.length) >= 1) return problem;
  return `${blocks.length} blocks reduce ${size} x ${size} pixels to nothing; use fewer blocks`;
}

/** `blocks of 32, 64 x 2 channels, 256 hidden units`; `x 2` are two convolutions. */
export function describeArchitecture({ blocks, hidden }: Architecture): string {
  const channels = blocks.map(({ channels, convolutions }) =>
    convolutions === 1 ? `${channels}` : `${channels} x ${convolutions}`,
  );
  return `blocks of ${channels.join(', ')} channels, ${hidden} hidden units`;
}

/** @throws ArgumentError if a network of this architecture cannot exist */
export function checkArchitecture(architecture: Architecture, size?: number): void {
  const problem = architectureProblem(architecture, size);
  if (problem !== null) throw new ArgumentError(`CharacterNet: ${problem}`);
}

type Arrays = Readonly<Record<string, { readonly shape: Shape } | undefined>>;

/** Layers per convolution: itself, batch norm and ReLU. A block ends with one more, the pooling. */
const LAYERS_PER_CONVOLUTION = 3;

/**
 * Infers the architecture from the arrays of a saved network. The index of each convolution in
 * `conv_layers` tells the blocks apart, because of the pooling layer between them.
 *
 * Returns the original's for arrays of another network; loading then fails because names and shapes
 * do not match.
 *
 * @throws FormatError if the arrays are of a character network out of bounds
 */
export function architectureOf(arrays: Arrays): Architecture {
  const blocks: { channels: number; convolutions: number }[] = [];
  let expected = 0;
  for (const [index, channels] of convolutionsIn(arrays)) {
    const last = blocks.at(-1);
    if (last !== undefined && index === expected && channels === last.channels)
      last.convolutions += 1;
    else if (index === expected + (last === undefined ? 0 : 1))
      blocks.push({ channels, convolutions: 1 });
    else return originalArchitecture();
    expected = index + LAYERS_PER_CONVOLUTION;
  }
  const hidden = arrays['fc_layers.0.weight']?.shape[0];
  if (blocks.length === 0 || hidden === undefined) return originalArchitecture();
  const architecture = { blocks, hidden };
  const problem = architectureProblem(architecture, MAX_SIZE);
  if (problem !== null)
    throw new FormatError(`its network is not supported: ${problem}; train another one`);
  return architecture;
}

/** Index in `conv_layers` and output channels of every convolution, in order. */
function convolutionsIn(arrays: Arrays): [index: number, channels: number][] {
  return Object.entries(arrays)
    .flatMap(([name, array]): [number, number][] => {
      const index = /^conv_layers\.(\d{1,3})\.weight$/.exec(name)?.[1];
      if (index === undefined || array?.shape.length !== 4) return [];
      return [[Number(index), array.shape[0]]];
    })
    .sort(([one], [other]) => one - other);
}

/**
 * Infers size and channels of the images from the arrays of a saved network: 28 or, for another
 * first linear layer, the smallest size that fits it.
 */
export function inputSizeOf(arrays: Arrays, { blocks }: Architecture): InputSize {
  const channels = arrays['conv_layers.0.weight']?.shape[1] === 3 ? 3 : 1;
  const features = arrays['fc_layers.0.weight']?.shape[1] ?? 0;
  const side = Math.sqrt(features / blocks.at(-1)!.channels);
  const smallest = side * 2 ** blocks.length;
  const isKnown = Number.isInteger(side) && side >= 1 && smallest <= MAX_SIZE;
  const isDefault = !isKnown || side === pooledSide(DEFAULT_INPUT.size, blocks.length);
  return { size: isDefault ? DEFAULT_INPUT.size : Math.max(MIN_SIZE, smallest), channels };
}

/**
 * Compares the first linear layer of a saved network with the size of its images, before a network
 * of that size is created.
 *
 * @throws FormatError if they differ
 */
export function checkInputSize(
  arrays: Arrays,
  { blocks }: Architecture,
  { size }: InputSize,
): void {
  const found = arrays['fc_layers.0.weight']?.shape[1];
  const expected = blocks.at(-1)!.channels * pooledSide(size, blocks.length) ** 2;
  if (found === undefined || found === expected) return;
  throw new FormatError(
    `fc_layers.0.weight has ${found} inputs, expected ${expected} for images of ${size} x ${size} ` +
      'pixels',
  );
}

/** Size of one layer with weights. */
export interface LayerCost {
  readonly parameters: number;
  /** For one image. */
  readonly multiplyAdds: number;
}

/** Cost of a network: of each block, the hidden layer, the output layer, and all of them. */
export interface ArchitectureCost extends LayerCost {
  readonly layers: readonly LayerCost[];
}

/** Weights and multiply-adds of a network, as `describeLayers` measures them, without creating it. */
export function costOf(
  { blocks, hidden }: Architecture,
  classes: number,
  { size, channels }: InputSize = DEFAULT_INPUT,
): ArchitectureCost {
  let [side, inputs]: [number, number] = [size, channels];
  const layers = blocks.map(({ channels: outputs, convolutions }): LayerCost => {
    let [parameters, multiplyAdds] = [0, 0];
    for (let i = 0; i < convolutions; i++, inputs = outputs) {
      const weights = 9 * inputs * outputs;
      parameters += weights + 3 * outputs; // bias; scale and shift of batch norm
      multiplyAdds += weights * side * side;
    }
    side >>= 1;
    return { parameters, multiplyAdds };
  });
  const linear = (from: number, to: number): LayerCost => ({
    parameters: from * to + to,
    multiplyAdds: from * to,
  });
  layers.push(linear(inputs * side * side, hidden), linear(hidden, classes));
  const sum = (key: keyof LayerCost): number =>
    layers.reduce((total, layer) => total + layer[key], 0);
  return { layers, parameters: sum('parameters'), multiplyAdds: sum('multiplyAdds') };
}
