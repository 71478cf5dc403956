// Search for a small change of a drawing's ink that changes its prediction to a chosen character ("make it a 9").
//
// Greedy: the gradient of the target's log-odds ranks all dabs of the pen and of the eraser to first order; the network
// then evaluates the best ones, and the best of those is applied. At the end, dabs that turned out to be needless are
// removed. The result is small, but not provably the smallest. Deterministic.

import type { FloatArray } from '../../../engine/index.js';
import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import type { CharacterNet } from '../../model/characterNet.js';
import { editGains, withDab, type Dab } from './dab.js';
import { inkGradients, inkOf, logitsOfInks } from './inkScores.js';

/** More dabs than this count as no small change. */
export const MAX_DABS = 25;
/** Number of dabs that the network evaluates at once. */
const BATCH = 32;
/** If none of a batch helps, the next ones are evaluated, up to this number of batches. */
const MAX_BATCHES = 4;

/** The functions of a network that the search uses. */
export interface ScoredNetwork {
  /** Logits of each image. */
  logits(images: readonly Uint8Array[]): Promise<readonly ArrayLike<number>[]>;
  /** d sum_k weights[k] logit_k / d ink, [28, 28]. */
  gradient(image: Uint8Array, weights: ArrayLike<number>): Promise<ArrayLike<number>>;
}

export interface FlipOptions {
  /** Class index of the wanted prediction. */
  readonly target: number;
  /** Divides the logits before the softmax. */
  readonly temperature: number;
  /** Whether a prediction is accepted, besides the target's probability. Default: always. */
  readonly accepts?: (logits: ArrayLike<number>) => boolean;
  /** Called between steps; throws to cancel the search. */
  readonly pause: () => Promise<void>;
}

/** An image on the way from the drawing to the target. */
export interface FlipFrame {
  readonly image: Uint8Array;
  readonly logits: ArrayLike<number>;
}

export interface Flip {
  /** Whether the last frame's prediction is the target. */
  readonly found: boolean;
  /** In order. */
  readonly dabs: readonly Dab[];
  /** The drawing, then the image after each dab. */
  readonly frames: readonly FlipFrame[];
}

/** A page's network as a `ScoredNetwork`. */
export function scoredNetwork(model: CharacterNet): ScoredNetwork {
  return {
    logits: (images): Promise<FloatArray[]> => logitsOfInks(model, images.map(inkOf)),
    gradient: async (image, weights) => (await inkGradients(model, [inkOf(image)], weights))[0],
  };
}

/**
 * Searches for dabs that make `target` more likely than all other characters together.
 *
 * @param image [28, 28], 0 paper, 255 ink
 */
export async function searchFlip(
  network: ScoredNetwork,
  image: Uint8Array,
  { target, temperature, accepts = () => true, pause }: FlipOptions,
): Promise<Flip> {
  const scoreOf = (logits: ArrayLike<number>): number => logOdds(logits, target, temperature);
  const isFlipped = (logits: ArrayLike<number>): boolean => scoreOf(logits) > 0 && accepts(logits);
  const [startLogits] = await network.logits([image]);
  const start: FlipFrame = { image, logits: startLogits };

  let frame = start;
  let dabs: Dab[] = [];
  while (!isFlipped(frame.logits) && dabs.length < MAX_DABS) {
    await pause();
    const weights = logOddsWeights(frame.logits, target, temperature);
    const gains = editGains(await network.gradient(frame.image, weights), frame.image);
    const next = await bestDab(network, frame, rankDabs(gains), { scoreOf, pause });
    if (next === null) break;
    dabs.push(next.dab);
    frame = next.frame;
  }
  const found = isFlipped(frame.logits);
  if (found) dabs = await prune(network, image, dabs, { isFlipped, scoreOf, pause });
  const images = imagesAfter(image, dabs);
  const logits = images.length === 0 ? [] : await network.logits(images);
  const frames = images.map((after, i): FlipFrame => ({ image: after, logits: logits[i] }));
  return { found, dabs, frames: [start, ...frames] };
}

interface StepOptions {
  readonly scoreOf: (logits: ArrayLike<number>) => number;
  readonly pause: () => Promise<void>;
}

