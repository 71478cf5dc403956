// Names of WebGL adapters, and detection of software renderers, with fake contexts. A browser names
// the adapter by an extension. headless-gl has no such extension and names every adapter ANGLE.

import { expect, it } from 'vitest';
import { openDevice } from '../../src/engine/backends/gpu/device.js';
import type { Library } from '../../src/engine/backends/gpu/library.js';

const RENDERER = 7937;
const UNMASKED = 37446;

const parameterReader = (
  parameters: Readonly<Record<number, string>>,
): ((name: number) => string) => {
  return (name) => parameters[name];
};
const context = (
  extension: object | null,
  parameters: Readonly<Record<number, string>>,
): object => ({
  RENDERER,
  getExtension: () => extension,
  getParameter: parameterReader(parameters),
});

const LLVMPIPE = 'ANGLE (Mesa/X.org llvmpipe (LLVM 15.0.6, 256 bits) OpenGL 4.5 core)';
const RADEON = 'ANGLE (AMD, Radeon RX 580 OpenGL 4.6)';

it.each([
  {
    title: 'a browser',
    fakeContext: context(
      { UNMASKED_RENDERER_WEBGL: UNMASKED },
      { [RENDERER]: 'WebKit WebGL', [UNMASKED]: RADEON },
    ),
    expected: { adapter: RADEON, software: false },
  },
  {
    title: 'headless-gl on Mesa without a GPU',
    fakeContext: {
      ...context(null, { [RENDERER]: 'ANGLE' }),
      _getParameterDirect: parameterReader({ [RENDERER]: LLVMPIPE }),
    },
    expected: { adapter: LLVMPIPE, software: true },
  },
  {
    title: 'a browser that hides the adapter name',
    fakeContext: context(null, { [RENDERER]: 'WebKit WebGL' }),
    expected: { adapter: 'WebKit WebGL', software: false },
  },
])('$title', async ({ fakeContext, expected }) => {
  class GPU {
    readonly context = fakeContext;
  }
  const device = await openDevice('headlessgl', { GPU } as unknown as Library, () => undefined);
  const { adapter, software } = device;
  expect({ adapter, software }).toEqual(expected);
});
