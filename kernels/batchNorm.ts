// Batch normalization over x [images, channels, spatial] (Ioffe and Szegedy, 2015).
// Every channel is shifted and scaled to mean 0 and variance 1 over the batch. Sums take two
// stages, first over each plane, then over the images, so that no thread adds very many terms.

import { kernel, type KernelThis } from './kernel.js';

export type ChannelConstants = Readonly<Record<'images' | 'channels' | 'spatial', number>>;

/** [images, channels]: sum over the plane of (x - mean)^2. */
export const squaredDeviation = kernel(
  'squaredDeviation',
  ['x', 'mean'],
  [],
  function (this: KernelThis<ChannelConstants>, x, mean) {
    const image = Math.floor((this.thread.x + 0.5) / this.constants.channels);
    const channelMean = mean[this.thread.x - image * this.constants.channels];
    let sum = 0;
    for (let s = 0; s < this.constants.spatial; s++) {
      const deviation = x[this.thread.x * this.constants.spatial + s] - channelMean;
      sum += deviation * deviation;
    }
    return sum;
  },
);

/** [channels]: 1 / sqrt(variance + epsilon). */
export const inverseDeviation = kernel(
  'inverseDeviation',
  ['variance'],
  ['epsilon'],
  function (variance, epsilon) {
    return 1 / Math.sqrt(variance[this.thread.x] + epsilon);
  },
);

/** y = (x - mean) * inverse * weight + bias, the last four indexed by channel. */
export const batchNormApply = kernel(
  'batchNormApply',
  ['x', 'mean', 'inverse', 'weight', 'bias'],
  [],
  function (this: KernelThis<ChannelConstants>, x, mean, inverse, weight, bias) {
    const plane = Math.floor((this.thread.x + 0.5) / this.constants.spatial);
    const c = plane - Math.floor((plane + 0.5) / this.constants.channels) * this.constants.channels;
    return (x[this.thread.x] - mean[c]) * inverse[c] * weight[c] + bias[c];
  },
);

/** [images, channels]: sum over the plane of grad * normalized x, the plane's part of dweight. */
export const batchNormGradWeight = kernel(
  'batchNormGradWeight',
  ['grad', 'x', 'mean', 'inverse'],
  [],
  function (this: KernelThis<ChannelConstants>, grad, x, mean, inverse) {
    const image = Math.floor((this.thread.x + 0.5) / this.constants.channels);
    const c = this.thread.x - image * this.constants.channels;
    let sum = 0;
    for (let s = 0; s < this.constants.spatial; s++) {
      const position = this.thread.x * this.constants.spatial + s;
      sum += grad[position] * (x[position] - mean[c]) * inverse[c];
    }
    return sum;
  },
);

// With batch statistics, mean and variance depend on x too; with n elements per
// channel the three terms add up to
//   dx = weight * inverse * (grad - dbias / n - xhat * dweight / n)
export const batchNormGradInput = kernel(
  'batchNormGradInput',
  ['grad', 'x', 'mean', 'inverse', 'weight', 'gradWeight', 'gradBias'],
  [],
  function (
    this: KernelThis<ChannelConstants>,
    grad,
    x,
    mean,
    inverse,
    weight,
    gradWeight,
    gradBias,
  ) {
    const plane = Math.floor((this.thread.x + 0.5) / this.constants.spatial);
    const c = plane - Math.floor((plane + 0.5) / this.constants.channels) * this.constants.channels;
    const count = this.constants.images * this.constants.spatial;
    const normalized = (x[this.thread.x] - mean[c]) * inverse[c];
    const centered =
      grad[this.thread.x] - gradBias[c] / count - (normalized * gradWeight[c]) / count;
    return weight[c] * inverse[c] * centered;
  },
);

// With running statistics mean and variance are constants: dx = grad * weight * inverse.
export const batchNormGradInputEval = kernel(
  'batchNormGradInputEval',
  ['grad', 'inverse', 'weight'],
  [],
  function (this: KernelThis<ChannelConstants>, grad, inverse, weight) {
    const plane = Math.floor((this.thread.x + 0.5) / this.constants.spatial);
    const c = plane - Math.floor((plane + 0.5) / this.constants.channels) * this.constants.channels;
    return grad[this.thread.x] * inverse[c] * weight[c];
  },
);

/** (1 - momentum) * running + momentum * batch * correction, with PyTorch's meaning of momentum. */
export const runningAverage = kernel(
  'runningAverage',
  ['running', 'batch'],
  ['momentum', 'correction'],
  function (running, batch, momentum, correction) {
    return (1 - momentum) * running[this.thread.x] + momentum * batch[this.thread.x] * correction;
  },
);
