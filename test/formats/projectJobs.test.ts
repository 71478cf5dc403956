// Long jobs of the exported PyTorch project: interruption, resume, errors, gradient accumulation and
// mixed precision. Needs Python with PyTorch.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportProject } from '../../src/app/model/exportProject.js';
import { BALANCED_CLASSES } from '../../src/data/emnist/splits.js';
import { onWasm } from '../app/support.js';
import { drawn, writeEmnist } from '../cli/support.js';
import { runPython, torchMissing } from '../support/python.js';
import { skipNote } from '../support/skipping.js';
import { randomNetwork } from './models.js';
import { bothOutputs, HANGING_MS, startTwo, TrainingRun } from './projectRuns.js';

let folder: string;
const pathOf = (...names: string[]): string => join(folder, ...names);

/** Options of a short run: five steps per epoch. */
const options = (name: string, epochs: number): string[] => [
  ...['--data', pathOf('data'), '--model', pathOf('project', 'model.pth')],
  ...['--out', pathOf(`${name}.pth`), '--epochs', `${epochs}`],
  ...['--batch-size', '32', '--val-fraction', '0.2', '--check-every', '2'],
];

/** Number of epochs that a run has completed, from its output. */
const epochsIn = (output: string): number => output.match(/^epoch /gm)?.length ?? 0;

/** Prints the names of the values in which two checkpoints differ, and the number of values. */
const COMPARE = `
import json, sys, torch
def values(item, name=''):
  if isinstance(item, (dict, list, tuple)):
    pairs = item.items() if isinstance(item, dict) else enumerate(item)
    return {path: value for key, inner in pairs for path, value in values(inner, f'{name}/{key}').items()}
  return {name: item}
def equal(a, b):
  return torch.equal(a, b) if torch.is_tensor(a) and torch.is_tensor(b) else a == b
a, b = (values(torch.load(path)) for path in sys.argv[1:3])
names = sorted(set(a) | set(b))
print(json.dumps({'count': len(names), 'different': [n for n in names if not equal(a.get(n), b.get(n))]}))
`;

/** Entries of the log, without the speed. */
async function logOf(name: string): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(pathOf(`${name}.jsonl`), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => {
    const entry = JSON.parse(line) as Record<string, unknown>;
    delete entry.images_per_second;
    return entry;
  });
}

const STEPS = `
import json, sys, torch
sys.path.insert(0, sys.argv[1])
import distributed
from network import load_model
from torch.nn.parallel import DistributedDataParallel
from training import train_step
device = distributed.start()
images = torch.randint(0, 256, (24, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
labels = torch.arange(24)
def run(accumulate, amp):
  model = load_model(sys.argv[1] + '/model.pth')[0].eval()  # fixed batch norm statistics, no dropout
  optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
  sums = train_step(DistributedDataParallel(model), optimizer, images, labels, accumulate, amp)
  return sums, torch.cat([p.detach().flatten() for p in model.parameters()])
whole, parts, mixed = run(1, 'off'), run(4, 'off'), run(1, 'bf16')
change = lambda other: float((other[1] - whole[1]).norm() / (whole[1] - start).norm())
start = torch.cat([p.detach().flatten() for p in load_model(sys.argv[1] + '/model.pth')[0].parameters()])
print(json.dumps({
  'parts': change(parts), 'mixed': change(mixed), 'type': str(mixed[1].dtype),
  'losses': [run[0].tolist() for run in (whole, parts, mixed)],
}))
`;

const USAGE_ERRORS = `
import contextlib, importlib.util, io, json, sys, torch
sys.path.insert(0, sys.argv[1])
from options import read_options
importlib.util.find_spec = lambda name: None
torch.cuda.is_available = lambda: False
if hasattr(torch, 'compile'): del torch.compile
messages = []
for option in ('--sync-batch-norm', '--compile', '--tensorboard=events', '--accumulate=0'):
  sys.argv = ['train.py', '--data', 'data', option]
  with contextlib.redirect_stderr(io.StringIO()) as printed:
    try: read_options('')
    except SystemExit: pass
  messages.append(printed.getvalue().splitlines()[-1])
print(json.dumps(messages))
`;

