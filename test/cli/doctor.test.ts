// Tests `inkgrad doctor` and `doctor --check`, and the error for an unavailable device requested by
// name. Runs the built program.

import { LONG } from '../support/rounds.js';
import { skipNote } from '../support/skipping.js';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import type { DeviceReport } from '../../src/app/device/device.js';
import { runInProcess } from '../support/commands.js';
import { inkgrad, jsonLines } from './support.js';

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

const CHECK_WASM = 'doctor --check --backend wasm --threads 1';

it('doctor --check prints a line for every op, and the verdict', async () => {
  const { code, stdout } = await inkgrad(tmpdir(), CHECK_WASM);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^check {5}every op on wasm \(\w+ SIMD, 1 thread\).*, seed \d+$/m);
  expect(stdout).toMatch(/^ {2}conv2d +\d+ +\d\.\de-\d +2\.0e-5 +\d+\.\d {2}ok$/m);
  expect(stdout).toMatch(/^ {2}adam +3 /m);
  expect(stdout).toMatch(/^result {4}ok: \d+ ops, \d+ cases, \d+\.\d s$/m);
  expect(stdout).not.toContain('WRONG');
});

it('doctor --check --json prints one object per op, and the verdict', async () => {
  const [machine, ...lines] = jsonLines(await inkgrad(tmpdir(), `${CHECK_WASM} --json`));
  expect(machine.chosen).toBe('wasm');
  expect(lines.pop()).toMatchObject({
    check: { ok: true, failedOps: [], ops: lines.length, cases: expect.any(Number) as number },
  });
  expect(lines).toContainEqual(
    expect.objectContaining({ op: 'matmul', failed: 0, allowedError: 5e-6, verdict: 'ok' }),
  );
});

// test/gpu runs the same kernels on this backend.
const omitted = LONG ? null : 'npm run test:long includes it';
it.skipIf(omitted !== null)(
  `doctor --check checks gpu.js without a GPU${skipNote(omitted)}`,
  async () => {
    const { code, stdout } = await inkgrad(tmpdir(), 'doctor --check --backend webasm');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}conv2d .+ 2\.0e-4 .+ok$/m);
  },
);

it('only doctor offers gpu.js without a GPU', async () => {
  expect((await inkgrad(tmpdir(), 'train --backend webasm')).code).toBe(2);
});

it('doctor --check names the op that a device computes incorrectly, with exit code 1', async () => {
  const hook = new URL('wrongDropout.js', import.meta.url).href;
  const options = { cwd: tmpdir(), nodeArgs: ['--import', hook] };
  const text = await runInProcess({ ...options, args: CHECK_WASM.split(' ') });
  expect(text.code).toBe(1);
  expect(text.stdout).toMatch(/^ {2}dropout .+WRONG$/m);
  expect(text.stdout).toMatch(/^ {2}sigmoid .+ok$/m);
  expect(text.stderr).toMatch(/^dropout: 3 of 3 cases are wrong; the smallest:$/m);
  expect(text.stderr).toMatch(/^ {2}dropout: .+, inputs \[[\d,]+\]$/m);
  expect(text.stderr).toMatch(/^ {2}output \[[\d,]+\]: element \d+ is .+, expected /m);
  expect(text.stderr).toMatch(/^inkgrad: doctor --check: 1 of \d+ ops are wrong on .+: dropout$/m);

  const json = await runInProcess({ ...options, args: [...CHECK_WASM.split(' '), '--json'] });
  expect(json.code).toBe(1);
  const lines = jsonLines(json);
  expect(lines.at(-1)).toMatchObject({ check: { ok: false, failedOps: ['dropout'] } });
  expect(lines.find(({ op }) => op === 'dropout')).toMatchObject({
    verdict: 'wrong',
    failed: 3,
    smallestFailure: { reason: expect.stringMatching(/^output .+ element \d+ is /) as string },
  });
});

it('an unavailable device ends a command with exit code 1 and the reason', async () => {
  for (const command of ['doctor', 'train']) {
    const { code, stdout, stderr } = await inkgrad(tmpdir(), `${command} --backend webgl2`);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe('inkgrad: gpu (webgl2): Node has no WebGL2; use headlessgl or webgpu\n');
  }
});
