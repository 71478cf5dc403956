// Simulates a hand that writes authored forms on a pad: position, size, slant, speed, tremor, and
// the pointer's reports. No person was recorded (see the README). Like raster.ts it uses only + - *
// / and square roots, so every machine writes the same files.

import type { Rng } from '../../../../src/engine/rng.js';
import type { RecordedCharacter, RecordedHand, RecordedPoint } from '../recorded.js';
import { parsePath, type Piece } from './path.js';

/** Parameters of a hand. Ranges are sampled for every character. */
export interface HandTraits {
  readonly name: string;
  readonly pointer: RecordedHand['pointer'];
  readonly pad: readonly [width: number, height: number];
  /** Height of a capital as a fraction of the pad's height. */
  readonly size: readonly [number, number];
  /** Width of a character relative to the authored form. */
  readonly stretch: readonly [number, number];
  /** Slant: displacement of the top to the right, as a fraction of the height. */
  readonly slant: readonly [number, number];
  /** Rotation of the whole character, in radians (small-angle approximation). */
  readonly turn: readonly [number, number];
  /** Displacement of a stroke, in pixels. */
  readonly displacement: number;
  /** Slow drift from the path: amplitude in pixels and changes per second. */
  readonly drift: readonly [amplitude: number, rate: number];
  /** Additional fast tremor. */
  readonly tremor: readonly [amplitude: number, rate: number];
  /**
   * Milliseconds per piece of the path: `base` plus `perRoot` times the square root of its length
   * in pixels.
   */
  readonly pieceDuration: readonly [base: number, perRoot: number];
  /** Milliseconds between two reports of the pointer. */
  readonly interval: number;
  /** Resolution of the reported positions, in pixels. */
  readonly grid: number;
  readonly pressure: readonly [number, number];
}

/** Writes every form once. */
export function write(
  traits: HandTraits,
  forms: Readonly<Record<string, string>>,
  rng: Rng,
): RecordedHand {
  const characters = Object.entries(forms).map(([label, path]) =>
    writeCharacter(traits, label, parsePath(path), rng.split(label)),
  );
  return { hand: traits.name, pointer: traits.pointer, pad: traits.pad, characters };
}

function writeCharacter(
  traits: HandTraits,
  label: string,
  strokes: Piece[][],
  rng: Rng,
): RecordedCharacter {
  const laid = transform(traits, strokes, rng);
  const written = writeStrokes(traits, laid, placement(laid.flat(2), traits.pad, rng), rng);
  return { label, strokes: written };
}

/** Gives a form the size and slant of this hand, in pixels. */
function transform(traits: HandTraits, strokes: readonly Piece[][], rng: Rng): Piece[][] {
  const sample = (range: readonly [number, number]): number => rng.between(range[0], range[1]);
  const height = sample(traits.size) * traits.pad[1];
  const [stretch, slant, turn] = [
    sample(traits.stretch),
    sample(traits.slant),
    sample(traits.turn),
  ];
  const placed = (x: number, y: number): [number, number] => {
    const leaning = (x * stretch - y * slant) / 100;
    return [height * (leaning - (turn * y) / 100), height * (y / 100 + turn * leaning)];
  };
  return strokes.map((pieces) => pieces.map((piece) => piece.map(([x, y]) => placed(x, y))));
}

/** Writes the strokes of a character, moved by `move`. */
function writeStrokes(
  traits: HandTraits,
  laid: readonly Piece[][],
  move: readonly number[],
  rng: Rng,
): RecordedPoint[][] {
  let clock = 0;
  return laid.map((pieces) => {
    const offset = [0, 1].map((axis) => move[axis] + traits.displacement * rng.between(-1, 1));
    const moved = pieces.map((piece) =>
      piece.map(([x, y]) => [x + offset[0], y + offset[1]] as const),
    );
    const points = writeStroke(traits, moved, clock, rng);
    // The movement through the air to the next stroke.
    clock = points.at(-1)![2] + Math.round(rng.between(120, 320));
    return points;
  });
}

/** Gaps in a line, as fractions of the height of a capital. */
const [LETTER_GAP, WORD_GAP] = [[0.1, 0.26], [0.95, 1.4]] as const; // prettier-ignore
/** Deviations within a line, as fractions: a hand keeps its size and slant better than over days. */
const VARIATION = 0.15;

/**
 * Writes a line of text from left to right on a common baseline, on a pad as wide as the line.
 *
 * @param forms forms of the characters of the text
 */
