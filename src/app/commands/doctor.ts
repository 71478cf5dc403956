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
  reporter.say(`system    ${runtime}`);
  reporter.say(`cpu       ${cpu.model}, ${cpu.cores} cores`);
  reporter.say(
    `          SIMD ${yes(simd)}, relaxed SIMD ` +
      `${yes(relaxedSimd)}${relaxedSimd ? '' : ' (requires Node 22)'}, threads ${yes(threads)}`,
  );
  reporter.say(`backend   ${report.requested === 'auto' ? 'auto chooses ' : ''}${description}`);
  reporter.say('tried');
  for (const attempt of report.tried) {
    reporter.say(`  ${attempt.mode.padEnd(11)} ${describeAttempt(attempt)}`);
  }
}

const yes = (has: boolean): string => (has ? 'yes' : 'no');

export const doctorCommand: CommandModule<object, DoctorArguments> = {
  command: 'doctor',
  describe: 'Show the compute backends of this machine, and which one auto chooses',
  builder: (yargs: Argv): Argv<DoctorArguments> =>
    jsonOption(runOptions(yargs))
      .example('$0 doctor', 'try every backend, and show why any is unavailable')
      .example('$0 doctor --backend wasm --json', 'try one backend, and print JSON'),
  handler: run,
};
