// Corrections as text: what is written is read again, and of what comes from elsewhere nothing is believed unchecked.

import { describe, expect, it } from 'vitest';
import {
  decodeCorrections,
  encodeCorrections,
  MAX_CORRECTIONS as MAX_CORRECTIONS,
  withMore,
  type Correction,
} from '../../src/app/web/teaching/corrections.js';
import { IMAGE_PIXELS } from '../../src/data/emnist/idx.js';
import { FormatError } from '../../src/engine/errors.js';

function correction(label: string, ink: number, strokes: readonly number[][] = []): Correction {
  const image = Uint8Array.from({ length: IMAGE_PIXELS }, (_, i) => (i * ink) % 256);
  return { label, was: '?', image, strokes };
}

/** A text of one correction in which one part is another. */
function textWith(part: object, file: object = {}): string {
  const { corrections, ...head } = JSON.parse(
    encodeCorrections([correction('B', 3, [[0, 1]])]),
  ) as {
    corrections: object[];
  };
  return JSON.stringify({ ...head, corrections: [{ ...corrections[0], ...part }], ...file });
}

const read = (text: string): Correction[] => decodeCorrections(text, 'mine.json');

describe('a text of corrections', () => {
  it('holds image, strokes and characters', () => {
    const list = [correction('B', 3, [[0.1, 0.25, 0.5, 1.9]]), correction('e', 7)];
    expect(read(encodeCorrections(list))).toEqual(list);
    expect(encodeCorrections(read(encodeCorrections(list)))).toBe(encodeCorrections(list));
    expect(read(encodeCorrections([]))).toEqual([]);
  });

  it('keeps strokes to a ten-thousandth of the pad', () => {
    const [{ strokes }] = read(encodeCorrections([correction('B', 3, [[1 / 3, 2 / 3]])]));
    expect(strokes).toEqual([[0.3333, 0.6667]]);
  });

  it.each([
    ['no JSON', 'hello', /mine\.json/],
    ['something else', '{"a": 1}', /is no file of corrections/],
    ['another kind', textWith({}, { kind: 'model' }), /is no file of corrections/],
    ['a later version', textWith({}, { version: 2 }), /version 2, this page reads 1/],
    ['no list', textWith({}, { corrections: 5 }), /expected a list/],
    ['an image cut short', textWith({ image: 'AAAA' }), /correction 1: its image is not 784 bytes/],
    [
      'an image that is no base 64',
      textWith({ image: '%%%' }),
      /correction 1: its image is not 784 bytes/,
    ],
    ['an odd stroke', textWith({ strokes: [[1, 2, 3]] }), /correction 1: a stroke is x, y/],
    ['a stroke far away', textWith({ strokes: [[1e9, 0]] }), /correction 1: a stroke is x, y/],
    ['a stroke of texts', textWith({ strokes: [['1', '2']] }), /correction 1: a stroke is x, y/],
    [
      'a stroke without end',
      textWith({ strokes: [Array(20_002).fill(0)] }),
      /more than 20000 numbers/,
    ],
    ['no character', textWith({ label: '' }), /correction 1: a character's name/],
    ['a number for a character', textWith({ label: 5 }), /correction 1\.label: expected a string/],
    ['a forbidden key', textWith({}).replace('"label"', '"__proto__":{},"label"'), /__proto__/],
  ])('is refused: %s', (_, text, message) => {
    expect(() => read(text)).toThrow(FormatError);
    expect(() => read(text)).toThrow(message);
  });

  it('is refused with more corrections than are kept', () => {
    const many = Array.from({ length: MAX_CORRECTIONS + 1 }, () => correction('B', 3));
    expect(() => read(encodeCorrections(many))).toThrow('holds 201 corrections, more than 200');
  });
});

describe('withMore', () => {
  it('lets the later word count of one and the same drawing', () => {
    const list = withMore([correction('B', 3), correction('e', 7)], [correction('8', 3)]);
    expect(list.map(({ label }) => label)).toEqual(['e', '8']);
  });

  it('lets the oldest go', () => {
    const many = Array.from({ length: MAX_CORRECTIONS }, (_, at) => correction(`${at}`, at + 1));
    const list = withMore(many, [correction('new', 0)]);
    expect(list).toHaveLength(MAX_CORRECTIONS);
    expect(list[0].label).toBe('1');
    expect(list.at(-1)?.label).toBe('new');
  });
});
