// Max-pooling over channels-last images: values and indices in one pass. The windows along each axis
// are a table (windows.ts), so that adaptive pooling uses the same functions.

import type { ChannelsLast, KernelOverride, RoutineOverride } from './machine.js';
import { adaptive, isPartition, sliding, tableOf, type Sizes, type WindowsOf } from './windows.js';

/** Memory layout of the images before and after pooling. */
export function layouts(c: Sizes): { input: ChannelsLast; output: ChannelsLast } {
  const common = { images: c.planes / c.channels, channels: c.channels };
  return {
    input: { ...common, spatial: c.height * c.width },
    output: { ...common, spatial: c.outHeight * c.outWidth },
  };
}

/** Sizes in the order of the SIMD arguments. */
const sizesOf = (c: Sizes) => [c.height, c.width, c.channels, c.outHeight, c.outWidth] as const;

/** x -> the maximum of each window, and its index in the plane. */
const maxPool =
  <C extends Sizes>(windowsOf: WindowsOf<C>): RoutineOverride =>
  (machine, [x], { constants, lengths: [length] }) => {
    const c = constants as C;
    const { input, output } = layouts(c);
    const [rows, columns] = windowsOf(c).map((windows) => tableOf(machine, windows));
    const from = machine.channelsLast(x, input);
    const [y, index] = [machine.allocate(length, output), machine.allocate(length, output)];
    machine.parallel(
      'maxPool',
      [from, ...sizesOf(c), rows, columns, y.address, index.address],
      input.images,
    );
    return [y, index];
  };

const maxPoolGrad =
  <C extends Sizes>(windowsOf: WindowsOf<C>): KernelOverride =>
  (machine, [grad, index], { constants, length }) => {
    const c = constants as C;
    const { input, output } = layouts(c);
    const windows = windowsOf(c);
    const [rows, columns] = windows.map((each) => tableOf(machine, each));
    const disjoint = isPartition(windows[0], c.height) && isPartition(windows[1], c.width);
    const [fromGrad, fromIndex] = [grad, index].map((each) => machine.channelsLast(each, output));
    const gradInput = machine.allocate(length, input);
    const args = [fromGrad, fromIndex, ...sizesOf(c), rows, columns, disjoint ? 1 : 0] as const;
    machine.parallel('maxPoolGrad', [...args, gradInput.address], input.images);
    return gradInput;
  };

export const poolOverrides: Readonly<Record<string, KernelOverride>> = {
  maxPoolGrad: maxPoolGrad(sliding),
  adaptiveMaxPoolGrad: maxPoolGrad(adaptive),
};

export const poolRoutines: Readonly<Record<string, RoutineOverride>> = {
  maxPool2d: maxPool(sliding),
  adaptiveMaxPool2d: maxPool(adaptive),
};
