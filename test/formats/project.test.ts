// The exported PyTorch project, run by PyTorch: the same logits, an epoch on two processes, and
// import of the result. Needs Python with PyTorch.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportProject } from '../../src/app/model/exportProject.js';
import type { Architecture } from '../../src/app/model/architecture.js';
import { CharacterNet, type Convolutions } from '../../src/app/model/characterNet.js';
import { evaluate } from '../../src/app/evaluation/evaluate.js';
import { loadModel } from '../../src/app/model/modelFile.js';
import { holdOutValidation } from '../../src/app/training/holdOut.js';
import { Trainer } from '../../src/app/training/trainer.js';
import { Rng } from '../../src/engine/rng.js';
import { BALANCED_CLASSES } from '../../src/data/emnist/splits.js';
import { onWasm } from '../app/support.js';
import { drawn, writeEmnist } from '../cli/support.js';
import { runPython, torchMissing } from '../support/python.js';
import { skipNote } from '../support/skipping.js';
import { largestDifference, logitsOf, randomNetwork, randomImages, UNUSUAL } from './models.js';
import { bothOutputs, HANGING_MS, startTwo, TrainingRun } from './projectRuns.js';

const TEMPLATES = 'src/app/formats/pytorchProject';
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
/** Runs evaluate.py of a project. */
const EVALUATE = `
import sys
sys.path.insert(0, sys.argv.pop(1))
from evaluate import main
main()
`;

let folder: string;
const pathOf = (...names: string[]): string => join(folder, ...names);

async function torchLogits(model: string): Promise<number[]> {
  return JSON.parse(
    await runPython(LOGITS, [pathOf('project'), model, pathOf('images.f32')]),
  ) as number[];
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
          const sources = (await readdir(TEMPLATES)).filter((name) => /\.(py|md)$/.test(name));
          expect(files).toEqual([...sources.sort(), 'model.pth']);
          expect((await readdir(pathOf('project'))).sort()).toEqual([...files].sort());
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
        const test = drawn('balanced', 188, 'test');
        await writeEmnist(pathOf('data'), test, { split: 'balanced', part: 'test' });
        const args = [
          '--data',
          pathOf('data'),
          '--model',
          pathOf('project', 'model.pth'),
          '--out',
          pathOf('trained.pth'),
        ];
        const runs = await startTwo(folder, [...args, '--epochs', '1', '--batch-size', '32']);
        const [first, second] = await bothOutputs(runs);
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

        const evaluated = await runPython(EVALUATE, [
          pathOf('project'),
          ...['--data', pathOf('data'), '--model', pathOf('trained.pth')],
        ]);
        const { accuracy } = await evaluate(model, test);
        expect(evaluated).toContain(
          `${Math.round(accuracy * test.length)} of ${test.length} correct`,
        );
        model.dispose();
      }),
      2 * HANGING_MS,
    );

    it(
      'has the losses of inkgrad, from the same weights without dropout',
      onWasm(async () => {
        const cwd = pathOf('same');
        const network = new CharacterNet({ classes: 47, rng: new Rng(2), dropout: 0 });
        const all = drawn('balanced', 940, 'train');
        const exported = { model: network, classes: BALANCED_CLASSES, data: 'drawn' };
        await mkdir(cwd);
        await exportProject(exported, join(cwd, 'project'));
        await writeEmnist(join(cwd, 'data'), all, { split: 'balanced', part: 'train' });
        const run = new TrainingRun(cwd, [
          ...['--data', 'data', '--model', 'project/model.pth', '--warm', '--dropout', '0'],
          ...['--epochs', '1', '--batch-size', '16', '--seed', '7', '--check-every', '1'],
          ...['--lr', '0.0001'],
        ]);
        const output = run.output();

        const rng = new Rng(7);
        const parts = holdOutValidation(all, 0.1, rng, '--val-fraction');
        const trainer = new Trainer({
          model: network,
          ...parts,
          rng,
          epochs: 1,
          batchSize: 16,
          learningRate: 0.0001,
        });
        const losses: number[] = [];
        let [sum, done, mean] = [0, 0, 0];
        for await (const event of trainer.run()) {
          mean = event.trainLoss;
          if (event.event === 'epoch') continue;
          losses.push((mean * event.done - sum) / (event.done - done));
          [sum, done] = [mean * event.done, event.done];
        }
        trainer.dispose();
        network.dispose();

        await output;
        const lines = (await readFile(join(cwd, 'trained.jsonl'), 'utf8')).trimEnd().split('\n');
        const entries = lines.map((line) => JSON.parse(line) as Record<string, number>);
        expect(entries).toHaveLength(losses.length + 1);
        expect(losses.length).toBeGreaterThan(50);
        // With another order, the loss of the third step differs by 1 %.
        for (const [step, loss] of losses.slice(0, 50).entries())
          expect(Math.abs(entries[step].loss / loss - 1), `step ${step + 1}`).toBeLessThan(5e-3);
        expect(Math.abs(entries.at(-1)!.train_loss / mean - 1)).toBeLessThan(1e-3);
      }),
      HANGING_MS,
    );
  },
);
