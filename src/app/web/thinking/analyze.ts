// The activations of every stage for one image, and the gradients of the logits with respect to its pixels, from autograd.

import { gradientOf, scope, Tensor, tensor, type FloatArray } from '../../../engine/index.js';
import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import { Normalizer } from '../../../data/loading/transform.js';
import { activations, type Stages } from './stages.js';

/** Ink in 0..1 is normalized to -1..1; gradients with respect to ink are larger by this factor. */
const INPUT_PER_INK = 1 / new Normalizer().std[0];

export interface GradientTargets {
  /** The class whose score is explained. */
  readonly top: number;
  /** The class that the right figure makes more likely. */
  readonly target: number;
  /** The class that `target` is compared with. */
  readonly reference: number;
}

export interface Analysis {
  /** Input of each block's last convolution without its zero padding, [channels, side, side]. */
  readonly inputs: readonly FloatArray[];
  /** Output of each block, [channels, side, side]. */
  readonly blocks: readonly FloatArray[];
  /** [256] */
  readonly hidden: FloatArray;
  /** [classes] */
  readonly logits: FloatArray;
  /** d logit of the top class / d ink, [28, 28]: the first-order effect of one more pixel of full ink. */
  readonly saliency: FloatArray;
  /** d (logit target - logit reference) / d ink, [28, 28]. The difference is the log of the ratio of their probabilities. */
  readonly targetGradient: FloatArray;
}

/**
 * Runs one image forward once and backward twice, in evaluation mode. It leaves no tensors on the backend and does not touch
 * the gradients of the network's parameters.
 *
 * @param input makes the network's input, [1, 1, 28, 28]
 */
export async function analyze(
  stages: Stages,
  input: () => Tensor,
  { top, target, reference }: GradientTargets,
): Promise<Analysis> {
  const pending = scope(() => {
    const x = new Tensor(input().array, true);
    const { inputs, blocks, hidden, logits } = activations(stages, x);
    /** Gradient of the weighted sum of logits with respect to the ink of each pixel. */
    const inkGradient = (weights: ReadonlyMap<number, number>): Promise<FloatArray> => {
      const seed = Float32Array.from(
        { length: logits.size },
        (_, k) => INPUT_PER_INK * (weights.get(k) ?? 0),
      );
      return gradientOf(
        logits,
        x,
        tensor(seed, { shape: logits.shape, backend: x.array.backend }),
      ).data();
    };
    return {
      inputs: inputs.map((maps) => maps.data()),
      blocks: blocks.map((maps) => maps.data()),
      hidden: hidden.data(),
      logits: logits.data(),
      saliency: inkGradient(new Map([[top, 1]])),
      targetGradient: inkGradient(
        new Map([
          [target, 1],
          [reference, -1],
        ]),
      ),
    };
  });
  const [hidden, logits, saliency, targetGradient] = await Promise.all([
    pending.hidden,
    pending.logits,
    pending.saliency,
    pending.targetGradient,
  ]);
  const [inputs, blocks] = [await Promise.all(pending.inputs), await Promise.all(pending.blocks)];
  return { inputs, blocks, hidden, logits, saliency, targetGradient };
}

const MAX_INK = 255;
/** Ink of one dab, [3, 3]: the pen is 2.65 pixels wide, as in EMNIST. */
const DAB = [0.6, 1, 0.6, 1, 1, 1, 0.6, 1, 0.6];

/**
 * First-order effect on a score of the better of two edits around each pixel: adding a dab of the pen, or erasing one.
 * 0 if neither increases the score. A blank pixel can only gain ink, a full one can only lose it.
 *
 * @param gradients d score / d ink, ink from 0 to 1, [28, 28]
 * @param image [28, 28], 0 paper, 255 ink
 * @returns [28, 28]: positive for adding ink, negative for erasing; the absolute value is the gain
 */
export function editGains(gradients: ArrayLike<number>, image: Uint8Array): Float32Array {
  return Float32Array.from(image, (_, i) => {
    const [row, column] = [Math.floor(i / IMAGE_SIDE), i % IMAGE_SIDE];
    let adding = 0;
    let removing = 0;
    for (let tap = 0; tap < DAB.length; tap++) {
      const y = row + Math.floor(tap / 3) - 1;
      const x = column + (tap % 3) - 1;
      if (y < 0 || y >= IMAGE_SIDE || x < 0 || x >= IMAGE_SIDE) continue;
      const index = y * IMAGE_SIDE + x;
      const ink = image[index] / MAX_INK;
      adding += gradients[index] * Math.min(DAB[tap], 1 - ink);
      removing -= gradients[index] * Math.min(DAB[tap], ink);
    }
    if (Math.max(adding, removing) <= 0) return 0;
    return adding >= removing ? adding : -removing;
  });
}
