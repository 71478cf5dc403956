// Compares the time of every public op, forward and backward, with PyTorch: one thread, about a
// million elements, the same inputs, interleaved rounds. Writes docs/op-speed.md unless the run is
// quick or partial. bench/README.md explains how the times are measured.
//
//     npm run bench:ops -- [--only softmax,conv2d] [--node 24] [--python COMMAND] [--rounds 5]
//                          [--seconds 0.05] [--quick] [--list]

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './compare/child.js';
import { DEFAULT_ENVIRONMENT, pinned } from './compare/launch.js';
import { nodeProgram, type NodeMajor } from './compare/peers.js';
import { defaultPython, torchPython } from './compare/python.js';
import { FULL, isDifferentiable, QUICK, titleOf, type OpCase } from './ops/case.js';
import { differenceOf } from './ops/digest.js';
import { opSpeedDocument, timesTable, type OpTime } from './ops/document.js';
import { DIRECTIONS, type CheckReply, type Direction, type RoundReply } from './ops/protocol.js';
import { opCases } from './ops/table/index.js';
import { thisMachine } from './support/machine.js';
import { readOptions, usageError } from './support/options.js';
import { compiled, ROOT, source } from './support/paths.js';
import { saveResult } from './support/results.js';
import { spread } from './support/statistics.js';
import { short } from './support/table.js';

const options = readOptions({
  only: [] as readonly string[],
  node: 24,
  python: [] as readonly string[],
  rounds: 5,
  seconds: 0.05,
  quick: false,
  list: false,
});
const timing = options.quick ? { rounds: 2, seconds: 0.002 } : options;
const cases = opCases(options.quick ? QUICK : FULL).filter(
  ({ op }) => options.only.length === 0 || options.only.includes(op),
);
if (cases.length === 0) usageError('--only: no op has this name; --list prints the names');
if (![20, 24, 26].includes(options.node)) usageError('--node must be 20, 24 or 26');
if (options.python.length > 1) usageError('--python: the ops are compared with one PyTorch');

type Contender = 'inkgrad' | 'pytorch';
const children = new Map<Contender, Child>();
const times: OpTime[] = [];
const problems: string[] = [];

async function start(): Promise<void> {
  const { command } = await (options.python.length === 1
    ? torchPython(options.python[0])
    : defaultPython());
  const node = await nodeProgram(options.node as NodeMajor);
  const inkgrad = pinned({ command: [node, compiled('ops/inkgrad.js')] });
  const pytorch = pinned({
    command: [...command, source('ops/pytorch.py')],
    env: DEFAULT_ENVIRONMENT,
  });
  children.set('inkgrad', await Child.start(inkgrad));
  children.set('pytorch', await Child.start(pytorch));
}

/** Asks both contenders, one after the other, in the given order. */
async function askBoth<R extends object>(
  command: object,
  reversed = false,
): Promise<Record<Contender, R>> {
  const replies: Partial<Record<Contender, R>> = {};
  const order = [...children];
  for (const [name, child] of reversed ? order.reverse() : order) {
    replies[name] = await child.ask<R>(command).catch((error: unknown) => {
      throw new Error(`${name}: ${(error as Error).message}`);
    });
  }
  return replies as Record<Contender, R>;
}

/** A case with a slower step is measured in one round, the warm-up: a ratio needs no more accuracy. */
const SLOW_MS = 2000;

const fourDigits = (value: number): number => Number(value.toPrecision(4));

async function measure(one: OpCase, direction: Direction): Promise<OpTime> {
  const command = { cmd: 'round', direction, seconds: timing.seconds };
  const ask = async (reversed: boolean): Promise<Record<Contender, number>> => {
    const { inkgrad, pytorch } = await askBoth<RoundReply>(command, reversed);
    return {
      inkgrad: fourDigits(inkgrad.milliseconds),
      pytorch: fourDigits(pytorch.milliseconds),
    };
  };
  const warmup = await ask(false);
  const rounds: Record<Contender, number>[] = [];
  if (Math.max(warmup.inkgrad, warmup.pytorch) > SLOW_MS) rounds.push(warmup);
  else for (let round = 0; round < timing.rounds; round++) rounds.push(await ask(round % 2 === 1));
  return {
    op: one.op,
    detail: one.detail,
    direction,
    shapes: one.inputs.map(({ shape }) => `[${shape.join(',')}]`).join(' '),
    inkgrad: spread(rounds.map(({ inkgrad }) => inkgrad)).median,
    pytorch: spread(rounds.map(({ pytorch }) => pytorch)).median,
    ratio: spread(rounds.map(({ inkgrad, pytorch }) => pytorch / inkgrad)),
    rounds,
  };
}

async function compare(one: OpCase): Promise<void> {
  const { inputs, torch } = one;
  const title = titleOf(one);
  await askBoth({ cmd: 'load', case: { title, quick: options.quick, inputs, torch } });
  if (!one.random) {
    const { inkgrad, pytorch } = await askBoth<CheckReply>({ cmd: 'check' });
    const difference = differenceOf(inkgrad, pytorch);
    if (difference !== null) throw new Error(difference);
  }
  for (const direction of DIRECTIONS) {
    if (direction === 'backward' && !isDifferentiable(one)) continue;
    const time = await measure(one, direction);
    times.push(time);
    console.log(
      `${`${title} ${direction}`.padEnd(48)} ${short(time.inkgrad)} ms, PyTorch ${short(time.pytorch)} ms, ratio ${short(time.ratio.median)}`,
    );
  }
}

async function main(): Promise<void> {
  const machine = thisMachine();
  try {
    await start();
    for (const one of cases) {
      await compare(one).catch((error: unknown) => {
        problems.push(`${titleOf(one)}: ${(error as Error).message}`);
        console.log(`${titleOf(one)}: NOT MEASURED: ${(error as Error).message}`);
      });
    }
  } finally {
    await Promise.all([...children.values()].map((child) => child.stop()));
  }
  const versions = Object.fromEntries(
    [...children].map(([name, { ready }]) => [name, ready.versions]),
  ) as Record<Contender, Readonly<Record<string, string>>>;
  console.log(`\n${timesTable(times)}`);
  const file = saveResult('ops', { timing, versions, problems, times }, options);
  console.log(`\nwritten: ${file}`);
  if (!options.quick && options.only.length === 0) {
    const text = opSpeedDocument({ times, machine, versions, rounds: timing.rounds, file });
    writeFileSync(join(ROOT, 'docs', 'op-speed.md'), text);
    console.log('written: docs/op-speed.md');
  }
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

if (options.list) for (const one of cases) console.log(titleOf(one));
else await main();
