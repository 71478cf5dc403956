// inkgrad as a contender of the comparison of ops, on one thread.
//
//     node dist/bench/ops/inkgrad.js

import { answerCommands } from '../contenders/serve.js';
import { openBackend } from '../support/backend.js';
import { FULL, QUICK, titleOf, type OpCase } from './case.js';
import type { CheckReply, Command, RoundReply } from './protocol.js';
import { CaseRunner } from './runner.js';
import { opCases } from './table/index.js';

const byTitle = (cases: readonly OpCase[]): ReadonlyMap<string, OpCase> =>
  new Map(cases.map((one) => [titleOf(one), one]));
const tables = { full: byTitle(opCases(FULL)), quick: byTitle(opCases(QUICK)) };

const backend = await openBackend(1);
let runner: CaseRunner | null = null;

async function answer(command: Command): Promise<CheckReply | RoundReply | { loaded: string }> {
  if (command.cmd === 'load') {
    const { title, quick } = command.case;
    runner?.dispose();
    runner = new CaseRunner(tables[quick ? 'quick' : 'full'].get(title)!);
    return { loaded: title };
  }
  if (runner === null) throw new Error('no case is loaded');
  if (command.cmd === 'check') return runner.check();
  return runner.round(command.direction, command.seconds);
}

await answerCommands({ tasks: [], versions: { module: backend.build } }, (command) =>
  answer(command as Command),
);
