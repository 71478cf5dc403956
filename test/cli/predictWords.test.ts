// Tests `inkgrad predict --words` on images of handwriting, with the shipped model.

import { existsSync } from 'node:fs';
import { writeFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boundingBox } from '../../src/data/strokes/boundingBox.js';
import { SHIPPED_MODEL } from '../../src/app/model/shippedModel.js';
import { handwriting } from '../support/handwriting.js';
import { handwritingPng } from '../support/handwritingImage.js';
import { grayPng } from '../support/imageFiles.js';
import { inkgrad, jsonLines, makeFolder } from './support.js';

const MODEL = `--model ${fileURLToPath(SHIPPED_MODEL)}`;
const TEXTS = ['HAND', 'HI', 'WATER', 'FIND TIME', '2026', 'AND', 'XQ7B', 'A'];
let folder: string;

beforeAll(async () => {
  folder = await makeFolder();
  for (const text of TEXTS) {
    const png = handwritingPng(handwriting('mouse', text, 4));
    await writeFile(join(folder, `${text.replace(' ', '_')}.png`), png);
  }
  await writeFile(join(folder, 'blank.png'), grayPng(new Uint8Array(400).fill(255), 20, 20));
  await writeFile(join(folder, 'zigzag.png'), handwritingPng(wordAndZigzag('HI')));
  await writeFile(join(folder, 'bad.png'), 'no image');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A word, followed by a zigzag of the same height. */
function wordAndZigzag(text: string): number[][] {
  const word = handwriting('mouse', text, 4);
  const { top, right, bottom } = boundingBox(word);
  const height = bottom - top;
  const zigzag = Array.from({ length: 11 }, (_, i) => [
    right + height * (0.15 + (i % 2)),
    top + (height * i) / 10,
  ]);
  return [...word, zigzag.flat()];
}

const fileOf = (text: string): string => `${text.replace(' ', '_')}.png`;

it('recognizes the words of each image', async () => {
  const files = TEXTS.map(fileOf).join(' ');
  const result = await inkgrad(folder, `predict --words --json ${MODEL} ${files}`);
  expect(result.code, result.stderr).toBe(0);
  const lines = jsonLines(result);
  expect(lines.slice(0, TEXTS.length).map(({ text }) => text)).toEqual(TEXTS);
  expect(lines[0]).toMatchObject({ file: 'HAND.png', empty: false, kind: 'dark' });
  const characters = lines[0].characters as Record<string, unknown>[];
  expect(characters.map(({ text }) => text)).toEqual(['H', 'A', 'N', 'D']);
  for (const { probability, top } of characters) {
    expect(probability).toBeGreaterThan(0.5);
    expect(top).toHaveLength(3);
  }
});

it('prints the text and the probabilities of its characters', async () => {
  const { stdout } = await inkgrad(folder, `predict --words --top 2 ${MODEL} HAND.png zigzag.png`);
  expect(stdout).toMatch(/^HAND\.png\n {2}HAND\n {4}H +[\d.]+ % {2}\S [\d.]+ %\n {4}A /);
  expect(stdout).toMatch(
    /\nzigzag\.png\n {2}HI\uFFFD\n.*\n.*\n {4}\uFFFD not a letter or digit {2}\(most similar: \w [\d.]+ %, \w [\d.]+ %\)\n/,
  );
});

it('prints a table with --csv, one row per character', async () => {
  const result = await inkgrad(
    folder,
    `predict --words --csv --top 1 ${MODEL} blank.png zigzag.png`,
  );
  expect(result.code, result.stderr).toBe(0);
  const lines = result.stdout.split('\r\n');
  expect(lines).toEqual([
    'file,text,position,character,probability,rejected,reason,top1,probability1',
    'blank.png,,,,,true,empty,,',
    expect.stringMatching(/^zigzag\.png,HI\uFFFD,1,H,0\.\d+,false,,H,0\.\d+$/),
    expect.stringMatching(/^zigzag\.png,HI\uFFFD,2,I,0\.\d+,false,,\w,0\.\d+$/),
    expect.stringMatching(/^zigzag\.png,HI\uFFFD,3,,0\.\d+,true,not a letter or digit,\w,0\.\d+$/),
    '',
  ]);
});

it('writes the network input of every character', async () => {
  await inkgrad(folder, `predict --words --debug-dir seen ${MODEL} HI.png`);
  expect(existsSync(join(folder, 'seen', '0001-HI-1.png'))).toBe(true);
  expect(existsSync(join(folder, 'seen', '0001-HI-2.png'))).toBe(true);
});

it('continues after empty and damaged images', async () => {
  const result = await inkgrad(
    folder,
    `predict --words --json ${MODEL} blank.png bad.png HAND.png zigzag.png`,
  );
  expect(result.code).toBe(3);
  const [blank, bad, hand, zigzag] = jsonLines(result);
  expect(blank).toEqual({ file: 'blank.png', empty: true, kind: null });
  expect(bad.error).toMatch(/neither a PNG nor a JPEG/);
  expect(hand.text).toBe('HAND');
  expect(zigzag.text).toBe('HI\uFFFD');
  const characters = zigzag.characters as Record<string, unknown>[];
  expect(characters.map(({ rejected }) => rejected)).toEqual([false, false, true]);
  expect(characters[2].top).toHaveLength(3);
});

it('warns of more than one character without --words', async () => {
  const several = await inkgrad(folder, `predict --json ${MODEL} HAND.png`);
  expect(several.stderr).toContain('HAND.png: more than one character; use --words');
  expect(jsonLines(several)[0].severalCharacters).toBe(true);
  const one = await inkgrad(folder, `predict --json ${MODEL} A.png`);
  expect(one.stderr).not.toContain('more than one');
  expect(jsonLines(one)[0]).not.toHaveProperty('severalCharacters');
});
