// Tests the preparation of many image files on worker threads: results and order are those of one
// thread. Runs the built worker.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findImages, type ImageFile } from '../../../src/app/images/files.js';
import { prepareFiles, type PrepareFilesOptions } from '../../../src/app/images/prepareFiles.js';
import type { PreparedFile, PrepareOptions } from '../../../src/app/images/prepareFile.js';
import { handwriting } from '../../support/handwriting.js';
import { handwritingPng } from '../../support/handwritingImage.js';
import { grayPng } from '../../support/imageFiles.js';

const program = new URL('../../../dist/src/app/images/prepareWorker.js', import.meta.url);
let folder: string;
let files: readonly ImageFile[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkgrad-prepare-'));
  for (const [i, text] of ['A', 'HI', 'K', '7', 'WE', 'R', 'X', '4', 'B', 'N'].entries())
    await writeFile(join(folder, `${i}.png`), handwritingPng(handwriting('mouse', text, 4)));
  await writeFile(join(folder, '2-blank.png'), grayPng(new Uint8Array(400).fill(255), 20, 20));
  await writeFile(join(folder, '5-damaged.png'), 'no image');
  const found = await findImages([folder, join(folder, 'missing.png')]);
  files = [...found, { path: join(folder, 'gone.png') }, ...found.slice(0, 4)];
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function collect(
  options: PrepareOptions,
  threads: number,
  poolOptions?: PrepareFilesOptions,
): Promise<PreparedFile[]> {
  const results: PreparedFile[] = [];
  for await (const result of prepareFiles(files, options, threads, poolOptions))
    results.push(result);
  return results;
}

describe('prepareFiles', () => {
  it.each(['character', 'line'] as const)('does not depend on workers: %s', async (content) => {
    const options = { content, invert: 'auto' } as const;
    const expected = await collect(options, 1);
    const contents = expected.map((result) => result.content);
    expect(contents).toHaveLength(files.length);
    expect(contents.slice(0, 9)).toEqual([content, content, 'empty', content, content, content, 'error', content, content]); // prettier-ignore
    expect(contents.slice(12, 14)).toEqual(['error', 'error']);
    expect(await collect(options, 2, { startAtOnce: true, program })).toEqual(expected);
  });

  it('continues on this thread if no worker starts', async () => {
    const options = { content: 'character', invert: 'auto' } as const;
    const missing = new URL('missing.js', program);
    const results = await collect(options, 2, { startAtOnce: true, program: missing });
    expect(results).toEqual(await collect(options, 1));
  });

  it('ends its workers if the results are not needed', async () => {
    const results = prepareFiles(files, { content: 'character', invert: 'auto' }, 2, {
      startAtOnce: true,
      program,
    });
    const workers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = workers();
    expect((await results.next()).done).toBe(false);
    expect(workers()).toBeGreaterThan(before);
    // The workers send results while this thread is busy; they arrive after the end and are dropped.
    const start = performance.now();
    while (performance.now() - start < 300);
    await results.return(undefined);
    expect(workers()).toBe(before);
  });
});
