// `inkgrad doctor`: shows the available backends, which one `auto` selects, and why
// others are unavailable.

import { availableParallelism, cpus } from 'node:os';
import type { Argv, CommandModule } from 'yargs';
import { wasmFeatures } from '../../engine/backends/wasm/index.js';
import { withBackend } from '../device/backend.js';
import { describeAttempt } from '../device/device.js';
import { Reporter } from '../terminal/reporter.js';
import { jsonOption, runOptions, type CommonArguments } from './options.js';

type DoctorArguments = Pick<CommonArguments, 'backend' | 'threads' | 'json'>;

async function run(args: DoctorArguments): Promise<void> {
  const reporter = new Reporter({ json: args.json });
  const { description, report } = await withBackend(args, (started) => started);
  const features = await wasmFeatures();
  const cpu = {
    model: cpus().at(0)?.model ?? 'unknown',
    cores: availableParallelism(),
    ...features,
  };
  const runtime = `${process.platform} ${process.arch}, Node ${process.version}`;
  reporter.emit({ runtime, cpu, ...report });
  if (args.json) return;

  const { simd, relaxedSimd, threads } = features;
  reporter.print(`system    ${runtime}`);
  reporter.print(`cpu       ${cpu.model}, ${cpu.cores} cores`);
  reporter.print(
    `          SIMD ${yesOrNo(simd)}, relaxed SIMD ` +
      `${yesOrNo(relaxedSimd)}${relaxedSimd ? '' : ' (requires Node 22)'}, threads ${yesOrNo(threads)}`,
  );
  reporter.print(`backend   ${report.requested === 'auto' ? 'auto chooses ' : ''}${description}`);
  reporter.print('tried');
  for (const attempt of report.tried) {
    reporter.print(`  ${attempt.mode.padEnd(11)} ${describeAttempt(attempt)}`);
  }
}

const yesOrNo = (value: boolean): string => (value ? 'yes' : 'no');

export const doctorCommand: CommandModule<object, DoctorArguments> = {
  command: 'doctor',
  describe: 'Show the compute backends of this machine, and which one auto chooses',
  builder: (yargs: Argv): Argv<DoctorArguments> =>
    jsonOption(runOptions(yargs))
      .example('$0 doctor', 'try every backend, and show why any is unavailable')
      .example('$0 doctor --backend wasm --json', 'try one backend, and print JSON'),
  handler: run,
};
