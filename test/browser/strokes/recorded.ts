// Reads and writes the recorded strokes (the README describes the format), and converts them for
// src/data/strokes/glyph.ts. For tests in Node only.

import { readFileSync } from 'node:fs';
import { ImageDataset } from '../../../src/data/loading/imageDataset.js';
import { renderGlyph } from '../../../src/data/strokes/glyph.js';
import { smoothStrokes } from '../../../src/data/strokes/smooth.js';
import { BALANCED_CLASSES } from '../../../src/data/emnist/splits.js';

/** Pointer position in pixels of the pad, milliseconds since the first contact, pressure 0..1. */
export type RecordedPoint = readonly [x: number, y: number, t: number, pressure: number];

export interface RecordedCharacter {
  /** A class of EMNIST Balanced. */
  readonly label: string;
  readonly strokes: readonly (readonly RecordedPoint[])[];
}

export interface RecordedHand {
  readonly hand: string;
  readonly pointer: 'mouse' | 'touch' | 'pen';
  readonly pad: readonly [width: number, height: number];
  readonly characters: readonly RecordedCharacter[];
}

/** The hands that have a file. */
export const HANDS = ['mouse', 'finger', 'pen'] as const;
export type Hand = (typeof HANDS)[number];

/** Path of a hand's file. */
export const recordingFile = (hand: string): URL => new URL(`${hand}.json`, import.meta.url);

/** Reads the file of a hand. */
export function readHand(hand: Hand): RecordedHand {
  return JSON.parse(readFileSync(recordingFile(hand), 'utf8')) as RecordedHand;
}

/** The text of a file: one line per character. */
export function recordingText({ hand, pointer, pad, characters }: RecordedHand): string {
  const header = JSON.stringify({ hand, pointer, pad }).slice(0, -1);
  const lines = characters.map((character) => `  ${JSON.stringify(character)}`).join(',\n');
  return `${header},"characters":[\n${lines}\n]}\n`;
}

/** The strokes of a character without time and pressure. */
export function plainStrokes({ strokes }: RecordedCharacter): number[][] {
  return strokes.map((points) => points.flatMap(([x, y]) => [x, y]));
}

/** The images of a hand, rendered by the page's code. */
export function recordedDataset(hand: Hand): ImageDataset {
  const { characters } = readHand(hand);
  const images = characters.map((character) => renderGlyph(smoothStrokes(plainStrokes(character))));
  return new ImageDataset({
    name: `recorded strokes: ${hand}`,
    images: Uint8Array.from(images.flatMap((image) => [...image])),
    height: 28,
    width: 28,
    labels: Uint8Array.from(characters, ({ label }) => BALANCED_CLASSES.indexOf(label)),
    classes: BALANCED_CLASSES,
    synthetic: true,
  });
}
