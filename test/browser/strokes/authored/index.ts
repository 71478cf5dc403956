// The parameters of the three hands that wrote the files in test/browser/strokes.

import { Rng } from '../../../../src/engine/rng.js';
import type { Hand, RecordedHand, RecordedPoint } from '../recorded.js';
import { FINGER_FORMS } from './finger.js';
import { type HandTraits, write, writeLine } from './hand.js';
import { MOUSE_FORMS } from './mouse.js';
import { PEN_FORMS } from './pen.js';

/** Large, upright, slow; straight lines waver, as with an unpracticed mouse. */
const MOUSE: HandTraits = {
  name: 'mouse',
  pointer: 'mouse',
  pad: [400, 400],
  size: [0.58, 0.76],
  stretch: [0.85, 1.1],
  slant: [-0.04, 0.1],
  turn: [-0.05, 0.05],
  displacement: 9,
  drift: [11, 4],
  tremor: [1.2, 10],
  pieceDuration: [90, 26],
  interval: 12,
  grid: 1,
  pressure: [0.5, 0.5], // what browsers report for every mouse
};

/**
 * Small, slanted, quick; corners are rounded, since the screen reports only 60 times per second.
 */
const FINGER: HandTraits = {
  name: 'finger',
  pointer: 'touch',
  pad: [320, 320],
  size: [0.36, 0.56],
  stretch: [0.75, 1.05],
  slant: [0.1, 0.34],
  turn: [-0.09, 0.03],
  displacement: 7,
  drift: [6, 6],
  tremor: [1, 12],
  pieceDuration: [60, 21],
  interval: 16,
  grid: 0.25,
  pressure: [0.2, 0.7],
};

/** In a hurry, upright to slanted backwards, narrow to wide; a pen with pressure. */
const PEN: HandTraits = {
  name: 'pen',
  pointer: 'pen',
  pad: [480, 480],
  size: [0.3, 0.7],
  stretch: [0.7, 1.35],
  slant: [-0.28, 0.06],
  turn: [-0.1, 0.1],
  displacement: 14,
  drift: [15, 5],
  tremor: [0.6, 10],
  pieceDuration: [40, 16],
  interval: 8,
  grid: 0.25,
  pressure: [0.15, 0.9],
};

/** Generates the recordings of all hands. */
export function writeHands(): RecordedHand[] {
  const rng = new Rng(20).split('recorded strokes');
  return [
    write(MOUSE, MOUSE_FORMS, rng.split('mouse')),
    write(FINGER, FINGER_FORMS, rng.split('finger')),
    write(PEN, PEN_FORMS, rng.split('pen')),
  ];
}

/** The hands with their forms. */
const WRITERS: Readonly<Record<Hand, readonly [HandTraits, Readonly<Record<string, string>>]>> = {
  mouse: [MOUSE, MOUSE_FORMS],
  finger: [FINGER, FINGER_FORMS],
  pen: [PEN, PEN_FORMS],
};

/**
 * A line of text in one of the hands. Letters without a form of their case get that of their class.
 */
export function writeText(hand: Hand, text: string, seed: number): RecordedPoint[][] {
  const [traits, forms] = WRITERS[hand];
  const known = Array.from(text, (character) =>
    character === ' ' || character in forms ? character : character.toUpperCase(),
  ).join('');
  return writeLine(traits, forms, known, new Rng(seed).split(`${hand} ${text}`));
}
