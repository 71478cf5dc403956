// Reductions, softmax, normalization, sorting and losses.

import {
  argmax,
  argmin,
  argsort,
  batchNorm,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  cumsum,
  groupNorm,
  huber,
  klDiv,
  l1,
  layerNorm,
  logSoftmax,
  max,
  mean,
  min,
  mse,
  nllLoss,
  prod,
  rmsNorm,
  smoothL1,
  softCrossEntropy,
  softmax,
  sort,
  sum,
  topk,
  variance,
} from '../../../src/index.js';
import { constants, floats, indices, op, type OpCase, type Sizes } from '../case.js';

/** Classes of the losses on labels. */
const CLASSES = 64;

const NORM = { epsilon: 1e-5, momentum: 0.1 } as const;

// prettier-ignore
export function reductionCases({ n, side, batch, channels, pixels }: Sizes): OpCase[] {
  const x = [floats([side, side])];
  const fixed = [constants([side, side])];
  return [
    op('sum', x, ([a]) => sum(a), 'a.sum()', { detail: 'all' }),
    op('sum', x, ([a]) => sum(a, { axes: 0 }), 'a.sum(0)', { detail: 'axis 0' }),
    op('sum', x, ([a]) => sum(a, { axes: 1 }), 'a.sum(1)', { detail: 'axis 1' }),
    op('mean', x, ([a]) => mean(a), 'a.mean()', { detail: 'all' }),
    op('mean', x, ([a]) => mean(a, { axes: 0 }), 'a.mean(0)', { detail: 'axis 0' }),
    op('mean', x, ([a]) => mean(a, { axes: 1 }), 'a.mean(1)', { detail: 'axis 1' }),
    op('max', x, ([a]) => max(a), 'torch.max(a)', { detail: 'all' }),
    op('max', x, ([a]) => max(a, { axes: 0 }), 'torch.max(a, 0).values', { detail: 'axis 0' }),
    op('max', x, ([a]) => max(a, { axes: 1 }), 'torch.max(a, 1).values', { detail: 'axis 1' }),
    op('min', x, ([a]) => min(a, { axes: 1 }), 'torch.min(a, 1).values', { detail: 'axis 1' }),
    op('variance', x, ([a]) => variance(a, { axes: 0 }), 'a.var(0)', { detail: 'axis 0' }),
    op('variance', x, ([a]) => variance(a, { axes: 1 }), 'a.var(1)', { detail: 'axis 1' }),
    op('prod', [floats([side, side], 0.95, 1.05)], ([a]) => prod(a, { axes: 1 }), 'a.prod(1)', { detail: 'axis 1' }),
    op('argmax', fixed, ([a]) => argmax(a), 'a.argmax(1)', { detail: 'axis 1' }),
    op('argmin', fixed, ([a]) => argmin(a), 'a.argmin(1)', { detail: 'axis 1' }),
    op('cumsum', x, ([a]) => cumsum(a, 0), 'a.cumsum(0)', { detail: 'axis 0' }),
    op('cumsum', x, ([a]) => cumsum(a, 1), 'a.cumsum(1)', { detail: 'axis 1' }),

    op('softmax', x, ([a]) => softmax(a, 0), 'torch.softmax(a, 0)', { detail: 'axis 0' }),
    op('softmax', x, ([a]) => softmax(a, 1), 'torch.softmax(a, 1)', { detail: 'axis 1' }),
    op('logSoftmax', x, ([a]) => logSoftmax(a, 0), 'torch.log_softmax(a, 0)', { detail: 'axis 0' }),
    op('logSoftmax', x, ([a]) => logSoftmax(a, 1), 'torch.log_softmax(a, 1)', { detail: 'axis 1' }),

    op('sort', x, ([a]) => sort(a)[0], 'torch.sort(a)[0]'),
    op('argsort', fixed, ([a]) => argsort(a), 'torch.argsort(a)'),
    op('topk', x, ([a]) => topk(a, 10)[0], 'torch.topk(a, 10)[0]'),

    ...normalizationCases(side, [batch, channels, pixels, pixels]),
    ...lossCases(n),
  ];
}

// prettier-ignore
function normalizationCases(side: number, images: readonly number[]): OpCase[] {
  const channels = images[1];
  const matrix = [floats([side, side]), floats([side]), floats([side])];
  const batch = [floats(images), floats([channels]), floats([channels])];
  const running = [constants([channels]), constants([channels], 0.5, 1.5)];
  return [
    op('layerNorm', matrix, ([a, b, c]) => layerNorm(a, b, c), `F.layer_norm(a, [${side}], b, c)`),
    op('rmsNorm', matrix.slice(0, 2), ([a, b]) => rmsNorm(a, b),
      // PyTorch before 2.4 has no rms_norm.
      `F.rms_norm(a, [${side}], b) if hasattr(F, "rms_norm") else a * torch.rsqrt((a * a).mean(-1, keepdim=True) + 2.0**-23) * b`),
    op('groupNorm', batch, ([a, b, c]) => groupNorm(a, b, c, { groups: 4 }), 'F.group_norm(a, 4, b, c)'),
    op('batchNorm', batch, ([a, b, c]) => batchNorm(a, b, c, { ...NORM, running: null, training: true }),
      'F.batch_norm(a, None, None, b, c, True, 0.1, 1e-5)', { detail: 'training' }),
    op('batchNorm', [...batch, ...running],
      ([a, b, c, mean, variance]) => batchNorm(a, b, c, { ...NORM, running: { mean, variance }, training: false }),
      'F.batch_norm(a, d, e, b, c, False, 0.1, 1e-5)', { detail: 'evaluation' }),
  ];
}

// prettier-ignore
function lossCases(n: number): OpCase[] {
  const rows = n / CLASSES;
  const labeled = [floats([rows, CLASSES]), indices([rows], CLASSES)];
  const pair = [floats([n]), constants([n])];
  return [
    op('crossEntropy', labeled, ([a, b]) => crossEntropy(a, b), 'F.cross_entropy(a, b)'),
    op('nllLoss', labeled, ([a, b]) => nllLoss(a, b), 'F.nll_loss(a, b)'),
    op('softCrossEntropy', [floats([rows, CLASSES]), constants([rows, CLASSES], 0, 1 / 32)],
      ([a, b]) => softCrossEntropy(a, b), 'F.cross_entropy(a, b)'),
    op('binaryCrossEntropy', [floats([n], 0.01, 0.99), constants([n], 0, 1)],
      ([a, b]) => binaryCrossEntropy(a, b), 'F.binary_cross_entropy(a, b)'),
    op('binaryCrossEntropyWithLogits', [floats([n]), constants([n], 0, 1)],
      ([a, b]) => binaryCrossEntropyWithLogits(a, b), 'F.binary_cross_entropy_with_logits(a, b)'),
    op('klDiv', [floats([n]), constants([n], 0.1, 1)], ([a, b]) => klDiv(a, b), 'F.kl_div(a, b)'),
    op('mse', pair, ([a, b]) => mse(a, b), 'F.mse_loss(a, b)'),
    op('l1', pair, ([a, b]) => l1(a, b), 'F.l1_loss(a, b)'),
    op('huber', pair, ([a, b]) => huber(a, b), 'F.huber_loss(a, b)'),
    op('smoothL1', pair, ([a, b]) => smoothL1(a, b), 'F.smooth_l1_loss(a, b)'),
  ];
}
