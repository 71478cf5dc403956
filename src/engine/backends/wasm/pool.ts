// Max-pooling over channels-last images: values and indices in one pass.

import type { PoolConstants } from '../../../../kernels/pool.js';
import type {
  ChannelsLast,
  KernelOverride,
  Machine,
  RoutineOverride,
  WasmBuffer,
} from './machine.js';

/** Memory layout of the images before and after pooling. */
export function layouts(c: PoolConstants): { input: ChannelsLast; output: ChannelsLast } {
  const common = { images: c.planes / c.channels, channels: c.channels };
  return {
    input: { ...common, spatial: c.height * c.width },
    output: { ...common, spatial: c.outHeight * c.outWidth },
  };
}

/**
 * The arguments that maxPool and maxPoolGrad have in common: sizes of the images and of the window.
 */
function windowArguments(c: PoolConstants) {
  // prettier-ignore
  return [
    c.height, c.width, c.channels, c.outHeight, c.outWidth,
    c.windowHeight, c.windowWidth, c.strideY, c.strideX, c.padY, c.padX,
  ] as const;
}

function maxPoolGrad(
  machine: Machine,
  grad: WasmBuffer,
  index: WasmBuffer,
  c: PoolConstants,
): WasmBuffer {
  const { input, output } = layouts(c);
  const [fromGrad, fromIndex] = [grad, index].map((buffer) => machine.channelsLast(buffer, output));
  const gradInput = machine.allocate(c.planes * c.height * c.width, input);
  machine.parallel(
    'maxPoolGrad',
    [fromGrad, fromIndex, ...windowArguments(c), gradInput.address],
    input.images,
  );
  return gradInput;
}

export const poolOverrides: Readonly<Record<string, KernelOverride>> = {
  maxPoolGrad: (machine, [grad, index], { constants }) =>
    maxPoolGrad(machine, grad, index, constants),
};

export const poolRoutines: Readonly<Record<string, RoutineOverride>> = {
  maxPool2d: (machine, [x], { constants, lengths: [length] }) => {
    const c = constants as PoolConstants;
    const { input, output } = layouts(c);
    const from = machine.channelsLast(x, input);
    const [y, index] = [machine.allocate(length, output), machine.allocate(length, output)];
    machine.parallel(
      'maxPool',
      [from, ...windowArguments(c), y.address, index.address],
      input.images,
    );
    return [y, index];
  },
};
