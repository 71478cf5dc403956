// Fetching EMNIST from a local server: only the requested files are transferred, and interrupted
// downloads are resumed. The official server is not tested.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fetchEmnist } from '../../src/app/fetch/fetchEmnist.js';
import { FetchError } from '../../src/app/fetch/networkErrors.js';
import { readEmnist } from '../../src/data/emnist/readEmnist.js';
import { temporaryFolder } from '../data/support.js';
import {
  archive,
  fetchSetup,
  expectComplete,
  files,
  IMAGES,
  IMAGES_PARTIAL,
  partialsIn,
} from './setup.js';

const requestedBytes = Object.values(files).reduce((sum, { length }) => sum + length, 0);

describe('a good server', () => {
  it('sends the requested members and little more, and they can be read', async () => {
    const { dir, server, fetch, notes } = await fetchSetup();
    const progress: [number, number][] = [];
    const result = await fetch({ onProgress: (done, total) => progress.push([done, total]) });
    expectComplete(dir);
    expect(result.source).toBe(server.url);
    for (const { name, bytes, sha256, present } of result.files) {
      const expected = createHash('sha256').update(files[name]).digest('hex');
      expect({ bytes, sha256, present }).toEqual({
        bytes: files[name].length,
        sha256: expected,
        present: false,
      });
    }
    expect(server.ranges).not.toContain(null);
    // The directory is read in chunks of up to 64 KB.
    expect(server.sent).toBeLessThan(requestedBytes + 100_000);
    expect(server.sent).toBeLessThan(archive.length);
    expect(notes).toEqual([]);
    const total = progress[0][1];
    expect(progress.at(-1)).toEqual([total, total]);
    expect(progress.every(([done], i) => i === 0 || done >= progress[i - 1][0])).toBe(true);
    const dataset = await readEmnist({ dir, split: 'letters', part: 'train' });
    expect(dataset.length).toBe(120);
  });

  it('receives requests only for the directory if all files are present', async () => {
    const { dir, server, fetch } = await fetchSetup();
    await fetch();
    const requestCount = server.ranges.length;
    const { files: fetched } = await fetch();
    expect(fetched.every(({ present }) => present)).toBe(true);
    expect(server.ranges.length - requestCount).toBeLessThan(10);
    expectComplete(dir);
  });

  it('receives no requests if all files match known digests', async () => {
    const { server, fetch } = await fetchSetup();
    const digests = Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [
        name,
        createHash('sha256').update(bytes).digest('hex'),
      ]),
    );
    await fetch({ digests });
    const requestCount = server.ranges.length;
    const { source, files: fetched } = await fetch({ digests });
    expect(source).toBeNull();
    expect(fetched.map(({ name }) => name).sort()).toEqual(Object.keys(files).sort());
    expect(server.ranges.length).toBe(requestCount);
  });

  it('replaces a file with wrong contents, and keeps the old one as .old', async () => {
    const { dir, fetch } = await fetchSetup();
    writeFileSync(join(dir, IMAGES), 'something of mine');
    const { files: fetched } = await fetch();
    expect(fetched.find(({ name }) => name === IMAGES)?.present).toBe(false);
    expect(readFileSync(join(dir, `${IMAGES}.old`), 'utf8')).toBe('something of mine');
    expect(readFileSync(join(dir, IMAGES)).equals(files[IMAGES])).toBe(true);
  });
});

/**
 * A position within the transfer of the images: the directory is shorter, the images are longer.
 */
const WITHIN_IMAGES = 70_000;

