// Damaged and hostile config.json files in the folder of a run that is resumed: 28 variants, each
// rejected with the reason.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/app/errors.js';
import { SETTINGS } from '../../src/app/run/settings.js';
import { parseConfig, readConfig, writeConfig } from '../../src/app/run/config.js';
import { describeHostile, faultsOf, runHostile, type HostileCase } from './support.js';

const DIGEST = 'ab'.repeat(32);

/** A config as train writes it. */
const GOOD = {
  format: 5,
  settings: Object.fromEntries(
    Object.entries(SETTINGS).map(([name, { defaultValue: initial }]) => [name, initial]),
  ),
  classes: Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt'),
  parameters: 400367,
  data: {
    name: 'synthetic characters (not EMNIST), training part',
    synthetic: true,
    folder: null,
    files: [] as unknown[],
    train: { images: 5076, sha256: DIGEST },
    validation: { images: 564, sha256: DIGEST },
  },
  teachers: [] as unknown[],
  sittings: [
    {
      started: '2026-01-01T00:00:00.000Z',
      from: 'the beginning',
      inkgrad: '0.1.0',
      node: 'v20.19.0',
      platform: 'linux x64',
      backend: 'wasm (base SIMD, 2 threads)',
      device: null,
    },
  ],
};

const withSettings = (changes: object): string =>
  JSON.stringify({ ...GOOD, settings: { ...GOOD.settings, ...changes } });
const withChanges = (changes: object): string => JSON.stringify({ ...GOOD, ...changes });
const inSettings = (text: string): string =>
  JSON.stringify(GOOD).replace('"settings":{', `"settings":{${text},`);

