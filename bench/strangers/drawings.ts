// Reads a folder of handwriting from outside EMNIST: strokes.jsonl.gz, one drawing per line, and
// pictures.csv with the names and labels of image files.

import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { BALANCED_CLASSES } from '../../src/data/emnist/splits.js';
import { preprocess } from '../../src/data/image/preprocess.js';
import { boundingBox } from '../../src/data/strokes/boundingBox.js';
import { renderGlyph, type Stroke } from '../../src/data/strokes/glyph.js';
import { smoothStrokes } from '../../src/data/strokes/smooth.js';
import { StrokeBuilder } from '../../src/data/strokes/strokeBuilder.js';
import { decodeImage } from '../../src/app/images/decode.js';

/** One character written outside EMNIST, and the input of the network for it. */
export interface Sample {
  /** `tablet` and `mouse` are strokes, `paper` and `canvas` images. */
  readonly set: string;
  /** Writer or file, for the list of errors. */
  readonly name: string;
  /** The character as written, one of 62. */
  readonly written: string;
  /** Its class, one of the 47 of EMNIST Balanced. */
  readonly label: string;
  /** `[28, 28]`, 0 = paper, 255 = ink; null if no ink was found. */
  readonly image: Uint8Array | null;
}

/** Size of a drawing on the pad, as a fraction of its height. */
const SIZE_ON_PAD = 0.6;

/** The class of a character: EMNIST Balanced has one class for both cases of 15 letters. */
function classOf(character: string): string {
  if (BALANCED_CLASSES.includes(character)) return character;
  const upper = character.toUpperCase();
  if (BALANCED_CLASSES.includes(upper)) return upper;
  throw new Error(`strangers: ${character} is not a digit or a letter`);
}

/** All samples of a folder, strokes first. */
export async function readSamples(folder: string): Promise<readonly Sample[]> {
  return [...(await readStrokes(folder)), ...(await readImages(folder))];
}

interface Line {
  readonly source: string;
  readonly writer: string;
  readonly label: string;
  readonly strokes: readonly (readonly number[])[];
}

async function readStrokes(folder: string): Promise<Sample[]> {
  const file = createReadStream(join(folder, 'strokes.jsonl.gz'));
  const samples: Sample[] = [];
  for await (const text of createInterface(file.pipe(createGunzip()))) {
    const { source, writer, label, strokes } = JSON.parse(text) as Line;
    const image = renderGlyph(smoothStrokes(drawOnPad(strokes)));
    const name = `${writer} ${label}`;
    samples.push({ set: source, name, written: label, label: classOf(label), image });
  }
  return samples;
}

/** The strokes as the page's pad would store them. */
function drawOnPad(strokes: readonly Stroke[]): Stroke[] {
  const { left, top, right, bottom } = boundingBox(strokes);
  const scale = SIZE_ON_PAD / Math.max(right - left, bottom - top, 1e-9);
  return strokes.map((stroke) => {
    const builder = new StrokeBuilder();
    for (let i = 0; i + 1 < stroke.length; i += 2) {
      builder.add(scale * (stroke[i] - left), scale * (stroke[i + 1] - top), 0.5);
    }
    return builder.points;
  });
}

async function readImages(folder: string): Promise<Sample[]> {
  const [, ...lines] = (await readFile(join(folder, 'pictures.csv'), 'utf8')).trim().split(/\r?\n/);
  const samples: Sample[] = [];
  for (const line of lines) {
    const [file, label] = line.split(',');
    const bytes = new Uint8Array(await readFile(join(folder, file)));
    const { image, empty } = preprocess(decodeImage(bytes, file));
    const set = file.split('/')[0];
    const name = file.slice(set.length + 1);
    samples.push({ set, name, written: label, label: classOf(label), image: empty ? null : image });
  }
  return samples;
}