export function writeLine(
  traits: HandTraits,
  forms: Readonly<Record<string, string>>,
  text: string,
  rng: Rng,
): RecordedPoint[][] {
  const steady = (range: readonly [number, number]): readonly [number, number] => {
    const [middle, reach] = [rng.between(...range), (VARIATION * (range[1] - range[0])) / 2];
    return [middle - reach, middle + reach];
  };
  const size = steady(traits.size);
  const capital = traits.pad[1] * size[0];
  const lineTraits: HandTraits = {
    ...traits,
    pad: [Infinity, 2 * traits.pad[1]],
    size: [size[0] / 2, size[1] / 2],
    stretch: steady(traits.stretch),
    slant: steady(traits.slant),
    turn: steady(traits.turn),
  };
  const baseline = traits.pad[1];
  let left = capital;
  const points: RecordedPoint[][] = [];
  for (const character of text) {
    if (character === ' ') {
      left += capital * rng.between(...WORD_GAP) - capital * LETTER_GAP[0];
      continue;
    }
    const laid = transform(lineTraits, parsePath(forms[character]), rng);
    const columns = laid.flat(2).map(([x]) => x);
    const move = [
      left - Math.min(...columns),
      baseline - capital + 0.02 * capital * rng.between(-1, 1),
    ];
    points.push(...writeStrokes(lineTraits, laid, move, rng));
    left += Math.max(...columns) - Math.min(...columns) + capital * rng.between(...LETTER_GAP);
  }
  return points;
}

/** Places a character near the middle of the pad, completely inside. */
function placement(
  points: readonly (readonly number[])[],
  pad: readonly [number, number],
  rng: Rng,
): readonly number[] {
  return pad.map((side, axis) => {
    const values = points.map((point) => point[axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = Math.max(0, (side - (high - low)) / 2 - 16);
    return (side - high - low) / 2 + Math.min(margin, 0.12 * side) * rng.between(-1, 1);
  });
}

/**
 * Moves along the pieces, each with the smooth start and end of a minimum-jerk movement.
 *
 * @see T. Flash, N. Hogan, "The coordination of arm movements", Journal of Neuroscience 5, 1985
 */
function writeStroke(
  traits: HandTraits,
  pieces: readonly Piece[],
  start: number,
  rng: Rng,
): RecordedPoint[] {
  const noises = [0, 1].map(() => [
    smoothNoise(rng, traits.drift),
    smoothNoise(rng, traits.tremor),
  ]);
  const press = smoothNoise(rng, [0.5, 3]);
  const [lightest, hardest] = traits.pressure;
  const points: RecordedPoint[] = [];
  const report = (x: number, y: number, t: number): void => {
    const [left, top] = [x, y].map((value, axis) => {
      const displaced = value + noises[axis].reduce((sum, noise) => sum + noise(t), 0);
      const inside = Math.min(traits.pad[axis] - 1, Math.max(1, displaced));
      return Math.round(inside / traits.grid) * traits.grid;
    });
    const pressure = lightest + (hardest - lightest) * (0.5 + press(t));
    points.push([left, top, Math.round(t), Math.round(pressure * 100) / 100]);
  };
  let clock = start;
  for (const piece of pieces) {
    const lengths = arcLengths(piece);
    const total = lengths.at(-1)!;
    const duration =
      traits.pieceDuration[0] + traits.pieceDuration[1] * Math.sqrt(total) * rng.between(0.85, 1.2);
    const steps = Math.max(2, Math.round(duration / traits.interval));
    for (let i = points.length === 0 ? 0 : 1; i <= steps; i++) {
      const s = i / steps;
      const traveled = s * s * s * (10 - 15 * s + 6 * s * s);
      const [x, y] = pointAt(piece, lengths, traveled * total);
      report(x, y, clock + i * traits.interval);
    }
    clock += steps * traits.interval;
  }
  return points;
}

function arcLengths(piece: Piece): number[] {
  let length = 0;
  return piece.map(([x, y], i) => {
    if (i > 0) {
      const [dx, dy] = [x - piece[i - 1][0], y - piece[i - 1][1]];
      length += Math.sqrt(dx * dx + dy * dy);
    }
    return length;
  });
}

function pointAt(
  piece: Piece,
  lengths: readonly number[],
  distance: number,
): readonly [number, number] {
  const next = lengths.findIndex((length) => length >= distance);
  if (next <= 0) return next === 0 ? piece[0] : piece.at(-1)!;
  const fraction = (distance - lengths[next - 1]) / (lengths[next] - lengths[next - 1] || 1);
  const [a, b] = [piece[next - 1], piece[next]];
  return [a[0] + (b[0] - a[0]) * fraction, a[1] + (b[1] - a[1]) * fraction];
}

/** Random values between -amplitude and amplitude, `rate` per second, smoothly interpolated. */
function smoothNoise(
  rng: Rng,
  [amplitude, rate]: readonly [number, number],
): (t: number) => number {
  const values: number[] = [];
  return (t) => {
    const position = (t * rate) / 1000;
    const cell = Math.floor(position);
    while (values.length < cell + 2) values.push(amplitude * rng.between(-1, 1));
    const s = position - cell;
    return values[cell] + (values[cell + 1] - values[cell]) * s * s * (3 - 2 * s);
  };
}
