// Two-dimensional convolution (cross-correlation, as in every deep-learning library), its transpose,
// which is also its input gradient, and its weight gradient, each as the sum of one output element.
// This is the definition; the fast versions are in simd/.
//
// x [N, C, H, W], weight [O, C/groups, kh, kw], y [N, O, H', W'] with
//   y[n, o, i, j] = bias[o] + sum over c, ki, kj of weight[o, c, ki, kj] x[n, c, inY, inX]
// with inY = i * strideY + ki * dilationY - padY, and inX likewise.

import { kernel, type KernelThis } from './kernel.js';

export type Conv2dConstants = Readonly<
  Record<
    | 'batch'
    | 'inChannels'
    | 'height'
    | 'width'
    | 'outChannels'
    | 'outHeight'
    | 'outWidth'
    | 'kernelHeight'
    | 'kernelWidth'
    | 'strideY'
    | 'strideX'
    | 'padY'
    | 'padX'
    | 'dilationY'
    | 'dilationX'
    | 'groups'
    | 'groupIn' // input channels of a group: inChannels / groups
    | 'groupOut', // output channels of a group: outChannels / groups
    number
  >
>;

export const conv2d = kernel(
  'conv2d',
  ['x', 'weight', 'bias'],
  [],
  function (this: KernelThis<Conv2dConstants>, x, weight, bias) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.outWidth);
    const column = this.thread.x - line * this.constants.outWidth;
    const plane = Math.floor((line + 0.5) / this.constants.outHeight);
    const row = line - plane * this.constants.outHeight;
    const image = Math.floor((plane + 0.5) / this.constants.outChannels);
    const outChannel = plane - image * this.constants.outChannels;
    const group = Math.floor((outChannel + 0.5) / this.constants.groupOut);
    let sum = bias[outChannel];
    for (let c = 0; c < this.constants.groupIn; c++) {
      const channel = image * this.constants.inChannels + group * this.constants.groupIn + c;
      for (let ki = 0; ki < this.constants.kernelHeight; ki++) {
        const inY =
          row * this.constants.strideY + ki * this.constants.dilationY - this.constants.padY;
        for (let kj = 0; kj < this.constants.kernelWidth; kj++) {
          const inX =
            column * this.constants.strideX + kj * this.constants.dilationX - this.constants.padX;
          if (inY >= 0 && inY < this.constants.height && inX >= 0 && inX < this.constants.width) {
            const tap =
              ((outChannel * this.constants.groupIn + c) * this.constants.kernelHeight + ki) *
                this.constants.kernelWidth +
              kj;
            sum +=
              weight[tap] * x[(channel * this.constants.height + inY) * this.constants.width + inX];
          }
        }
      }
    }
    return sum;
  },
);

// The transposed convolution, from the output side of a convolution to its input side: each input
// element sums, over all outputs that depend on it, the output's value times the connecting weight.
// The constants are those of the convolution, so x is [N, outChannels, outHeight, outWidth] and the
// result [N, inChannels, height, width]. With the gradient of the output as x it is dx.
export const convTranspose2d = kernel(
  'convTranspose2d',
  ['x', 'weight', 'bias'],
  [],
  function (this: KernelThis<Conv2dConstants>, x, weight, bias) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.width);
    const column = this.thread.x - line * this.constants.width;
    const plane = Math.floor((line + 0.5) / this.constants.height);
    const row = line - plane * this.constants.height;
    const image = Math.floor((plane + 0.5) / this.constants.inChannels);
    const channel = plane - image * this.constants.inChannels;
    const group = Math.floor((channel + 0.5) / this.constants.groupIn);
    const c = channel - group * this.constants.groupIn;
    let sum = bias[channel];
    for (let o = 0; o < this.constants.groupOut; o++) {
      const outChannel = group * this.constants.groupOut + o;
      for (let ki = 0; ki < this.constants.kernelHeight; ki++) {
        const inY = row + this.constants.padY - ki * this.constants.dilationY;
        const i = Math.floor((inY + 0.5) / this.constants.strideY);
        for (let kj = 0; kj < this.constants.kernelWidth; kj++) {
          const inX = column + this.constants.padX - kj * this.constants.dilationX;
          const j = Math.floor((inX + 0.5) / this.constants.strideX);
          if (i * this.constants.strideY === inY && j * this.constants.strideX === inX) {
            if (i >= 0 && i < this.constants.outHeight && j >= 0 && j < this.constants.outWidth) {
              const tap =
                ((outChannel * this.constants.groupIn + c) * this.constants.kernelHeight + ki) *
                  this.constants.kernelWidth +
                kj;
              const position =
                ((image * this.constants.outChannels + outChannel) * this.constants.outHeight + i) *
                  this.constants.outWidth +
                j;
              sum += x[position] * weight[tap];
            }
          }
        }
      }
    }
    return sum;
  },
);

export type GradWeightConstants = Conv2dConstants & Readonly<Record<'partImages', number>>;

// dW: the input under one tap of the window, times the gradient of the output, summed over all
// positions of `partImages` images: [parts, O, C/groups, kh, kw]. With one part that is dW;
// otherwise dW is the sum of the parts.
export const conv2dGradWeight = kernel(
  'conv2dGradWeight',
  ['x', 'grad'],
  [],
  function (this: KernelThis<GradWeightConstants>, x, grad) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.kernelWidth);
    const kj = this.thread.x - line * this.constants.kernelWidth;
    const pair = Math.floor((line + 0.5) / this.constants.kernelHeight);
    const ki = line - pair * this.constants.kernelHeight;
    const filter = Math.floor((pair + 0.5) / this.constants.groupIn);
    const c = pair - filter * this.constants.groupIn;
    const part = Math.floor((filter + 0.5) / this.constants.outChannels);
    const outChannel = filter - part * this.constants.outChannels;
    const group = Math.floor((outChannel + 0.5) / this.constants.groupOut);
    let sum = 0;
    for (let m = 0; m < this.constants.partImages; m++) {
      const n = part * this.constants.partImages + m;
      const channel = n * this.constants.inChannels + group * this.constants.groupIn + c;
      for (let i = 0; i < this.constants.outHeight; i++) {
        const inY =
          i * this.constants.strideY + ki * this.constants.dilationY - this.constants.padY;
        for (let j = 0; j < this.constants.outWidth; j++) {
          const inX =
            j * this.constants.strideX + kj * this.constants.dilationX - this.constants.padX;
          if (
            inY >= 0 &&
            inY < this.constants.height &&
            inX >= 0 &&
            inX < this.constants.width &&
            n < this.constants.batch
          ) {
            const position =
              ((n * this.constants.outChannels + outChannel) * this.constants.outHeight + i) *
                this.constants.outWidth +
              j;
            sum +=
              grad[position] *
              x[(channel * this.constants.height + inY) * this.constants.width + inX];
          }
        }
      }
    }
    return sum;
  },
);
