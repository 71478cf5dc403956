// Random drawings that are not single characters: figures, scribbles, several characters. A network
// learns from them to reject such drawings; half of the kinds are held out to measure that.

import { Rng } from '../../engine/rng.js';
import { BALANCED_CLASSES } from '../emnist/splits.js';
import { boundingBox } from './boundingBox.js';
import { GlyphRenderer, type GlyphOptions, type Stroke } from './glyph.js';
import { Handwriting } from './handwriting.js';
import { FIGURES } from './skeletons/figures.js';
import { parseSkeleton } from './skeletons/skeleton.js';
import { smoothSpan } from './curve.js';
import { SyntheticCharacters, type SyntheticPart } from './synthetic.js';

/** Draws one outlier. */
type Draw = (rng: Rng, hand: Handwriting, characters: SyntheticCharacters) => Stroke[];

interface OutlierKind {
  readonly kind: string;
  /** Excluded from training, to measure rejection of unseen kinds. */
  readonly isHeldOut: boolean;
  readonly draw: Draw;
}

/** Outliers that are drawn often, because no figure represents them. */
const PROCEDURAL: readonly OutlierKind[] = [
  { kind: 'scribble', isHeldOut: false, draw: scribble },
  { kind: 'separate strokes', isHeldOut: false, draw: separateStrokes },
  { kind: 'three or four characters', isHeldOut: false, draw: sideBySide(3, 4) },
  { kind: 'characters one below the other', isHeldOut: false, draw: stacked },
  { kind: 'two characters on top of each other', isHeldOut: false, draw: overlaid },
  { kind: 'crossed-out character', isHeldOut: false, draw: crossedOut },
  { kind: 'two characters side by side', isHeldOut: true, draw: sideBySide(2, 2) },
];

const KINDS: readonly OutlierKind[] = [
  ...PROCEDURAL,
  ...FIGURES.map(({ kind, isHeldOut, paths }) => {
    const skeletons = paths.map((path) => parseSkeleton(1, path));
    const draw: Draw = (rng, hand) => hand.write(skeletons[rng.below(skeletons.length)]);
    return { kind, isHeldOut, draw };
  }),
];

/** Names of all kinds, and whether they are held out. */
export const OUTLIER_KINDS: readonly Pick<OutlierKind, 'kind' | 'isHeldOut'>[] = KINDS.map(
  ({ kind, isHeldOut }) => ({ kind, isHeldOut }),
);

/** Longer side of an outlier in pixels of the 128 x 128 canvas. */
const INK_SIZE = 66;

/** A drawing that is not a character. */
export interface Outlier {
  /** Upright, `[28, 28]`, 0 = paper, 255 = ink. */
  readonly image: Uint8Array;
  readonly kind: string;
}

/** Unlimited outliers: sample i depends only on the seed, the part, the selection and i. */
export class Outliers {
  readonly #rng: Rng;
  readonly #kinds: readonly OutlierKind[];
  readonly #characters: SyntheticCharacters;
  readonly #renderer = new GlyphRenderer();

  /** @param heldOut draw the kinds excluded from training instead of the others */
  constructor({
    seed,
    part = 'train',
    heldOut = false,
  }: {
    readonly seed: number;
    readonly part?: SyntheticPart;
    readonly heldOut?: boolean;
  }) {
    this.#rng = new Rng(seed).split(`outliers-${part}`);
    this.#kinds = KINDS.filter(({ isHeldOut }) => isHeldOut === heldOut);
    this.#characters = new SyntheticCharacters({ seed, part });
  }

  /** Number of kinds; sample `index` is of kind `index` modulo this number. */
  get kindCount(): number {
    return this.#kinds.length;
  }

  /** Draws sample `index`. */
  sample(index: number): Outlier {
    const { strokes, pen, kind } = this.drawing(index);
    return { image: this.#renderer.render(strokes, pen), kind };
  }

  /** The strokes of sample `index`, and the pen. */
  drawing(index: number): {
    readonly strokes: readonly Stroke[];
    readonly pen: GlyphOptions;
    readonly kind: string;
  } {
    const { kind, draw } = this.#kinds[index % this.#kinds.length];
    const rng = this.#rng.split(String(index));
    const strokes = draw(rng, new Handwriting(rng), this.#characters);
    const inkSize = INK_SIZE + 20 * (rng.uniform() - rng.uniform());
    return { strokes, pen: { inkSize, penWidth: rng.between(5, 10) }, kind };
  }
}

/** A smooth path through random points. */
function scribble(rng: Rng): Stroke[] {
  const count = 7 + rng.below(12);
  const knots = Array.from({ length: 2 * count }, () => 100 * rng.uniform());
  const path: number[] = [knots[0], knots[1]];
  for (let i = 0; i + 1 < count; i++) {
    const ends = [i - 1, i, i + 1, i + 2 < count ? i + 2 : -1] as const;
    smoothSpan(knots, ends, 6, path, path.length);
  }
  return [path];
}

/** Three to six short strokes without connection. */
function separateStrokes(rng: Rng): Stroke[] {
  return Array.from({ length: 3 + rng.below(4) }, () => {
    const [x, y] = [100 * rng.uniform(), 100 * rng.uniform()];
    const [dx, dy] = [rng.between(-40, 40), rng.between(-40, 40)];
    return [x, y, x + dx, y + dy];
  });
}

/** A random character, scaled to a height of 100 at most, with its corner at (left, top). */
function place(
  rng: Rng,
  characters: SyntheticCharacters,
  [left, top]: readonly [left: number, top: number],
): { readonly strokes: Stroke[]; readonly right: number; readonly bottom: number } {
  const { strokes } = characters.drawing(rng.below(BALANCED_CLASSES.length * 1000));
  const box = boundingBox(strokes);
  const scale = 100 / Math.max(box.bottom - box.top, box.right - box.left, 1);
  const placed = strokes.map((stroke) =>
    Array.from(
      stroke,
      (value, i) =>
        scale * (value - (i % 2 === 0 ? box.left : box.top)) + (i % 2 === 0 ? left : top),
    ),
  );
  const { right, bottom } = boundingBox(placed);
  return { strokes: placed, right, bottom };
}

function sideBySide(min: number, max: number): Draw {
  return (rng, _, characters) => {
    const result: Stroke[] = [];
    let left = 0;
    for (let count = min + rng.below(max - min + 1); count > 0; count--) {
      const { strokes, right } = place(rng, characters, [left, rng.between(-8, 8)]);
      result.push(...strokes);
      left = right + rng.between(4, 35);
    }
    return result;
  };
}

function stacked(rng: Rng, _: Handwriting, characters: SyntheticCharacters): Stroke[] {
  const upper = place(rng, characters, [rng.between(-10, 10), 0]);
  const lower = place(rng, characters, [rng.between(-10, 10), upper.bottom + rng.between(8, 30)]);
  return [...upper.strokes, ...lower.strokes];
}

function overlaid(rng: Rng, _: Handwriting, characters: SyntheticCharacters): Stroke[] {
  const at = (): [number, number] => [rng.between(-25, 25), rng.between(-25, 25)];
  return [...place(rng, characters, at()).strokes, ...place(rng, characters, at()).strokes];
}

function crossedOut(rng: Rng, _: Handwriting, characters: SyntheticCharacters): Stroke[] {
  const { strokes, right, bottom } = place(rng, characters, [0, 0]);
  const zigzag: number[] = [];
  for (let i = 0; i <= 6; i++) {
    zigzag.push((i / 6) * (right + 20) - 10, i % 2 === 0 ? rng.between(-5, 30) : bottom - 20);
  }
  return [...strokes, zigzag];
}
