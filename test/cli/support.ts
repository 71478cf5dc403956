// Runs the built command line on small EMNIST folders.

import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileName, type EmnistPart, type EmnistSplit } from '../../src/data/emnist/splits.js';
import { ImageDataset, selectImages } from '../../src/data/loading/imageDataset.js';
import { syntheticDataset, type SyntheticPart } from '../../src/data/strokes/synthetic.js';
import { idxImages, idxLabels } from '../data/support.js';
import { runInProcess, runShared, type CommandResult } from '../support/commands.js';

export { CLI } from '../support/commands.js';

export type Finished = CommandResult;

/** Creates a folder that the caller removes. */
export function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'inkgrad-cli-'));
}

const splitArguments = (command: string): string[] => (command === '' ? [] : command.split(' '));

/**
 * Runs `inkgrad` in a folder, without EMNIST_DIR and without network, in the process that the
 * commands of a test file share.
 *
 * @param command the arguments, separated by spaces
 */
export async function inkgrad(
  cwd: string,
  command: string,
  env: Record<string, string> = {},
): Promise<Finished> {
  const { code, stdout, stderr } = await runShared({ cwd, args: splitArguments(command), env });
  return { code, stdout, stderr };
}

/**
 * Runs `inkgrad` in a separate process, for stdin, exit codes of the process, and concurrent
 * commands.
 */
export function inkgradProcess(
  cwd: string,
  command: string,
  { env, input }: { env?: Record<string, string>; input?: Uint8Array } = {},
): Promise<Finished> {
  return runInProcess({ cwd, args: splitArguments(command), env, ...(input && { input }) });
}

/** Each line of stdout as JSON; fails if a line is not JSON. */
export function jsonLines({ stdout }: Finished): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** `count` synthetic characters in the classes of a split; for Letters, the capitals among them. */
export function drawn(
  split: 'balanced' | 'letters',
  count: number,
  part: SyntheticPart,
): ImageDataset {
  const all = syntheticDataset({ seed: 3, count, part });
  if (split === 'balanced') return all;
  const [first, letters] = [10, all.classes.slice(10, 36)];
  const indices = [...all.labels.keys()].filter((i) =>
    letters.includes(all.classes[all.labels[i]]),
  );
  const selected = selectImages(all, indices);
  const labels = selected.labels.map((label) => label - first);
  return selected.with({ classes: letters, labels });
}

/** Writes a part in the official format: images transposed, labels numbered as in the split. */
export async function writeEmnist(
  folder: string,
  dataset: ImageDataset,
  { split, part, firstLabel = 0 }: { split: EmnistSplit; part: EmnistPart; firstLabel?: number },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Independent of the reader's function, so that the test detects an error in the reader.
  const stored = dataset.images.map((_, index, images) => {
    const [x, y] = [Math.floor(index / 28) % 28, index % 28];
    return images[index - 28 * x - y + 28 * y + x];
  });
  const labels = Array.from(dataset.labels, (label) => label + firstLabel);
  await writeFile(join(folder, fileName(split, part, 'images')), idxImages(stored));
  await writeFile(join(folder, fileName(split, part, 'labels')), idxLabels(labels));
}
