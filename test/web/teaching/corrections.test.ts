// Tests corrections as text: they are read back as written, and everything from elsewhere is
// validated.

import { describe, expect, it } from 'vitest';
import {
  decodeCorrections,
  encodeCorrections,
  MAX_CORRECTIONS as MAX_CORRECTIONS,
  addCorrections,
  type Correction,
} from '../../../src/app/web/teaching/corrections.js';
import { IMAGE_PIXELS } from '../../../src/data/emnist/idx.js';
import { FormatError } from '../../../src/engine/errors.js';

function correction(label: string, ink: number, strokes: readonly number[][] = []): Correction {
  const image = Uint8Array.from({ length: IMAGE_PIXELS }, (_, i) => (i * ink) % 256);
  return { label, was: '?', image, strokes };
}

/** A text of one correction with one part replaced. */
function textWith(part: object, file: object = {}): string {
  const { corrections, ...head } = JSON.parse(
    encodeCorrections([correction('B', 3, [[0, 1]])]),
  ) as {
    corrections: object[];
  };
  return JSON.stringify({ ...head, corrections: [{ ...corrections[0], ...part }], ...file });
}

const decode = (text: string): Correction[] => decodeCorrections(text, 'mine.json');

describe('a text of corrections', () => {
  it('contains image, strokes and characters', () => {
    const list = [correction('B', 3, [[0.1, 0.25, 0.5, 1.9]]), correction('e', 7)];
    expect(decode(encodeCorrections(list))).toEqual(list);
    expect(encodeCorrections(decode(encodeCorrections(list)))).toBe(encodeCorrections(list));
    expect(decode(encodeCorrections([]))).toEqual([]);
  });

  it('rounds strokes to a ten-thousandth of the pad', () => {
    const [{ strokes }] = decode(encodeCorrections([correction('B', 3, [[1 / 3, 2 / 3]])]));
    expect(strokes).toEqual([[0.3333, 0.6667]]);
  });

  it.each([
    ['invalid JSON', 'hello', /mine\.json/],
    ['another object', '{"a": 1}', /is no file of corrections/],
    ['another kind', textWith({}, { kind: 'model' }), /is no file of corrections/],
    ['a later version', textWith({}, { version: 2 }), /version 2, this page reads 1/],
    ['corrections that are not a list', textWith({}, { corrections: 5 }), /expected a list/],
    ['an image cut short', textWith({ image: 'AAAA' }), /correction 1: its image is not 784 bytes/],
    [
      'an image that is not base64',
      textWith({ image: '%%%' }),
      /correction 1: its image is not 784 bytes/,
    ],
    [
      'a stroke of odd length',
      textWith({ strokes: [[1, 2, 3]] }),
      /correction 1: a stroke is x, y/,
    ],
    [
      'a stroke outside the pad',
      textWith({ strokes: [[1e9, 0]] }),
      /correction 1: a stroke is x, y/,
    ],
    ['a stroke of strings', textWith({ strokes: [['1', '2']] }), /correction 1: a stroke is x, y/],
    [
      'a stroke with too many points',
      textWith({ strokes: [Array(20_002).fill(0)] }),
      /more than 20000 numbers/,
    ],
    ['no character', textWith({ label: '' }), /correction 1: a character's name/],
    ['a number for a character', textWith({ label: 5 }), /correction 1\.label: expected a string/],
    ['a forbidden key', textWith({}).replace('"label"', '"__proto__":{},"label"'), /__proto__/],
  ])('is rejected: %s', (_, text, message) => {
    expect(() => decode(text)).toThrow(FormatError);
    expect(() => decode(text)).toThrow(message);
  });

  it('is rejected if it has more corrections than the limit', () => {
    const many = Array.from({ length: MAX_CORRECTIONS + 1 }, () => correction('B', 3));
    expect(() => decode(encodeCorrections(many))).toThrow('holds 201 corrections, more than 200');
  });
});

describe('withMore', () => {
  it('keeps the later of two corrections of the same drawing', () => {
    const list = addCorrections([correction('B', 3), correction('e', 7)], [correction('8', 3)]);
    expect(list.map(({ label }) => label)).toEqual(['e', '8']);
  });

  it('drops the oldest', () => {
    const many = Array.from({ length: MAX_CORRECTIONS }, (_, at) => correction(`${at}`, at + 1));
    const list = addCorrections(many, [correction('new', 0)]);
    expect(list).toHaveLength(MAX_CORRECTIONS);
    expect(list[0].label).toBe('1');
    expect(list.at(-1)?.label).toBe('new');
  });
});