/**
 * The dab after which the score is largest, according to the network, among the first batch of `ranked` that has one that
 * increases the score; null if none does.
 */
async function bestDab(
  network: ScoredNetwork,
  { image, logits: currentLogits }: FlipFrame,
  ranked: readonly Dab[],
  { scoreOf, pause }: StepOptions,
): Promise<{ readonly dab: Dab; readonly frame: FlipFrame } | null> {
  for (let from = 0; from < Math.min(ranked.length, MAX_BATCHES * BATCH); from += BATCH) {
    if (from > 0) await pause();
    const dabs = ranked.slice(from, from + BATCH);
    const images = dabs.map((dab) => withDab(image, dab));
    const logits = await network.logits(images);
    const best = indexOfMax(logits.map(scoreOf));
    if (scoreOf(logits[best]) > scoreOf(currentLogits))
      return { dab: dabs[best], frame: { image: images[best], logits: logits[best] } };
  }
  return null;
}

/** Removes the least useful dab, again and again, as long as the prediction remains the target. */
async function prune(
  network: ScoredNetwork,
  image: Uint8Array,
  dabs: readonly Dab[],
  {
    isFlipped,
    scoreOf,
    pause,
  }: StepOptions & {
    readonly isFlipped: (logits: ArrayLike<number>) => boolean;
  },
): Promise<Dab[]> {
  let kept = [...dabs];
  while (kept.length > 1) {
    await pause();
    const without = kept.map((_, removed) => kept.filter((__, i) => i !== removed));
    const logits = await network.logits(without.map((rest) => imagesAfter(image, rest).at(-1)!));
    const best = indexOfMax(logits.map(scoreOf));
    if (!isFlipped(logits[best])) break;
    kept = without[best];
  }
  return kept;
}

/** The images after the first dab, after the first two, and so on. */
function imagesAfter(image: Uint8Array, dabs: readonly Dab[]): Uint8Array[] {
  let current = image;
  return dabs.map((dab) => (current = withDab(current, dab)));
}

/** All dabs that increase the score to first order, the best first; before them, the best of every neighborhood. */
function rankDabs(gains: Float32Array): Dab[] {
  const order = [...gains.keys()]
    .filter((index) => gains[index] !== 0)
    .sort((a, b) => Math.abs(gains[b]) - Math.abs(gains[a]) || a - b);
  const spread: number[] = [];
  for (const index of order) {
    if (spread.length < BATCH && spread.every((other) => !areNear(index, other)))
      spread.push(index);
  }
  return [...spread, ...order.filter((index) => !spread.includes(index))].map((index) => ({
    index,
    kind: gains[index] > 0 ? 'add' : 'erase',
  }));
}

/** Whether two dabs overlap more than they differ. */
function areNear(a: number, b: number): boolean {
  const rows = Math.floor(a / IMAGE_SIDE) - Math.floor(b / IMAGE_SIDE);
  const columns = (a % IMAGE_SIDE) - (b % IMAGE_SIDE);
  return Math.max(Math.abs(rows), Math.abs(columns)) <= 1;
}

/** log(p / (1 - p)) of the target's probability p: above 0 if it is likelier than all other classes together. */
export function logOdds(logits: ArrayLike<number>, target: number, temperature: number): number {
  let largest = -Infinity;
  for (let k = 0; k < logits.length; k++)
    if (k !== target) largest = Math.max(largest, logits[k] / temperature);
  let sum = 0;
  for (let k = 0; k < logits.length; k++)
    if (k !== target) sum += Math.exp(logits[k] / temperature - largest);
  return logits[target] / temperature - largest - Math.log(sum);
}

/** d log-odds / d logits: 1 at the target, minus the shares of the other classes, divided by the temperature. */
function logOddsWeights(
  logits: ArrayLike<number>,
  target: number,
  temperature: number,
): Float64Array {
  const others = Float64Array.from({ length: logits.length }, (_, k) =>
    k === target ? -Infinity : logits[k] / temperature,
  );
  const largest = Math.max(...others);
  const shares = others.map((value) => Math.exp(value - largest));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share, k) => (k === target ? 1 : -share / sum) / temperature);
}

function indexOfMax(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}
