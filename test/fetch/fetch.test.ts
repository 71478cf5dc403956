// Fetching EMNIST from a server on this machine: that only what is wanted travels, and that a break is mended. The
// official server itself cannot be part of a test.

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
  attempt,
  expectComplete,
  files,
  IMAGES,
  IMAGES_PARTIAL,
  partialsIn,
} from './attempt.js';

const wantedBytes = Object.values(files).reduce((sum, { length }) => sum + length, 0);

describe('a good server', () => {
  it('sends the wanted members and little more, and they can be read', async () => {
    const { dir, server, fetch, notes } = await attempt();
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
    expect(server.sent).toBeLessThan(wantedBytes + 100_000); // the directory is read in pieces of up to 64 KB
    expect(server.sent).toBeLessThan(archive.length);
    expect(notes).toEqual([]);
    const total = progress[0][1];
    expect(progress.at(-1)).toEqual([total, total]);
    expect(progress.every(([done], i) => i === 0 || done >= progress[i - 1][0])).toBe(true);
    const dataset = await readEmnist({ dir, split: 'letters', part: 'train' });
    expect(dataset.length).toBe(120);
  });

  it('is not asked again for what is there, only for its directory', async () => {
    const { dir, server, fetch } = await attempt();
    await fetch();
    const asked = server.ranges.length;
    const { files: found } = await fetch();
    expect(found.every(({ present }) => present)).toBe(true);
    expect(server.ranges.length - asked).toBeLessThan(10);
    expectComplete(dir);
  });

  it('is not asked at all where all digests are known', async () => {
    const { server, fetch } = await attempt();
    const digests = Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [
        name,
        createHash('sha256').update(bytes).digest('hex'),
      ]),
    );
    await fetch({ digests });
    const asked = server.ranges.length;
    const { source, files: found } = await fetch({ digests });
    expect(source).toBeNull();
    expect(found.map(({ name }) => name).sort()).toEqual(Object.keys(files).sort());
    expect(server.ranges.length).toBe(asked);
  });

  it('replaces a file that is damaged and keeps what had its name', async () => {
    const { dir, fetch } = await attempt();
    writeFileSync(join(dir, IMAGES), 'something of mine');
    const { files: found } = await fetch();
    expect(found.find(({ name }) => name === IMAGES)?.present).toBe(false);
    expect(readFileSync(join(dir, `${IMAGES}.old`), 'utf8')).toBe('something of mine');
    expect(readFileSync(join(dir, IMAGES)).equals(files[IMAGES])).toBe(true);
  });
});

/** Streams of images are longer than that; reading the directory takes less. */
const WITHIN_IMAGES = 70_000;

describe('a server that breaks off', () => {
  it('once in every answer is asked for the rest, not for the whole', async () => {
    const { dir, server, fetch, notes } = await attempt({ cutAfter: WITHIN_IMAGES, cuts: 2 });
    await fetch();
    expectComplete(dir);
    expect(notes).toHaveLength(2);
    expect(notes[0]).toMatch(/gzip\.zip: cannot be fetched, .*; trying again in 0.001 s/);
    expect(server.sent).toBeLessThan(wantedBytes + 200_000);
  });

  it('always is given up with what arrived kept, and a later run goes on from there', async () => {
    const { dir, server, fetch } = await attempt({ cutAfter: WITHIN_IMAGES, cuts: 1 });
    const failed = fetch({ tries: 1 });
    await expect(failed).rejects.toThrow(FetchError);
    await expect(failed).rejects.toThrow(/gzip\.zip: cannot be fetched, the connection broke/);
    expect(readdirSync(dir).filter((name) => name in files)).toEqual([]);
    const kept = partialsIn(dir);
    server.ranges.length = 0;
    await fetch();
    expectComplete(dir);
    expect(kept).toEqual([IMAGES_PARTIAL]);
    const dataStart = archive.indexOf(deflateRawSync(files[IMAGES]));
    expect(server.ranges.some((range) => Number(/(\d+)-/.exec(range ?? '')?.[1]) > dataStart)).toBe(
      true,
    );
    expect(
      server.ranges.filter((range) => range?.startsWith(`bytes=${dataStart}-`) === true),
    ).toEqual([]);
  });

  it('always, whatever is asked, is given up after the given tries', async () => {
    const { fetch, server } = await attempt({ cutAfter: 10 });
    await expect(fetch()).rejects.toThrow(/\(tried 3 times\)$/);
    expect(server.ranges).toHaveLength(3);
  });

  it('by saying nothing more is left after a while', async () => {
    const { dir, fetch, notes } = await attempt({ stallAfter: WITHIN_IMAGES });
    await fetch();
    expectComplete(dir);
    expect(notes[0]).toMatch(/nothing came for 0\.3 seconds/);
  });

  it('with 503 is asked again', async () => {
    const { dir, fetch, notes } = await attempt({ status: 503, failures: 2 });
    await fetch();
    expectComplete(dir);
    expect(notes[0]).toMatch(/the server answers 503 Service Unavailable; trying again/);
  });

  it('does not trick a later run into keeping what does not fit', async () => {
    const { dir, fetch, notes } = await attempt();
    writeFileSync(join(dir, IMAGES_PARTIAL), Buffer.alloc(500, 7));
    writeFileSync(join(dir, `${IMAGES}.00000000.partial`), 'of another archive');
    await fetch();
    expectComplete(dir);
    expect(notes).toEqual([
      expect.stringMatching(/the partial file of an earlier run did not fit/),
    ]);
  });
});

describe('a server without ranges', () => {
  it.each([{}, { noLength: true }, { cutAfter: 200_000, cuts: 1 }])(
    'sends the whole archive, which is taken apart and removed %o',
    async (more) => {
      const { dir, fetch, notes } = await attempt({ noRanges: true, ...more });
      await fetch();
      expectComplete(dir);
      expect(notes.join()).toMatch(/supports no ranges, so the whole archive is downloaded/);
    },
  );

  it('that always breaks off leaves nothing', async () => {
    const { dir, fetch } = await attempt({ noRanges: true, cutAfter: 200_000 });
    await expect(fetch()).rejects.toThrow(FetchError);
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('a server whose tags cannot be relied on', () => {
  it.each(['changing', 'weak'] as const)('(%s) is fetched from all the same', async (etag) => {
    const { dir, fetch } = await attempt({ etag, cutAfter: WITHIN_IMAGES, cuts: 2 });
    await fetch();
    expectComplete(dir);
  });
});

describe('an archive on disk', () => {
  it('gives its members without any network', async () => {
    const dir = await temporaryFolder();
    const from = join(await temporaryFolder(), 'gzip.zip');
    writeFileSync(from, archive);
    const { source } = await fetchEmnist({ split: 'letters', dir, from });
    expect(source).toBe(from);
    expectComplete(dir);
  });
});

it('stops when told to, with the reason, and keeps what arrived', async () => {
  const { dir, fetch } = await attempt();
  const [stop, reason] = [new AbortController(), new Error('enough')];
  const onProgress = (done: number): void => {
    if (done > 1000) stop.abort(reason);
  };
  await expect(fetch({ signal: stop.signal, onProgress })).rejects.toBe(reason);
  const left = readdirSync(dir);
  expect(left.filter((name) => !name.endsWith('.partial') && !(name in files))).toEqual([]);
  expect(left.length).toBeGreaterThan(0);
  expect(left.length).toBeLessThan(Object.keys(files).length);
  await fetch();
  expectComplete(dir);
});
