// Compares the training of six small networks with PyTorch: one thread, the same weights and data,
// in interleaved rounds. The numbers of parameters and the losses of the first steps must agree
// before anything is timed. bench/README.md describes the networks.
//
//     npm run bench:networks -- [--networks mlp,gpt] [--only inkgrad-node24,pytorch] [--rounds 5]
//                               [--seconds 1] [--warmup 1] [--python COMMAND] [--quick] [--list]
//
// --python adds a Python with another PyTorch; see compare.ts.

import { Child, type ChildOptions } from './compare/child.js';
import { selectByName } from './compare/contenders.js';
import { DEFAULT_ENVIRONMENT, moduleEnvironment, pinned } from './compare/launch.js';
import { nodeProgram, type NodeMajor } from './compare/peers.js';
import { defaultPython, torchPython, type TorchPython } from './compare/python.js';
import { measure, type Sample } from './compare/rounds.js';
import { NETWORK_NAMES, NETWORKS, type NetworkName } from './networks/index.js';
import { differenceOf, type CheckReply } from './networks/protocol.js';
import { networkTable } from './networks/report.js';
import { WORKLOAD, writeWorkload } from './networks/workload.js';
import { thisMachine } from './support/machine.js';
import { readOptions, usageError } from './support/options.js';
import { compiled, source } from './support/paths.js';
import { saveResult } from './support/results.js';
import { short } from './support/table.js';

const options = readOptions({
  networks: [...NETWORK_NAMES],
  only: ['inkgrad-node24', 'pytorch'],
  rounds: 5,
  seconds: 1,
  warmup: 1,
  python: [] as readonly string[],
  quick: false,
  list: false,
});
const timing = options.quick ? { rounds: 2, seconds: 0.05, warmup: 0.01 } : options;
const networks = options.networks.map((name) => {
  if (!NETWORK_NAMES.includes(name as NetworkName))
    usageError(`--networks: unknown network '${name}'; expected ${NETWORK_NAMES.join(', ')}`);
  return name as NetworkName;
});

interface Contender {
  readonly name: string;
  readonly prepare: () => Promise<ChildOptions>;
}

const inkgrad = (node: NodeMajor, module: 'default' | 'wide'): Contender => ({
  name: `inkgrad-node${node}${module === 'wide' ? '-wide' : ''}`,
  prepare: async () =>
    pinned({
      command: [await nodeProgram(node), compiled('networks/inkgrad.js')],
      env: moduleEnvironment(module),
    }),
});

const pytorch = (name: string, find: () => Promise<TorchPython>): Contender => ({
  name,
  prepare: async () => {
    const { command } = await find();
    return pinned({
      command: [...command, source('networks/pytorch.py'), WORKLOAD],
      env: DEFAULT_ENVIRONMENT,
    });
  },
});

const named = await Promise.all(
  options.python.map(async (text) => {
    const found = await torchPython(text).catch((error: unknown) =>
      usageError(`--python: ${(error as Error).message}`),
    );
    const [version] = /^\d+\.\d+/.exec(found.version)!;
    return pytorch(`pytorch-${version}`, () => Promise.resolve(found));
  }),
);
const contenders = [
  inkgrad(20, 'default'),
  inkgrad(24, 'default'),
  inkgrad(24, 'wide'),
  inkgrad(26, 'default'),
  inkgrad(26, 'wide'),
  pytorch('pytorch', defaultPython),
  ...named,
];
// A Python that is named takes part.
const selected = selectByName(contenders, [...options.only, ...named.map(({ name }) => name)]);
if (selected.length === 0) usageError('--only: no contender matches; --list prints their names');

const children = new Map<string, Child>();
const samples: Sample[] = [];
const problems: string[] = [];
/** Parameters and first losses of each network. */
const checks: Partial<Record<NetworkName, CheckReply>> = {};

function report(problem: string): void {
  problems.push(problem);
  console.log(problem);
}

async function start(): Promise<void> {
  for (const { name, prepare } of selected) {
    try {
      const child = await Child.start(await prepare());
      children.set(name, child);
      console.log(`${name}: ${Object.entries(child.ready.versions).flat().join(' ')}`);
    } catch (error) {
      report(`${name}: skipped: ${(error as Error).message}`);
    }
  }
}

/** The contenders whose parameters and losses are those of the first. */
async function checked(network: NetworkName): Promise<Map<string, Child>> {
  const agreeing = new Map<string, Child>();
  for (const [name, child] of children) {
    try {
      const reply = await child.ask<CheckReply>({ cmd: 'check', task: network });
      checks[network] ??= reply;
      const difference = differenceOf(reply, checks[network]);
      if (difference === null) agreeing.set(name, child);
      else report(`${network}: ${name} is not measured: ${difference}`);
    } catch (error) {
      report(`${network}: ${name} is not measured: ${(error as Error).message}`);
    }
  }
  return agreeing;
}

async function measureNetwork(network: NetworkName): Promise<void> {
  const running = await checked(network);
  console.log(`\n${network}: ${checks[network]?.parameters ?? '-'} parameters`);
  const onSample = (sample: Sample): void => {
    samples.push(sample);
    const { round, contender, milliseconds } = sample;
    console.log(`  round ${round + 1}  ${contender.padEnd(20)} ${short(milliseconds)} ms`);
  };
  const task = { task: network, examples: NETWORKS[network].batch };
  await measure(task, running, timing, onSample, (name, error) =>
    report(`${network}: ${name} failed: ${error.message}`),
  );
}

async function main(): Promise<void> {
  const machine = thisMachine();
  console.log(`${machine.cpu}, ${machine.cores} cores, load average ${machine.loadAverage}\n`);
  await writeWorkload();
  try {
    await start();
    for (const network of networks) await measureNetwork(network);
  } finally {
    await Promise.all([...children.values()].map((child) => child.stop()));
  }
  console.log(`\n${networkTable(samples)}`);
  const versions = Object.fromEntries(
    [...children].map(([name, { ready }]) => [name, ready.versions]),
  );
  const file = saveResult('networks', { timing, versions, problems, checks, samples }, options);
  console.log(`\nwritten: ${file}`);
  if (problems.length > 0) process.exitCode = 1;
}

if (options.list) for (const { name } of contenders) console.log(name);
else await main();