describe('a server that breaks the connection', () => {
  it('twice: only the remaining bytes are requested', async () => {
    const { dir, server, fetch, notes } = await fetchSetup({ cutAfter: WITHIN_IMAGES, cuts: 2 });
    await fetch();
    expectComplete(dir);
    expect(notes).toHaveLength(2);
    expect(notes[0]).toMatch(/gzip\.zip: download failed: .*; retrying in 0.001 s/);
    expect(server.sent).toBeLessThan(requestedBytes + 200_000);
  });

  it('without retries: received bytes are kept, and a later run continues from there', async () => {
    const { dir, server, fetch } = await fetchSetup({ cutAfter: WITHIN_IMAGES, cuts: 1 });
    const failed = fetch({ maxTries: 1 });
    await expect(failed).rejects.toThrow(FetchError);
    await expect(failed).rejects.toThrow(/gzip\.zip: download failed: connection lost/);
    expect(readdirSync(dir).filter((name) => name in files)).toEqual([]);
    const partials = partialsIn(dir);
    server.ranges.length = 0;
    await fetch();
    expectComplete(dir);
    expect(partials).toEqual([IMAGES_PARTIAL]);
    const dataStart = archive.indexOf(deflateRawSync(files[IMAGES]));
    expect(server.ranges.some((range) => Number(/(\d+)-/.exec(range ?? '')?.[1]) > dataStart)).toBe(
      true,
    );
    expect(
      server.ranges.filter((range) => range?.startsWith(`bytes=${dataStart}-`) === true),
    ).toEqual([]);
  });

  it('on every request: fails after the given number of tries', async () => {
    const { fetch, server } = await fetchSetup({ cutAfter: 10 });
    await expect(fetch()).rejects.toThrow(/\(3 tries\)$/);
    expect(server.ranges).toHaveLength(3);
  });

  it('by stalling: after a timeout the download continues', async () => {
    const { dir, fetch, notes } = await fetchSetup({ stallAfter: WITHIN_IMAGES });
    await fetch();
    expectComplete(dir);
    expect(notes[0]).toMatch(/no data received for 0\.3 seconds/);
  });

  it('with status 503: the request is repeated', async () => {
    const { dir, fetch, notes } = await fetchSetup({ status: 503, failures: 2 });
    await fetch();
    expectComplete(dir);
    expect(notes[0]).toMatch(/the server responded 503 Service Unavailable; retrying/);
  });

  it('leaving a wrong partial file: a later run discards it', async () => {
    const { dir, fetch, notes } = await fetchSetup();
    writeFileSync(join(dir, IMAGES_PARTIAL), Buffer.alloc(500, 7));
    writeFileSync(join(dir, `${IMAGES}.00000000.partial`), 'of another archive');
    await fetch();
    expectComplete(dir);
    expect(notes).toEqual([
      expect.stringMatching(/the partial file of an earlier run does not match/),
    ]);
  });
});

describe('a server without ranges', () => {
  it.each([{}, { noLength: true }, { cutAfter: 200_000, cuts: 1 }])(
    'sends the whole archive, which is unpacked and removed %o',
    async (more) => {
      const { dir, fetch, notes } = await fetchSetup({ noRanges: true, ...more });
      await fetch();
      expectComplete(dir);
      expect(notes.join()).toMatch(
        /does not support range requests; downloading the whole archive/,
      );
    },
  );

  it('that always breaks the connection leaves no files', async () => {
    const { dir, fetch } = await fetchSetup({ noRanges: true, cutAfter: 200_000 });
    await expect(fetch()).rejects.toThrow(FetchError);
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('a server with unreliable ETags', () => {
  it.each(['changing', 'weak'] as const)('(%s) can be used', async (etag) => {
    const { dir, fetch } = await fetchSetup({ etag, cutAfter: WITHIN_IMAGES, cuts: 2 });
    await fetch();
    expectComplete(dir);
  });
});

describe('an archive on disk', () => {
  it('is unpacked without network access', async () => {
    const dir = await temporaryFolder();
    const from = join(await temporaryFolder(), 'gzip.zip');
    writeFileSync(from, archive);
    const { source } = await fetchEmnist({ split: 'letters', dir, from });
    expect(source).toBe(from);
    expectComplete(dir);
  });
});

it('stops when aborted, rejects with the reason, and keeps the received bytes', async () => {
  const { dir, fetch } = await fetchSetup();
  const [controller, reason] = [new AbortController(), new Error('enough')];
  const onProgress = (done: number): void => {
    if (done > 1000) controller.abort(reason);
  };
  await expect(fetch({ signal: controller.signal, onProgress })).rejects.toBe(reason);
  const remaining = readdirSync(dir);
  expect(remaining.filter((name) => !name.endsWith('.partial') && !(name in files))).toEqual([]);
  expect(remaining.length).toBeGreaterThan(0);
  expect(remaining.length).toBeLessThan(Object.keys(files).length);
  await fetch();
  expectComplete(dir);
});
