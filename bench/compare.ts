// Compares inkgrad with other frameworks on this machine, in one command and one run: training and
// inference of the same network, on the same data, from the same weights, in interleaved rounds.
// bench/README.md explains the contenders.
//
//     npm run bench:compare -- [--only pytorch,inkgrad-node20] [--tasks train,infer64,infer1]
//                              [--rounds 5] [--seconds 2] [--warmup 2] [--python COMMAND]
//                              [--quick] [--no-check] [--list]
//
// --python adds a Python with another PyTorch, such as --python "chroot /srv/debian13 python3"; it
// may be repeated.

import { Child } from './compare/child.js';
import { allContenders, selectByName } from './compare/contenders.js';
import { IMAGES, TASKS, type CheckReply, type Task } from './compare/protocol.js';
import { checkTable, maxDifference, ratios, ratioTable, speedTable } from './compare/report.js';
import { measure, type Sample } from './compare/rounds.js';
import { writeWorkload } from './compare/workload.js';
import { thisMachine } from './support/machine.js';
import { readOptions, usageError } from './support/options.js';
import { saveResult } from './support/results.js';
import { short } from './support/table.js';

const options = readOptions({
  only: [] as readonly string[],
  tasks: [...TASKS],
  rounds: 5,
  seconds: 2,
  warmup: 2,
  python: [] as readonly string[],
  quick: false,
  noCheck: false,
  list: false,
});
const timing = options.quick ? { rounds: 2, seconds: 0.3, warmup: 0.1 } : options;
const tasks = options.tasks.map((task) => {
  if (!TASKS.includes(task as Task))
    usageError(`--tasks: unknown task '${task}'; expected ${TASKS.join(', ')}`);
  return task as Task;
});
const contenders = await allContenders(options.python);
const selected = selectByName(contenders, options.only);
if (selected.length === 0) usageError('--only: no contender matches; --list prints their names');

const skipped: Record<string, string> = {};
const children = new Map<string, Child>();
const checks = new Map<string, CheckReply>();
const samples: Sample[] = [];

function skip(name: string, error: Error): void {
  skipped[name] = error.message;
  console.log(`${name}: skipped: ${error.message}`);
}

async function start(): Promise<void> {
  for (const { name, prepare } of selected) {
    try {
      const child = await Child.start(await prepare());
      children.set(name, child);
      const { versions } = child.ready;
      console.log(
        `${name}: ${Object.entries(versions)
          .map((pair) => pair.join(' '))
          .join(', ')}`,
      );
    } catch (error) {
      skip(name, error as Error);
    }
  }
}

async function check(): Promise<void> {
  for (const [name, child] of children) {
    // convnetjs has no batch norm: its network differs, so there is nothing to compare.
    await child.check().then(
      (losses) => checks.set(name, losses),
      (error: unknown) => console.log(`${name}: not checked: ${(error as Error).message}`),
    );
  }
  const tolerances = new Map(selected.map(({ name, tolerance }) => [name, tolerance]));
  if (checks.size > 0) console.log(`\n${checkTable(checks, tolerances)}`);
  const [reference] = checks.values();
  for (const [name, losses] of checks) {
    const difference = maxDifference(losses, reference);
    if (difference <= tolerances.get(name)!) continue;
    skip(name, new Error(`its losses differ by ${short(difference)}`));
    await children.get(name)?.stop();
    children.delete(name);
  }
}

async function measureRounds(): Promise<void> {
  for (const task of tasks) {
    console.log(`\n${task}`);
    const onSample = (sample: Sample): void => {
      samples.push(sample);
      const { round, contender, milliseconds, examplesPerSecond } = sample;
      console.log(
        `  round ${round + 1}  ${contender.padEnd(24)} ${short(examplesPerSecond)} img/s, ${short(milliseconds)} ms`,
      );
    };
    const running = new Map([...children].filter(([, child]) => child.ready.tasks.includes(task)));
    await measure({ task, examples: IMAGES[task] }, running, timing, onSample, skip);
  }
}

async function main(): Promise<void> {
  const machine = thisMachine();
  console.log(`${machine.cpu}, ${machine.cores} cores, load average ${machine.loadAverage}\n`);
  await writeWorkload();
  try {
    await start();
    if (!options.noCheck) await check();
    await measureRounds();
  } finally {
    await Promise.all([...children.values()].map((child) => child.stop()));
  }
  for (const task of tasks) console.log(`\n${speedTable(task, samples)}`);
  const allRatios = ratios(samples);
  if (allRatios.length > 0) console.log(`\n${ratioTable(allRatios)}`);
  const versions = Object.fromEntries(
    [...children].map(([name, { ready }]) => [name, ready.versions]),
  );
  const file = saveResult(
    'compare',
    { timing, versions, skipped, checks: Object.fromEntries(checks), ratios: allRatios, samples },
    options,
  );
  console.log(`\nwritten: ${file}`);
}

if (options.list) for (const { name } of contenders) console.log(name);
else await main();
