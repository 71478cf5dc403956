// Average pooling (adaptive or not), interpolation and their gradients over channels-last images
// (kernels/simd/windows.ts). The windows along each axis are a table.

import type { AdaptivePoolConstants } from '../../../../kernels/adaptivePool.js';
import type { InterpolateConstants } from '../../../../kernels/interpolate.js';
import type { PoolConstants } from '../../../../kernels/pool.js';
import type { ChannelsLast, KernelOverride, Machine } from './machine.js';

/** Elements below which one thread computes all images. */
const MIN_FLOATS = 16_384;

/** The windows along one axis. */
interface Windows {
  /** Everything that they depend on. */
  readonly key: string;
  readonly count: number;
  /** First position, position after the last, and the divisor of window `index`. */
  readonly at: (index: number) => readonly [first: number, end: number, divisor: number];
}

/** Windows of average pooling along one axis; the divisor includes the padding if it counts. */
function slidingWindows(
  [size, count, window, stride, padding]: readonly number[],
  countPadding: number,
): Windows {
  return {
    key: `sliding ${size} ${count} ${window} ${stride} ${padding} ${countPadding}`,
    count,
    at: (index) => {
      const start = index * stride - padding;
      const [first, end] = [Math.max(start, 0), Math.min(start + window, size)];
      // Less than the window only where it extends beyond the padding (ceil mode).
      const padded = Math.min(start + window, size + padding) - start;
      return [first, end, countPadding === 1 ? padded : end - first];
    },
  };
}

/** Windows of adaptive pooling along one axis; see kernels/adaptivePool.ts. */
const adaptiveWindows = (size: number, count: number): Windows => ({
  key: `adaptive ${size} ${count}`,
  count,
  at: (index) => {
    const first = Math.floor((index * size) / count);
    const end = Math.ceil(((index + 1) * size) / count);
    return [first, end, end - first];
  },
});

/** Address of the table of windows. */
export const tableOf = (machine: Machine, { key, count, at }: Windows): number =>
  machine.table(`windows ${key}`, 3 * count, (table) => {
    for (let index = 0; index < count; index++) table.set(at(index), 3 * index);
  });

/** Whether every position of an axis lies in exactly one window. */
export function isPartition({ count, at }: Windows, size: number): boolean {
  let position = 0;
  for (let index = 0; index < count; index++) {
    const [first, end] = at(index);
    if (first !== position) return false;
    position = end;
  }
  return position === size;
}

/** The sizes that all pooling and interpolation have in common. */
export type Sizes = Pick<
  PoolConstants,
  'planes' | 'channels' | 'height' | 'width' | 'outHeight' | 'outWidth'
>;

/** Layouts of the images before and after, and the sizes in the order of the SIMD arguments. */
function imagesOf(c: Sizes) {
  const common = { images: c.planes / c.channels, channels: c.channels };
  const input: ChannelsLast = { ...common, spatial: c.height * c.width };
  const output: ChannelsLast = { ...common, spatial: c.outHeight * c.outWidth };
  const elements = c.channels * Math.max(input.spatial, output.spatial);
  return {
    input,
    output,
    sizes: [c.height, c.width, c.channels, c.outHeight, c.outWidth] as const,
    division: { minUnits: Math.ceil(MIN_FLOATS / elements) },
  };
}

/** The windows along both axes. */
export type WindowsOf<C> = (constants: C) => readonly [rows: Windows, columns: Windows];

/** The mean of each window. */
const mean =
  <C extends Sizes>(windowsOf: WindowsOf<C>): KernelOverride =>
  (machine, [x], { constants, length }) => {
    const c = constants as C;
    const { input, output, sizes, division } = imagesOf(c);
    const [rows, columns] = windowsOf(c).map((windows) => tableOf(machine, windows));
    const from = machine.channelsLast(x, input);
    const y = machine.allocate(length, output);
    machine.parallel(
      'meanWindows',
      [from, ...sizes, rows, columns, y.address],
      input.images,
      division,
    );
    return y;
  };

const meanGrad =
  <C extends Sizes>(windowsOf: WindowsOf<C>): KernelOverride =>
  (machine, [grad], { constants, length }) => {
    const c = constants as C;
    const { input, output, sizes, division } = imagesOf(c);
    const windows = windowsOf(c);
    const [rows, columns] = windows.map((each) => tableOf(machine, each));
    const disjoint = isPartition(windows[0], c.height) && isPartition(windows[1], c.width);
    const from = machine.channelsLast(grad, output);
    const gradInput = machine.allocate(length, input);
    machine.parallel(
      'meanWindowsGrad',
      [from, ...sizes, rows, columns, disjoint ? 1 : 0, gradInput.address],
      input.images,
      division,
    );
    return gradInput;
  };

export const sliding: WindowsOf<PoolConstants> = (c) => [
  slidingWindows([c.height, c.outHeight, c.windowHeight, c.strideY, c.padY], c.countPadding),
  slidingWindows([c.width, c.outWidth, c.windowWidth, c.strideX, c.padX], c.countPadding),
];

export const adaptive: WindowsOf<AdaptivePoolConstants> = (c) => [
  adaptiveWindows(c.height, c.outHeight),
  adaptiveWindows(c.width, c.outWidth),
];

/** `interpolate` or its gradient, from `x` and the tables of rows and columns. */
const interpolation =
  (name: 'interpolate' | 'interpolateGrad'): KernelOverride =>
  (machine, [x, rows, columns], { constants, length }) => {
    const { input, output, sizes, division } = imagesOf(constants as InterpolateConstants);
    const [from, to] = name === 'interpolate' ? [input, output] : [output, input];
    const addresses = [
      machine.channelsLast(x, from),
      ...[rows, columns].map((table) => machine.rowMajor(table)),
    ];
    const result = machine.allocate(length, to);
    machine.parallel(
      name,
      [addresses[0], addresses[1], addresses[2], ...sizes, result.address],
      input.images,
      division,
    );
    return result;
  };

export const windowOverrides: Readonly<Record<string, KernelOverride>> = {
  avgPool: mean(sliding),
  avgPoolGrad: meanGrad(sliding),
  adaptiveAvgPool: mean(adaptive),
  adaptiveAvgPoolGrad: meanGrad(adaptive),
  interpolate: interpolation('interpolate'),
  interpolateGrad: interpolation('interpolateGrad'),
};
