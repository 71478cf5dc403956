// Memory over time and peak memory: whether 5,000 steps take more than 500, and what a complete
// `inkgrad train` on EMNIST needs, including the data. The latter requires EMNIST_DIR and Linux,
// whose kernel records a process's high-water mark.
//
//     npm run bench:memory -- [--steps 5000] [--every 500] [--epochs 1] [--threads 2] [--quick]

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CharacterNet } from '../src/app/model/characterNet.js';
import { createWasmBackend, Rng, useBackend } from '../src/index.js';
import { Learner, noiseBatch } from './support/learner.js';
import { readOptions } from './support/options.js';
import { ROOT } from './support/paths.js';
import { saveResult } from './support/results.js';
import { formatTable } from './support/table.js';

const options = readOptions({ steps: 5000, every: 500, epochs: 1, threads: 2, quick: false });
const steps = options.quick ? 40 : options.steps;
const every = options.quick ? 10 : options.every;
const MIB = 2 ** 20;

interface Mark {
  readonly step: number;
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly live: number;
  readonly liveMiB: number;
  readonly reservedMiB: number;
  /** Number of times the backend has allocated memory from the system. */
  readonly allocations: number;
}

const mib = (bytes: number): number => Number((bytes / MIB).toFixed(1));

async function growth(): Promise<Mark[]> {
  const backend = await createWasmBackend({ threads: options.threads });
  useBackend(backend);
  const learner = new Learner(new CharacterNet({ classes: 47, rng: new Rng(1) }));
  const batches = Array.from({ length: 4 }, () => noiseBatch(64));
  const marks: Mark[] = [];
  for (let step = 1; step <= steps; step++) {
    await learner.train(batches[step % batches.length]);
    if (step !== 1 && step % every !== 0) continue;
    const { rss, heapUsed } = process.memoryUsage();
    const { live, liveBytes, reservedBytes, allocations } = backend.memory;
    marks.push({
      step,
      rssMiB: mib(rss),
      heapMiB: mib(heapUsed),
      live,
      liveMiB: mib(liveBytes),
      reservedMiB: mib(reservedBytes),
      allocations,
    });
  }
  learner.dispose();
  await backend.dispose();
  return marks;
}

/** VmHWM of a process in MiB, its peak resident memory; null after its end or without /proc. */
function peakOf(pid: number): number | null {
  try {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line === null ? null : Number((Number(line[1]) / 1024).toFixed(1));
  } catch {
    return null;
  }
}

/** Runs `inkgrad train` in a separate process; resolves to its peak memory in MiB. */
async function peakOfTraining(): Promise<number> {
  const out = mkdtempSync(join(tmpdir(), 'inkgrad-memory-'));
  const cli = join(ROOT, 'dist', 'src', 'app', 'cli.js');
  const limit = options.quick ? ['--limit', '2000'] : [];
  const args = [
    'train',
    '--epochs',
    `${options.epochs}`,
    '--json',
    '--out',
    join(out, 'run'),
    ...limit,
  ];
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  let peak = 0;
  const timer = setInterval(() => (peak = peakOf(child.pid ?? 0) ?? peak), 100);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(timer);
  rmSync(out, { recursive: true, force: true });
  if (code !== 0) throw new Error(`inkgrad train ended with ${String(code)}`);
  return peak;
}

const marks = await growth();
console.log(
  formatTable(
    ['step', 'rss MiB', 'JS heap MiB', 'buffers', 'live MiB', 'reserved MiB', 'allocations'],
    marks.map((mark) => Object.values(mark).map(String)),
  ),
);
const [, second = marks[0]] = marks;
const last = marks[marks.length - 1];
console.log(
  `\nfrom step ${second.step} to ${last.step}: rss ${(last.rssMiB - second.rssMiB).toFixed(1)} MiB, ` +
    `reserved ${(last.reservedMiB - second.reservedMiB).toFixed(1)} MiB, ` +
    `${last.allocations - second.allocations} allocations, ${last.live - second.live} buffers`,
);

let trainingPeakMiB: number | null = null;
if ((process.env.EMNIST_DIR ?? '') === '') {
  console.log('EMNIST_DIR is not set: no training run on EMNIST');
} else {
  trainingPeakMiB = await peakOfTraining();
  const mb = Math.round((trainingPeakMiB * MIB) / 1e6);
  console.log(
    `inkgrad train, ${options.epochs} epoch(s) of EMNIST: peak ${trainingPeakMiB} MiB = ${mb} MB`,
  );
}
const result = { threads: options.threads, marks, trainingPeakMiB };
console.log(`written: ${saveResult('memory', result, options)}`);
