// A WebAssembly trap in a job: the backend reports that it is lost, at the op or at its read, and
// never hangs.

import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/engine/backends/wasm/index.js';
import { BackendError, relu, tensor } from '../../src/engine/index.js';

describe.each([1, 2, 3])('%i thread(s)', (threads) => {
  it('a trap surfaces at the op or its read, and at every later use', async () => {
    const backend = await createWasmBackend({ threads });
    const x = tensor(new Float32Array(100_000), { backend });
    const other = tensor([1], { backend });
    (x.array.buffer as unknown as { address: number }).address = 0x7fff0000; // outside the memory
    const message =
      /^wasm: a job failed \(RuntimeError: .*out of bounds.*\); this backend cannot be used/;
    await expect(async () => relu(x).data()).rejects.toThrow(message);
    await expect(async () => other.data()).rejects.toThrow(message);
    await expect(async () => relu(other).data()).rejects.toThrow(BackendError);
    await backend.dispose();
  });
});
