// How a WebGL adapter is named, and told from a program that imitates one, with contexts that a test makes up: a browser names it
// by an extension, headless-gl has none and calls every one ANGLE.

import { expect, it } from 'vitest';
import { openDevice } from '../../src/engine/backends/gpu/device.js';
import type { Library } from '../../src/engine/backends/gpu/library.js';

const RENDERER = 7937;
const UNMASKED = 37446;

const asked = (words: Readonly<Record<number, string>>): ((name: number) => string) => {
  return (name) => words[name];
};
const context = (extension: object | null, words: Readonly<Record<number, string>>): object => ({
  RENDERER,
  getExtension: () => extension,
  getParameter: asked(words),
});

const LLVMPIPE = 'ANGLE (Mesa/X.org llvmpipe (LLVM 15.0.6, 256 bits) OpenGL 4.5 core)';
const RADEON = 'ANGLE (AMD, Radeon RX 580 OpenGL 4.6)';

it.each([
  {
    who: 'a browser',
    made: context(
      { UNMASKED_RENDERER_WEBGL: UNMASKED },
      { [RENDERER]: 'WebKit WebGL', [UNMASKED]: RADEON },
    ),
    is: { adapter: RADEON, software: false },
  },
  {
    who: 'headless-gl on Mesa without a GPU',
    made: {
      ...context(null, { [RENDERER]: 'ANGLE' }),
      _getParameterDirect: asked({ [RENDERER]: LLVMPIPE }),
    },
    is: { adapter: LLVMPIPE, software: true },
  },
  {
    who: 'one that hides its name',
    made: context(null, { [RENDERER]: 'WebKit WebGL' }),
    is: { adapter: 'WebKit WebGL', software: false },
  },
])('$who', async ({ made, is }) => {
  class GPU {
    readonly context = made;
  }
  const device = await openDevice('headlessgl', { GPU } as unknown as Library, () => undefined);
  const { adapter, software } = device;
  expect({ adapter, software }).toEqual(is);
});
