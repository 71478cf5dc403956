// The geometry of a convolution and of its input gradient, as the SIMD module takes them: a
// ConvGeometry in linear memory. Its fields and their order are generated from
// kernels/simd/convShape.ts, so a missing field is a compile error.

import { convGeometryFields, convShapeWords, type ConvGeometry } from '#simd/interface';
import type { Conv2dConstants } from '../../../../kernels/conv2d.js';

/** The geometry of the forward pass. */
export function forwardGeometry(constants: Conv2dConstants): ConvGeometry {
  return { ...constants, insertY: 1, insertX: 1 };
}

/**
 * The geometry of the input gradient: the convolution that maps the gradient of the
 * output to that of the input.
 */
export function inputGradientGeometry(c: Conv2dConstants): ConvGeometry {
  return {
    ...c,
    height: c.outHeight,
    width: c.outWidth,
    inChannels: c.outChannels,
    outHeight: c.height,
    outWidth: c.width,
    outChannels: c.inChannels,
    strideY: 1,
    strideX: 1,
    padY: c.dilationY * (c.kernelHeight - 1) - c.padY,
    padX: c.dilationX * (c.kernelWidth - 1) - c.padX,
    insertY: c.strideY,
    insertX: c.strideX,
  };
}

/** The words of a ConvGeometry, in memory order. */
export const geometryWords = (geometry: ConvGeometry): readonly number[] =>
  convGeometryFields.map((field) => geometry[field]);

/** Words of a ConvShape with its two tables, which convPrepare fills. */
export function shapeWords({ inChannels, groups, ...g }: ConvGeometry): number {
  const taps = (g.kernelHeight * g.kernelWidth * inChannels) / groups;
  return convShapeWords + taps + g.outHeight * g.outWidth;
}
