// The built command line as a child process, and small EMNIST folders for it to read. Imports node: and data.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileName, type EmnistPart, type EmnistSplit } from '../../src/data/splits.js';
import { subset, type Dataset } from '../../src/data/dataset.js';
import { syntheticDataset, type SyntheticPart } from '../../src/data/synthetic.js';
import { idxImages, idxLabels } from '../data/support.js';

export const CLI = fileURLToPath(new URL('../../dist/src/app/cli.js', import.meta.url));

export interface Finished {
  /** Null if it had to be killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that the caller removes. */
export function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'inkgrad-cli-'));
}

/**
 * Runs `inkgrad` in a folder, without the EMNIST_DIR of whoever runs the tests, and without fetching it. `input` is what
 * it finds on stdin.
 */
export function inkgrad(
  cwd: string,
  words: string,
  env: Record<string, string> = {},
  input: Uint8Array = new Uint8Array(),
): Promise<Finished> {
  if (!existsSync(CLI)) throw new Error('the command line is not built: run npm run build first');
  const args = words === '' ? [] : words.split(' ');
  const allEnv = { ...process.env, EMNIST_DIR: undefined, INKGRAD_OFFLINE: '1', ...env };
  const options = { cwd, env: allEnv, timeout: 50_000, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, ...args], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
    child.stdin?.on('error', () => undefined); // a program that does not read it may end first
    child.stdin?.end(input);
  });
}

/** Each line of stdout as JSON; fails if any is not. */
export function jsonLines({ stdout }: Finished): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** `count` drawn characters in the classes of a split; of Letters, the capitals among so many. */
export function drawn(split: 'balanced' | 'letters', count: number, part: SyntheticPart): Dataset {
  const all = syntheticDataset({ seed: 3, count, part });
  if (split === 'balanced') return all;
  const [first, letters] = [10, all.classes.slice(10, 36)];
  const chosen = [...all.labels.keys()].filter((i) => letters.includes(all.classes[all.labels[i]]));
  const some = subset(all, chosen);
  return { ...some, classes: letters, labels: some.labels.map((label) => label - first) };
}

/** Writes a part in the official format: images transposed, labels as the split counts them. */
export async function writeEmnist(
  folder: string,
  dataset: Dataset,
  { split, part, firstLabel = 0 }: { split: EmnistSplit; part: EmnistPart; firstLabel?: number },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Written out again, and not with the reader's own function, so that the reader cannot be wrong unnoticed.
  const stored = dataset.images.map((_, place, images) => {
    const [x, y] = [Math.floor(place / 28) % 28, place % 28];
    return images[place - 28 * x - y + 28 * y + x];
  });
  const labels = Array.from(dataset.labels, (label) => label + firstLabel);
  await writeFile(join(folder, fileName(split, part, 'images')), idxImages(stored));
  await writeFile(join(folder, fileName(split, part, 'labels')), idxLabels(labels));
}