/** The defect, the file, and the error message. */
const CASES: [string, string | Uint8Array, RegExp, number?][] = [
  ['is empty', '', /not JSON/],
  ['is not JSON', 'epochs = 20', /not JSON/],
  ['was cut short', JSON.stringify(GOOD).slice(0, -40), /not JSON/],
  ['is a program', 'process.exit(0)', /not JSON/],
  ['contains bytes that are not UTF-8', Uint8Array.of(0xff, 0xfe, 0x7b, 0x00), /not UTF-8 text/],
  [
    'is of two megabytes',
    `{"format":2,"x":"${'x'.repeat(2e6)}"}`,
    /2000019 bytes, above the limit of 1000000/,
  ],
  [
    'is nested 100,000 levels deep',
    `{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
    /nested deeper than 8 levels/,
  ],
  ['is a list', '[1, 2, 3]', /config: expected a JSON object/],
  ['is null', 'null', /config: expected a JSON object/],
  ['names __proto__', inSettings('"__proto__":{"lr":1}'), /the key __proto__ is not allowed/],
  [
    'names __proto__ in escapes',
    inSettings('"\\u005f_proto__":1'),
    /the key __proto__ is not allowed/,
  ],
  ['names constructor', inSettings('"constructor":1'), /the key constructor is not allowed/],
  ['has a duplicate key', inSettings('"lr":0.5'), /the key "lr" appears twice/],
  [
    'contains a number above the float range',
    JSON.stringify(GOOD).replace('"lr":0.001', '"lr":1e999'),
    /settings\.lr: expected above 0/,
  ],
  ['has an unknown setting', withSettings({ shell: 'rm -rf .' }), /unknown setting "shell"/],
  [
    'lacks a setting',
    JSON.stringify(GOOD).replace('"epochs":20,', ''),
    /settings: epochs is missing/,
  ],
  [
    'has a batch size of -1',
    withSettings({ batchSize: -1 }),
    /settings\.batchSize: expected a whole number of at least 1, got -1/,
  ],
  [
    'has a list as the seed',
    withSettings({ seed: [42] }),
    /settings\.seed: expected a whole number of at least 0, got \[42\]/,
  ],
  [
    'has a later format version',
    withChanges({ format: 6 }),
    /it has format version 6, this program reads 5/,
  ],
  ['has no data', withChanges({ data: 7 }), /config\.data: expected an object/],
  ['has invalid teachers', withChanges({ teachers: 7 }), /config\.teachers: expected a list/],
  [
    'has an invalid digest',
    withChanges({ data: { ...GOOD.data, train: { images: 5, sha256: 'x'.repeat(64) } } }),
    /config\.data\.train\.sha256: expected 64 hexadecimal digits/,
  ],
  [
    'has numbers as classes',
    withChanges({ classes: [1, 2] }),
    /config\.classes: expected a list of strings/,
  ],
  [
    'contains a string of 900 KB',
    withSettings({ lr: 'A'.repeat(9e5) }),
    /settings\.lr: expected above 0, got "AAAA.{300,400} \.\.\./,
  ],
  // Valid, but the digest of the data is false.
  [
    'has a false digest of the data',
    withSettings({ limit: 94, valFraction: 0.5 }),
    /the training data differs from the data of the run/,
    3,
  ],
];

describe('a config with digests', () => {
  const edit = async (change: (text: string) => string): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'inkgrad-config-'));
    try {
      const { verified, ...written } = parseConfig(JSON.stringify(GOOD));
      expect(verified).toBe(false);
      await writeConfig(folder, written);
      const path = join(folder, 'config.json');
      await writeFile(path, change(await readFile(path, 'utf8')));
      expect((await readConfig(folder)).verified).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it('is verified', () => edit((text) => text));

  it.each([
    [
      /"batchSize": 64/,
      '"batchSize": 32',
      /settings\.batchSize was changed to 32 .*start a new run with --batch-size 32/,
    ],
    [/"epochs": 20/, '"epochs": 30', /settings\.epochs was changed to 30 .*pass --epochs 30/],
    [/"images": 564/, '"images": 565', /data was changed after inkgrad wrote it/],
    [/"parameters": 400367/, '"parameters": 7', /parameters was changed/],
    [/linux x64/, 'linux arm64', /sittings was changed/],
  ])(
    'that is edited at %s is rejected, naming the field',
    async (pattern, replacement, message) => {
      const edited = edit((text) => text.replace(pattern, replacement));
      await expect(edited).rejects.toThrow(message);
      await expect(edited).rejects.toThrow(ModelError);
    },
  );
});

describe('the config before damage', () => {
  it('is valid', () => {
    expect(parseConfig(JSON.stringify(GOOD)).settings.epochs).toBe(20);
  });
});

describeHostile(
  'config.json',
  CASES.map(([name, config, message, code = 4]): HostileCase => ({
    name,
    message,
    code,
    files: { 'run/config.json': config },
    command: 'train --resume run',
    culprit: code === 4 ? 'run/config.json' : '--resume run',
  })),
  [
    'is of two megabytes',
    'is nested 100,000 levels deep',
    'contains a string of 900 KB',
    'has a false digest of the data',
  ],
);

// Messages that quote the file: NaN, or terminal control sequences, which must be escaped.
describe.concurrent('a hostile config.json is quoted safely:', () => {
  it.each([
    ['NaN', JSON.stringify(GOOD).replace('"lr":0.001', '"lr":NaN'), /not JSON \(.*NaN/],
    ['NaN as a string', withSettings({ lr: 'NaN' }), /settings\.lr: expected above 0, got "NaN"/],
    [
      'terminal control sequences',
      inSettings(String.raw`"\u001b[2J\u0007\u009b\u202e":1`),
      /unknown setting "\\u001b\[2J\\u0007\?\?"/,
    ],
  ])('%s', async (_, config, message) => {
    const files = { 'run/config.json': config };
    const outcome = await runHostile({ files, command: 'train --resume run' }, 'shared');
    const faults = faultsOf(outcome, { culprit: 'run/config.json', code: 4, message }, 'shared');
    expect(faults.filter((fault) => !fault.includes('contains undefined, NaN'))).toEqual([]);
    expect(outcome.stderr.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
  });
});
