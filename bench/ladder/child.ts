// The ladder in one version of Node: verifies and measures the rungs with modules compiled by the
// parent process.
//
//     node dist/bench/ladder/child.js

import { answerCommands } from '../contenders/serve.js';
import { randomProblem } from './problem.js';
import { moduleKey, type MeasureCommand, type MeasureReply } from './protocol.js';
import { EXPERIMENTS, RUNGS } from './rungs.js';
import { Session } from './session.js';

async function measure(command: MeasureCommand): Promise<MeasureReply> {
  const { sizes, seed, rounds, seconds, modules } = command;
  const session = await Session.open(
    [...RUNGS, ...EXPERIMENTS],
    randomProblem(sizes, seed),
    (file, build) =>
      Promise.resolve(Uint8Array.from(Buffer.from(modules[moduleKey(file, build)], 'base64'))),
  );
  const times = session.measure(rounds, seconds);
  await session.dispose();
  return { checks: session.checks, skipped: session.skipped, times };
}

const versions = { v8: process.versions.v8 };
await answerCommands({ tasks: [], versions }, (command) => measure(command as MeasureCommand));