describe.skipIf(torchMissing !== null)(
  `long jobs of the exported PyTorch project${skipNote(torchMissing)}`,
  () => {
    beforeAll(
      onWasm(async () => {
        folder = await mkdtemp(join(tmpdir(), 'inkgrad-jobs-'));
        const model = randomNetwork(47, 5, [1, 1, 1]);
        await exportProject({ model, classes: BALANCED_CLASSES, data: 'x' }, pathOf('project'));
        model.dispose();
        const images = drawn('balanced', 188, 'train');
        await writeEmnist(pathOf('data'), images, { split: 'balanced', part: 'train' });
      }),
    );
    afterAll(() => rm(folder, { recursive: true }));

    it(
      'saves on SIGTERM, and resumes bit-exactly, with the same settings only',
      async () => {
        const stopped = new TrainingRun(folder, options('stopped', 1000));
        await stopped.prints('epoch 1/1000');
        stopped.kill('SIGTERM');
        expect(await stopped.ended, stopped.stderr).toBe(143);
        expect(stopped.stdout).toContain('stopped by signal 15; the same command resumes from');

        const epochs = epochsIn(stopped.stdout) + 1;
        const [resumed] = await Promise.all(
          ['stopped', 'whole'].map((name) =>
            new TrainingRun(folder, options(name, epochs)).output(),
          ),
        );
        expect(resumed).toMatch(/^resumed .*stopped\.checkpoint\.pth: epoch \d+, after step \d\n/);
        expect(epochsIn(resumed)).toBe(1);
        const checkpoints = ['stopped', 'whole'].map((name) => pathOf(`${name}.checkpoint.pth`));
        const compared = JSON.parse(await runPython(COMPARE, checkpoints)) as {
          count: number;
          different: string[];
        };
        expect(compared.count).toBeGreaterThan(80); // weights, moments, statistics, generators, ...
        // The log contains the speed, so its length may differ.
        expect(compared.different.filter((name) => name !== '/progress/log_bytes')).toEqual([]);
        expect(await logOf('stopped')).toEqual(await logOf('whole'));

        const other = new TrainingRun(folder, [...options('stopped', epochs), '--lr', '0.1']);
        expect(await other.ended).toBe(1);
        expect(other.stderr).toContain('has --lr 0.001, not 0.1; use 0.001, or --fresh');
      },
      3 * HANGING_MS,
    );

    it(
      'resumes on two processes after one was killed',
      async () => {
        const first = await startTwo(folder, options('killed', 1000));
        await first[0].prints('epoch 1/1000');
        first[1].kill('SIGKILL');
        expect(await first[1].ended).toBeNull();
        expect(await first[0].ended).not.toBe(0);
        const epochs = epochsIn(first[0].stdout) + 2;
        // As torchrun restarts them: --fresh applies to the first start only.
        const args = [...options('killed', epochs), '--fresh'];
        const restarted = await startTwo(folder, args, { TORCHELASTIC_RESTART_COUNT: '1' });
        const [output, other] = await bothOutputs(restarted);
        expect(output).toMatch(
          /^resumed .*killed\.checkpoint\.pth: epoch \d+, after step \d\nepoch /,
        );
        expect(epochsIn(output)).toBeLessThan(epochs);
        expect(other).toBe('');
        const entries = await logOf('killed');
        const ends = entries.filter(({ kind }) => kind === 'epoch').map(({ step }) => step);
        expect(ends).toEqual(Array.from({ length: epochs }, (_, index) => 5 * (index + 1)));
      },
      2 * HANGING_MS,
    );

    it(
      'ends with an error at a loss that is not finite',
      async () => {
        const diverging = new TrainingRun(folder, [...options('diverging', 1), '--lr', '1e20']);
        expect(await diverging.ended).toBe(1);
        expect(diverging.stderr).toMatch(
          /^step 2 \(epoch 1\): the loss is (nan|inf), .* smaller --lr \(now 1e\+20\), and with --fresh/m,
        );
      },
      HANGING_MS,
    );

    it('accumulates gradients to those of the whole batch, and computes in bfloat16', async () => {
      const result = JSON.parse(await runPython(STEPS, [pathOf('project')])) as {
        parts: number;
        mixed: number;
        type: string;
        losses: number[][];
      };
      expect(result.parts).toBeLessThan(1e-4);
      expect(result.losses[1][0] / result.losses[0][0]).toBeCloseTo(1, 5);
      expect(result.losses.map(([, , images]) => images)).toEqual([24, 24, 24]);
      expect(result.mixed).toBeLessThan(0.1);
      expect(result.mixed).toBeGreaterThan(1e-4); // less precise: bfloat16 was used
      expect(result.type).toBe('torch.float32');
    });

    it('explains what an option requires', async () => {
      const messages = JSON.parse(await runPython(USAGE_ERRORS, [pathOf('project')])) as string[];
      expect(messages).toEqual([
        expect.stringContaining('--sync-batch-norm requires GPUs'),
        expect.stringContaining('--compile requires PyTorch 2.0 or later'),
        expect.stringContaining('--tensorboard requires the package tensorboard'),
        expect.stringContaining('--accumulate is 0, must be at least 1'),
      ]);
    });
  },
);
