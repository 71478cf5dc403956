// Tests the choice of `auto` with fake GPUs: fast, slow, incorrect, in software or unavailable.

import { describe, expect, it } from 'vitest';
import {
  chooseBest,
  chooseDevice,
  describeDevice,
  type DeviceProbe,
} from '../../../src/app/device/device.js';
import type { Backend } from '../../../src/engine/backend.js';
import { ArgumentError, BackendError, InkgradError } from '../../../src/engine/errors.js';
import { ReferenceBackend } from '../../../src/engine/index.js';

/**
 * Milliseconds per step. `wrong` computes incorrectly, `software` is a GPU in software. Other modes
 * are unavailable.
 */
type Machine = Readonly<Record<string, number | 'wrong' | 'software'>>;

interface Choice {
  readonly chosen: string;
  readonly reasons: Readonly<Record<string, string>>;
  readonly works: readonly string[];
  /** Modes that were opened and not disposed of. */
  readonly undisposed: readonly string[];
}

async function chooseOn(machine: Machine): Promise<Choice> {
  const modes = new Map<Backend, string>();
  const open: DeviceProbe['open'] = (mode) => {
    if (!(mode in machine)) return Promise.reject(new BackendError(`gpu (${mode}): not here`));
    const backend = new ReferenceBackend();
    modes.set(backend, mode);
    const undisposed = modes;
    backend.dispose = () => Promise.resolve(void undisposed.delete(backend));
    return Promise.resolve({
      backend,
      adapter: `${mode} adapter`,
      software: machine[mode] === 'software',
    });
  };
  const probe: DeviceProbe = {
    open,
    checkResults: (backend) =>
      machine[modes.get(backend)!] === 'wrong'
        ? Promise.reject(new InkgradError('wrong results'))
        : Promise.resolve(),
    stepTime: (backend) => Promise.resolve(machine[modes.get(backend)!] as number),
  };
  const { backend, report } = await chooseBest(undefined, probe);
  expect(modes.get(backend)).toBe(report.chosen);
  return {
    chosen: report.chosen,
    reasons: Object.fromEntries(report.tried.map(({ mode, reason }) => [mode, reason])),
    works: report.tried.filter(({ ok }) => ok).map(({ mode }) => mode),
    undisposed: [...modes.values()],
  };
}

describe('auto', () => {
  it('selects the CPU if there is no GPU', async () => {
    const { chosen, reasons, undisposed } = await chooseOn({ wasm: 50 });
    expect(chosen).toBe('wasm');
    expect(reasons).toEqual({
      wasm: '',
      webgpu: 'not here',
      webgl2: 'not here',
      headlessgl: 'not here',
    });
    expect(undisposed).toEqual(['wasm']);
  });

  it('selects the fastest GPU if it is faster than the CPU', async () => {
    const { chosen, reasons, undisposed } = await chooseOn({
      wasm: 50,
      webgpu: 20,
      webgl2: 10,
      headlessgl: 15,
    });
    expect(chosen).toBe('webgl2');
    expect(reasons).toEqual({
      wasm: 'slower than webgpu: 50.0 ms per step, webgpu 20.0 ms',
      webgpu: 'slower than webgl2: 20.0 ms per step, webgl2 10.0 ms',
      webgl2: '',
      headlessgl: 'slower than webgl2: 15.0 ms per step, webgl2 10.0 ms',
    });
    expect(undisposed).toEqual(['webgl2']);
  });

  it('rejects a GPU that is slower, in software, or incorrect', async () => {
    const { chosen, reasons, works, undisposed } = await chooseOn({
      wasm: 50,
      webgpu: 'software',
      webgl2: 'wrong',
      headlessgl: 60,
    });
    expect(chosen).toBe('wasm');
    expect(reasons.webgpu).toMatch(
      /^webgpu adapter emulates a GPU in software, which is slower than the CPU kernels/,
    );
    expect(reasons.webgl2).toBe('wrong results');
    expect(reasons.headlessgl).toBe('slower than wasm: 60.0 ms per step, wasm 50.0 ms');
    expect(works).toEqual(['wasm', 'webgpu', 'headlessgl']);
    expect(undisposed).toEqual(['wasm']);
  });

  it('selects the reference if WebAssembly has no SIMD', async () => {
    expect(await chooseOn({ reference: 900 })).toMatchObject({
      chosen: 'reference',
      undisposed: ['reference'],
    });
  });
});

it('a device requested by name is used, or is an error', async () => {
  const { backend, report } = await chooseDevice({ backend: 'reference', threads: undefined });
  expect(report).toMatchObject({ requested: 'reference', chosen: 'reference', software: true });
  expect(report.tried).toHaveLength(1);
  expect(describeDevice(report)).toBe('reference (plain loops, 1 thread)');
  await backend.dispose();
  await expect(chooseDevice({ backend: 'webgl2', threads: undefined })).rejects.toThrow(
    BackendError,
  );
  await expect(chooseDevice({ backend: 'cuda', threads: undefined })).rejects.toThrow(
    ArgumentError,
  );
  await expect(chooseDevice({ backend: 'reference', threads: 2 })).rejects.toThrow(
    /--threads 2: the reference/,
  );
});
