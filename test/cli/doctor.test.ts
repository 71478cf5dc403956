// Tests `inkgrad doctor`, and the error for an unavailable device requested by name. Runs the built
// program.

import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import type { DeviceReport } from '../../src/app/device/device.js';
import { inkgrad } from './support.js';

interface DoctorReport extends DeviceReport {
  readonly cpu: Readonly<Record<'cores' | 'simd' | 'relaxedSimd' | 'threads' | 'model', unknown>>;
}

it('doctor lists every device, with the reason for each that is not selected', async () => {
  const { code, stdout } = await inkgrad(tmpdir(), 'doctor --json');
  const report = JSON.parse(stdout) as DoctorReport;
  expect(code).toBe(0);
  expect(report.requested).toBe('auto');
  expect(report.cpu.cores).toBeGreaterThan(0);
  expect(report.cpu.simd).toBe(true);
  expect(report.tried.map(({ mode }) => mode)).toEqual(['wasm', 'webgpu', 'webgl2', 'headlessgl']);
  const chosen = report.tried.filter(({ reason }) => reason === '');
  expect(chosen.map(({ mode, ok }) => [mode, ok])).toEqual([[report.chosen, true]]);
  const webgl2 = report.tried.find(({ mode }) => mode === 'webgl2')!;
  expect(webgl2).toMatchObject({
    ok: false,
    reason: expect.stringContaining('Node has no WebGL2') as string,
  });
  for (const { ms } of report.tried) expect(ms).toBeGreaterThanOrEqual(0);
});

it.each(['webgpu', 'headlessgl'])(
  'the error of a device without its package suggests the installation: %s',
  async (mode) => {
    const { code, stderr } = await inkgrad(tmpdir(), `doctor --backend ${mode}`);
    // If the packages are installed, the device may exist, or have another error with its fix.
    if (code === 0) return;
    expect(code).toBe(1);
    expect(stderr).toMatch(RegExp(`^inkgrad: gpu \\(${mode}\\): `));
    expect(stderr).toMatch(
      /npm install gpu\.js@2\.24\.1|requires a newer Linux|xvfb-run|no adapter|a display with OpenGL/,
    );
  },
);

it('doctor prints the same as text', async () => {
  const { code, stdout } = await inkgrad(tmpdir(), 'doctor --backend reference');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^cpu {7}.+ cores$/m);
  expect(stdout).toMatch(/SIMD yes, relaxed SIMD (yes|no)/);
  expect(stdout).toMatch(/^backend {3}reference \(plain loops, 1 thread\)$/m);
  expect(stdout).toMatch(/^ {2}reference +chosen \(\d+ ms\)$/m);
});

it('an unavailable device ends a command with exit code 1 and the reason', async () => {
  for (const command of ['doctor', 'train']) {
    const { code, stdout, stderr } = await inkgrad(tmpdir(), `${command} --backend webgl2`);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe('inkgrad: gpu (webgl2): Node has no WebGL2; use headlessgl or webgpu\n');
  }
});
