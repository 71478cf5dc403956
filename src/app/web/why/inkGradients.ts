// The gradients of the network's scores with respect to the ink of the pixels, from autograd.

import { gradientOf, scope, Tensor, tensor, type FloatArray } from '../../../engine/index.js';
import { Normalizer } from '../../../data/loading/transform.js';
import type { CharacterNet } from '../../model/characterNet.js';

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

export interface InkGradients {
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
export async function inkGradients(
  model: CharacterNet,
  input: () => Tensor,
  { top, target, reference }: GradientTargets,
): Promise<InkGradients> {
  const pending = scope(() => {
    const x = new Tensor(input().array, true);
    const logits = model.forward(x);
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
      saliency: inkGradient(new Map([[top, 1]])),
      targetGradient: inkGradient(
        new Map([
          [target, 1],
          [reference, -1],
        ]),
      ),
    };
  });
  const [saliency, targetGradient] = await Promise.all([pending.saliency, pending.targetGradient]);
  return { saliency, targetGradient };
}
