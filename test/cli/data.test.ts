// Tests `inkgrad data fetch`, and `inkgrad train` without data, as processes against a local
// server.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../data/support.js';
import { archiveMembers, serve, splitFiles } from '../fetch/support.js';
import { zip } from '../support/zip.js';
import { CLI, inkgrad, jsonLines } from './support.js';

const files = splitFiles('letters');
const archive = zip(archiveMembers(files));
const names = Object.keys(files).sort();
const FETCH = 'data fetch --split letters';

describe('data fetch', () => {
  it('downloads the files into the default folder, and prints the next command', async () => {
    const [{ url }, folder] = [await serve(archive), await temporaryFolder()];
    const { code, stdout, stderr } = await inkgrad(folder, `${FETCH} --url ${url}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readdirSync(join(folder, 'data', 'emnist')).sort()).toEqual(names);
    for (const name of names)
      expect(stdout).toContain(`fetched   ${name}  ${files[name].length} bytes`);
    expect(stdout).toMatch(
      /EMNIST letters is in data\/emnist; .*\nnext {6}npx inkgrad train --split letters\n$/s,
    );
  });

  it('prints one object with --json, and nothing with --quiet', async () => {
    const [{ url }, folder] = [await serve(archive), await temporaryFolder()];
    const first = await inkgrad(folder, `${FETCH} --dir d --json`, { INKGRAD_EMNIST_URL: url });
    expect(first.code, first.stderr).toBe(0);
    const [result, ...more] = jsonLines(first);
    expect(more).toEqual([]);
    expect(result).toMatchObject({ split: 'letters', dir: 'd', source: url });
    expect((result.files as { name: string }[]).map(({ name }) => name).sort()).toEqual(names);
    expect(Object.keys((result.files as object[])[0])).toEqual([
      'name',
      'bytes',
      'sha256',
      'present',
    ]);
    expect(await inkgrad(folder, `${FETCH} --dir d --quiet --url ${url}`)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('accepts an archive on disk', async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, 'gzip.zip'), archive);
    const { code, stdout } = await inkgrad(folder, `${FETCH} --from gzip.zip --dir here`);
    expect(code).toBe(0);
    expect(readdirSync(join(folder, 'here')).sort()).toEqual(names);
    expect(stdout).toContain('next      npx inkgrad train --split letters --data here');
  });

  it.each([
    [
      '',
      { page: '<html><body>gone' },
      3,
      /^inkgrad: http:.*gzip\.zip: is an HTML page, not a ZIP archive/,
    ],
    ['', { status: 404 }, 3, /^inkgrad: http:.*gzip\.zip: the server responded 404/],
    ['', { status: 403 }, 3, /^inkgrad: http:.*gzip\.zip: the server responded 403/],
    [' --from nowhere.zip', {}, 3, /^inkgrad: nowhere\.zip: no such file/],
    [' --from .', {}, 3, /^inkgrad: \.: is not a file/],
  ])('rejects%s %o', async (flags, misdeeds, expected, message) => {
    const [{ url }, folder] = [await serve(archive, misdeeds), await temporaryFolder()];
    const command = `${FETCH}${flags === '' ? ` --url ${url}` : flags}`;
    const { code, stdout, stderr } = await inkgrad(folder, command);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  });

  it.each([
    ['data', /^inkgrad: Specify a subcommand: fetch \(see inkgrad data --help\)/],
    ['data fetsch', /^inkgrad: Unknown command: fetsch; did you mean fetch\?/],
    ['data fetch --split nope', /--split must be one of balanced, letters, .*, got nope/],
    ['data fetch --from a --url b', /Arguments from and url are mutually exclusive/],
  ])('inkgrad %s ends with code 2', async (command, message) => {
    const { code, stderr } = await inkgrad(await temporaryFolder(), command);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'ends at %s with code %i, and keeps received data as .partial',
    async (signal, expected) => {
      const [{ url }, dir] = [
        await serve(archive, { stallAfter: 70_000 }),
        await temporaryFolder(),
      ];
      const child = spawn(process.execPath, [CLI, ...FETCH.split(' '), '--url', url, '--dir', dir]);
      let stderr = '';
      child.stderr.on('data', (text) => (stderr += String(text)));
      const ended = new Promise((resolve) => child.on('close', resolve));
      const arrived = (): boolean =>
        readdirSync(dir).some(
          (name) => name.endsWith('.partial') && readFileSync(join(dir, name)).length > 0,
        );
      while (!arrived()) await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill(signal);
      expect(await ended, stderr).toBe(expected);
      expect(stderr).toMatch(
        /^inkgrad: stopped; .*\.partial files, and the same command resumes the download\n$/,
      );
      expect(readdirSync(dir).filter((name) => !name.endsWith('.partial'))).toEqual([]);
      const { code } = await inkgrad(dir, `${FETCH} --url ${url} --dir ${dir}`);
      expect(code).toBe(0);
      expect(readdirSync(dir).sort()).toEqual(names);
    },
  );
});

describe('train without data', () => {
  const TRAIN = 'train --split letters --limit 104 --val-fraction 0.25 --epochs 1 --json';

  it('downloads it and trains on it', async () => {
    const [{ url }, folder] = [await serve(archive), await temporaryFolder()];
    const { code, stderr } = await inkgrad(folder, TRAIN, {
      INKGRAD_OFFLINE: '',
      INKGRAD_EMNIST_URL: url,
    });
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('No EMNIST data found: fetching the letters split into data/emnist');
    expect(stderr).toContain('EMNIST letters train, training part: 78 images');
    expect(stderr).not.toContain('SYNTHETIC');
    expect(readdirSync(join(folder, 'data', 'emnist')).sort()).toEqual(names);
  });

  it('explains a failed download, and trains on synthetic characters', async () => {
    const [{ url }, folder] = [await serve(archive, { status: 404 }), await temporaryFolder()];
    const { code, stderr } = await inkgrad(folder, TRAIN, {
      INKGRAD_OFFLINE: '',
      INKGRAD_EMNIST_URL: url,
    });
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/\*\*\* No EMNIST data found.*SYNTHETIC.*Reason: http:.*responded 404/s);
  });

  it.each([
    [`${TRAIN} --offline`, '', '--offline'],
    [TRAIN, '1', 'INKGRAD_OFFLINE'],
  ])('makes no request: %s with INKGRAD_OFFLINE=%s', async (command, INKGRAD_OFFLINE, reason) => {
    const [server, folder] = [await serve(archive), await temporaryFolder()];
    const { code, stderr } = await inkgrad(folder, command, {
      INKGRAD_OFFLINE,
      INKGRAD_EMNIST_URL: server.url,
    });
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(RegExp(`SYNTHETIC.*Reason: ${reason} disables the download`, 's'));
    expect(server.ranges).toEqual([]);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });
});
