// `inkgrad doctor`: shows the available backends, which one `auto` selects, and why others are
// unavailable. With `--check` it compares every op on the backend with the reference.

import { availableParallelism, cpus } from 'node:os';
import type { Argv } from 'yargs';
import { wasmFeatures } from '../../engine/backends/wasm/index.js';
import { wideSimdObstacle } from '../../engine/backends/wasm/wideSupport.js';
import { runCheck } from '../check/runCheck.js';
import { CHECKED_BACKENDS, withBackend } from '../device/backend.js';
import { describeAttempt, isWideSimdDisabled, type DeviceReport } from '../device/device.js';
import { Reporter } from '../terminal/reporter.js';
import type { CommandBody } from './commandBody.js';
import { jsonOption, runOptions, type CommonArguments } from './options.js';

interface DoctorArguments extends Pick<
  CommonArguments,
  'backend' | 'threads' | 'wideSimd' | 'json'
> {
  readonly check: boolean;
}

async function run(args: DoctorArguments): Promise<void> {
  const reporter = new Reporter({ json: args.json });
  await withBackend(args, async (started) => {
    await printMachine(started, reporter);
    if (args.check) await runCheck(started, reporter);
  });
}

async function printMachine(
  { description, report }: { readonly description: string; readonly report: DeviceReport },
  reporter: Reporter,
): Promise<void> {
  const features = await wasmFeatures();
  const cpu = {
    model: cpus().at(0)?.model ?? 'unknown',
    cores: availableParallelism(),
    ...features,
  };
  const runtime = `${process.platform} ${process.arch}, Node ${process.version}`;
  reporter.emit({ runtime, cpu, ...report });
  const { simd, relaxedSimd, wideSimd, threads } = features;
  reporter.print(`system    ${runtime}`);
  reporter.print(`cpu       ${cpu.model}, ${cpu.cores} cores`);
  reporter.print(
    `          SIMD ${yesOrNo(simd)}, relaxed SIMD ` +
      `${yesOrNo(relaxedSimd)}${relaxedSimd ? '' : ' (requires Node 22)'}, threads ${yesOrNo(threads)}`,
  );
  const obstacle = await wideSimdObstacle();
  const disabled = isWideSimdDisabled() ? 'disabled by INKGRAD_WIDE_SIMD' : null;
  const note = obstacle ?? disabled;
  reporter.print(`          256-bit SIMD ${yesOrNo(wideSimd)}${note === null ? '' : ` (${note})`}`);
  reporter.print(`backend   ${report.requested === 'auto' ? 'auto chooses ' : ''}${description}`);
  reporter.print('tried');
  for (const attempt of report.tried) {
    reporter.print(`  ${attempt.mode.padEnd(11)} ${describeAttempt(attempt)}`);
  }
}

const yesOrNo = (value: boolean): string => (value ? 'yes' : 'no');

export const doctorCommand: CommandBody<DoctorArguments> = {
  builder: (yargs: Argv): Argv<DoctorArguments> =>
    jsonOption(runOptions(yargs, CHECKED_BACKENDS))
      .option('check', {
        type: 'boolean',
        default: false,
        describe:
          'Compare every op on the backend, forward and backward, with the float64 reference; ' +
          'exit code 1 if one is wrong',
      })
      .example('$0 doctor', 'try every backend, and show why any is unavailable')
      .example('$0 doctor --backend wasm --json', 'try one backend, and print JSON')
      .example('$0 doctor --check --backend webgpu', 'test whether this GPU computes correctly'),
  handler: run,
};
