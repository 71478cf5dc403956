// The exported PyTorch project, run by PyTorch: the same logits, an epoch on two processes, and
// import of the result. Needs Python with PyTorch.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportProject } from '../../src/app/model/exportProject.js';
import type { Architecture } from '../../src/app/model/architecture.js';
import type { Convolutions } from '../../src/app/model/characterNet.js';
import { loadModel } from '../../src/app/model/modelFile.js';
import { BALANCED_CLASSES } from '../../src/data/emnist/splits.js';
import { onWasm } from '../app/support.js';
import { drawn, writeEmnist } from '../cli/support.js';
import { runPython, torchPython, torchMissing } from '../support/python.js';
import { largestDifference, logitsOf, randomNetwork, randomImages, UNUSUAL } from './models.js';

const IMAGES = 5;
/** Prints the logits of the project's network for the images in a file. */
const LOGITS = `
import json, sys, torch
sys.path.insert(0, sys.argv[1])
from network import load_model
model, names = load_model(sys.argv[2])
images = torch.frombuffer(bytearray(open(sys.argv[3], 'rb').read()), dtype=torch.float32).reshape(-1, 1, 28, 28)
with torch.no_grad():
  print(json.dumps(model.eval()(images).flatten().tolist()))
`;
import { skipNote } from '../support/skipping.js';
import { timeLimit } from '../support/timeLimit.js';

let folder: string;
const pathOf = (...names: string[]): string => join(folder, ...names);

async function torchLogits(model: string): Promise<number[]> {
  return JSON.parse(
    await runPython(LOGITS, [pathOf('project'), model, pathOf('images.f32')]),
  ) as number[];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Time limit of an epoch of 376 images, which takes about ten seconds. */
const HANGING_MS = timeLimit(80_000);

/**
 * Starts two processes with the environment variables that torchrun sets. torchrun of PyTorch 1.13
 * does not start on Python 3.11. A process that hangs is ended with SIGABRT, so that Python prints
 * a traceback.
 *
 * @returns the standard output of each process
 */
async function onTwoProcesses(args: readonly string[]): Promise<string[]> {
  const environment = {
    WORLD_SIZE: '2',
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: `${await freePort()}`,
    OMP_NUM_THREADS: '1',
    PYTHONFAULTHANDLER: '1',
  };
  const options = { cwd: folder, timeout: HANGING_MS, killSignal: 'SIGABRT' } as const;
  const start = promisify(execFile);
  const processes = ['0', '1'].map((rank) =>
    start(torchPython!, [pathOf('project', 'train.py'), ...args], {
      ...options,
      env: { ...process.env, ...environment, RANK: rank, LOCAL_RANK: rank },
    }),
  );
  // Wait for both: the error of one often explains the other's.
  const results = await Promise.allSettled(processes);
  const failed = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as Error] : [],
  );
  if (failed.length > 0)
    throw new AggregateError(failed, failed.map(({ message }) => message).join('\n'));
  return results.map(
    (result) => (result as PromiseFulfilledResult<{ stdout: string }>).value.stdout,
  );
}

describe.skipIf(torchMissing !== null)(
  `the exported PyTorch project${skipNote(torchMissing)}`,
  () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'inkgrad-project-'));
      await writeFile(pathOf('images.f32'), Buffer.from(randomImages(IMAGES).buffer));
    });
    afterAll(() => rm(folder, { recursive: true }));

    it.each([[UNUSUAL], [[1, 1, 1]]] as [Convolutions | Architecture][])(
      'gives the same logits with the architecture %j',
      (architecture) =>
        onWasm(async () => {
          const model = randomNetwork(47, 5, architecture);
          await rm(pathOf('project'), { recursive: true, force: true });
          const files = await exportProject(
            { model, classes: BALANCED_CLASSES, data: 'noise' },
            pathOf('project'),
          );
          expect(files).toEqual([
            'README.md',
            'emnist.py',
            'evaluate.py',
            'network.py',
            'train.py',
            'model.pth',
          ]);
          const torchValues = await torchLogits(pathOf('project', 'model.pth'));
          expect(torchValues).toHaveLength(IMAGES * 47);
          expect(
            largestDifference(await logitsOf(model, randomImages(IMAGES)), torchValues),
          ).toBeLessThan(1e-4);
          model.dispose();
        })(),
    );

    it(
      'trains on two processes, and the trained model can be loaded',
      onWasm(async () => {
        await writeEmnist(pathOf('data'), drawn('balanced', 376, 'train'), {
          split: 'balanced',
          part: 'train',
        });
        const args = [
          '--data',
          pathOf('data'),
          '--model',
          pathOf('project', 'model.pth'),
          '--out',
          pathOf('trained.pth'),
        ];
        const [first, second] = await onTwoProcesses([
          ...args,
          '--epochs',
          '1',
          '--batch-size',
          '32',
        ]);
        // Only process 0 prints: one line for the epoch.
        expect(first.trim()).toMatch(
          /^epoch 1\/1 {2}train loss \d\.\d{4} accuracy .* val loss \d\.\d{4} accuracy [\d.]+ %$/,
        );

        expect(second).toBe('');

        const { model, classes } = await loadModel(pathOf('trained.pth'));
        expect(classes).toEqual(BALANCED_CLASSES);
        const torchValues = await torchLogits(pathOf('trained.pth'));
        expect(
          largestDifference(await logitsOf(model, randomImages(IMAGES)), torchValues),
        ).toBeLessThan(1e-4);
        const before = await torchLogits(pathOf('project', 'model.pth'));
        // The trained model differs from the exported one.
        expect(largestDifference(before, torchValues)).toBeGreaterThan(0.1);
        model.dispose();
      }),
      2 * HANGING_MS,
    );
  },
);
