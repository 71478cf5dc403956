// Damaged and malicious model files as cases of the harness.

import type { HostileCase } from './support.js';

export { describeHostile } from './support.js';

export type HostileInput = readonly [what: string, bytes: Uint8Array, message: RegExp];

/** Each input as the model of `inkgrad eval`, which must end with code 4. */
export function evaluating(file: string, inputs: readonly HostileInput[]): HostileCase[] {
  return inputs.map(([name, bytes, message]) => ({
    name,
    message,
    files: { [file]: bytes },
    culprit: file,
    code: 4,
    command: `eval --backend reference --model ${file}`,
  }));
}
