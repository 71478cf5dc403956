// The optimization ladder: every version of the convolution in docs/fast-convolution.md, from the
// triple loop to 256-bit registers. Compiles all of them, verifies each against the one before, and
// measures their speed on one thread in Node 20, 24 and 26. Prints a table for each version of Node
// and writes a result file.
//
//     npm run bench:ladder -- [--nodes 20,24,26] [--rounds 15] [--seconds 0.05] [--seed 1] [--json] [--quick]
//
// --json prints the result instead of the tables. --quick only verifies, on small images.
// Relaxed SIMD needs Node 24, the rungs with 256-bit registers also an x86-64 processor with AVX2;
// otherwise they are skipped. Node versions that are not installed are downloaded (compare/peers.ts).

import { Child } from './compare/child.js';
import { nodeProgram, type NodeMajor } from './compare/peers.js';
import { compileRung } from './ladder/compile.js';
import { EXAMPLE, SMALL } from './ladder/problem.js';
import { moduleKey, type MeasureCommand, type MeasureReply } from './ladder/protocol.js';
import { experimentTable, ladderTable } from './ladder/report.js';
import { EXPERIMENTS, RUNGS } from './ladder/rungs.js';
import { readOptions, usageError } from './support/options.js';
import { compiled, ROOT } from './support/paths.js';
import { saveResult } from './support/results.js';

const options = readOptions({
  nodes: [20, 24, 26],
  rounds: 15,
  seconds: 0.05,
  seed: 1,
  json: false,
  quick: false,
});
for (const node of options.nodes) {
  if (![20, 24, 26].includes(node)) usageError('--nodes must be among 20, 24 and 26');
}
const sizes = options.quick ? SMALL : EXAMPLE;

const log = (text: string): void => (options.json ? console.error : console.log)(text);

async function compileAll(): Promise<Record<string, string>> {
  const modules: Record<string, string> = {};
  for (const { program } of [...RUNGS, ...EXPERIMENTS]) {
    if (program.kind !== 'module') continue;
    const builds = program.build === 'fast' ? (['base', 'relaxed'] as const) : [program.build];
    for (const build of builds) {
      modules[moduleKey(program.file, build)] ??= Buffer.from(
        await compileRung(ROOT, program.file, build),
      ).toString('base64');
    }
  }
  return modules;
}

interface NodeResult extends MeasureReply {
  readonly versions: Readonly<Record<string, string>>;
}

async function measure(node: NodeMajor, modules: Record<string, string>): Promise<NodeResult> {
  const program = await nodeProgram(node);
  const child = await Child.start({ command: [program, compiled('ladder/child.js')] });
  try {
    const { versions } = child.ready;
    const command: MeasureCommand = {
      cmd: 'measure',
      sizes,
      seed: options.seed,
      rounds: options.quick ? 0 : options.rounds,
      seconds: options.seconds,
      modules,
    };
    return { versions, ...(await child.ask<MeasureReply>(command)) };
  } finally {
    await child.stop();
  }
}

function print({ versions, ...reply }: NodeResult): void {
  log(`\nNode ${versions.node}, V8 ${versions.v8}`);
  log(ladderTable(RUNGS, reply, sizes));
  log('\nExperiment: 8-bit integers, including the quantization of the inputs');
  log(experimentTable(EXPERIMENTS, reply, sizes));
  for (const { id, reason } of reply.skipped) log(`skipped: ${id} (${reason})`);
}

log('compiling ...');
const modules = await compileAll();
const { images, height, width, channels, outChannels } = sizes;
log(
  `${images} images of ${height} x ${width}, ${channels} -> ${outChannels} channels, 3 x 3 kernels; ` +
    `one thread; seed ${options.seed}`,
);
const results: NodeResult[] = [];
for (const node of options.nodes) {
  try {
    const result = await measure(node as NodeMajor, modules);
    results.push(result);
    print(result);
  } catch (error) {
    console.error(`Node ${node}: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
const { rounds, seconds, seed } = options;
const titles = Object.fromEntries([...RUNGS, ...EXPERIMENTS].map(({ id, title }) => [id, title]));
const result = { sizes, seed, timing: { rounds, seconds }, titles, results };
if (options.json) console.log(JSON.stringify(result, null, 1));
if (results.length > 0) log(`\nwritten: ${saveResult('ladder', result, options)}`);
