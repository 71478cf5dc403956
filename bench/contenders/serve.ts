// Server loop of a JavaScript contender: reads commands from stdin, runs them one at a time, and
// writes replies. Between commands it waits for input and computes nothing.

import { createInterface } from 'node:readline';
import type { CheckReply, Command, Ready, RoundReply, Task } from '../compare/protocol.js';

export interface Contender {
  readonly versions: Readonly<Record<string, string>>;
  /** One step of each supported task; `index` counts the steps of that task. */
  readonly tasks: Partial<Record<Task, (index: number) => Promise<unknown> | number>>;
  /** Computes losses from the workload's weights, or null if the network cannot be the same. */
  readonly check: (() => Promise<CheckReply>) | null;
}

const send = (reply: object): void => void process.stdout.write(`${JSON.stringify(reply)}\n`);

/** Answers commands until stdin ends, then ends the process. An error becomes the reply. */
export async function answerCommands(
  ready: Omit<Ready, 'ready'>,
  answer: (command: unknown) => Promise<object>,
): Promise<never> {
  const versions = { node: process.versions.node, ...ready.versions };
  send({ ready: true, tasks: ready.tasks, versions } satisfies Ready);
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      send(await answer(JSON.parse(line)));
    } catch (error) {
      send({ error: error instanceof Error ? error.message : String(error) });
    }
  }
  process.exit(0);
}

/** Answers the commands of bench/compare.ts. */
export async function serve(contender: Contender): Promise<never> {
  const counts: Partial<Record<Task, number>> = {};

  const round = async (task: Task, seconds: number): Promise<RoundReply> => {
    const step = contender.tasks[task];
    if (step === undefined) throw new Error(`this contender does not support the task ${task}`);
    let index = counts[task] ?? 0;
    const first = index;
    const start = performance.now();
    let elapsed: number;
    do {
      await step(index++);
      elapsed = (performance.now() - start) / 1000;
    } while (elapsed < seconds);
    counts[task] = index;
    return { task, steps: index - first, seconds: elapsed };
  };

  const answer = async (command: Command): Promise<RoundReply | CheckReply> => {
    if (command.cmd === 'round') return round(command.task, command.seconds);
    if (contender.check === null) throw new Error('this contender cannot be checked');
    return contender.check();
  };

  const tasks = Object.keys(contender.tasks);
  return answerCommands({ tasks, versions: contender.versions }, (command) =>
    answer(command as Command),
  );
}
