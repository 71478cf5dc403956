// Tests the message of the wasm backend where WebAssembly is disabled, such as in Safari's lockdown
// mode.

import { afterEach, expect, it, vi } from 'vitest';
import { BackendError } from '../../src/engine/errors.js';
import { createWasmBackend } from '../../src/engine/backends/wasm/index.js';

afterEach(() => vi.unstubAllGlobals());

it('names the cause and the remedy', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  const creating = createWasmBackend({ threads: 1 });
  await expect(creating).rejects.toThrow(BackendError);
  await expect(creating).rejects.toThrow(/WebAssembly is not available; allow it in the settings/);
});
