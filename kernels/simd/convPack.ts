// Weights between PyTorch's order OIHW [O, C/groups, kh, kw] and the panels the tiles read:
// [groups][ceil(O/g/PANEL)][taps][PANEL], a tap being (ky, kx, c) with c innermost, as in an NHWC
// image. Zeros fill the last panel.
// Runs once per step for some ten thousand weights, so scalar loops are fast enough.

import { PANEL, PANEL_BYTES, clear, floats } from './lanes';
import { ConvShape } from './convShape';

/** Panels of one group. */
export function panelCount(s: ConvShape): i32 {
  return (s.outChannels / s.groups + PANEL - 1) / PANEL;
}

/** The weights weight (OIHW) as panels. */
export function packConvWeights(s: ConvShape, weight: usize, panels: usize): void {
  repack(s, weight, panels, false);
}

/**
 * out [O][length] = weight * scale[o]: filters of `length` weights each. Folds the
 * scale of a batch norm into them.
 */
export function scaleFilters(weight: usize, scale: usize, O: i32, length: i32, out: usize): void {
  for (let o = 0; o < O; o++) {
    const factor = load<f32>(scale + floats(o));
    for (let i = 0; i < length; i++, weight += 4, out += 4) store<f32>(out, load<f32>(weight) * factor);
  }
}

/** The inverse: panels (a weight gradient) as OIHW. */
export function unpackConvWeights(s: ConvShape, panels: usize, weight: usize): void {
  repack(s, weight, panels, true);
}

function repack(s: ConvShape, weight: usize, panels: usize, unpack: bool): void {
  const groupChannels = s.inChannels / s.groups,
    groupOut = s.outChannels / s.groups;
  const area = s.kernelHeight * s.kernelWidth;
  for (let g = 0; g < s.groups; g++) {
    for (let o = 0; o < groupOut; o += PANEL, panels += <usize>s.taps * PANEL_BYTES) {
      const cols = min(PANEL, groupOut - o);
      if (cols < PANEL && !unpack) clear(panels, s.taps * PANEL);
      for (let j = 0; j < cols; j++) {
        let unpacked = weight + floats((g * groupOut + o + j) * s.taps);
        for (let c = 0; c < groupChannels; c++) {
          for (let position = 0; position < area; position++, unpacked += 4) {
            const packed = panels + floats((position * groupChannels + c) * PANEL + j);
            if (unpack) store<f32>(unpacked, load<f32>(packed));
            else store<f32>(packed, load<f32>(unpacked));
          }
        }
      }
    }
  }
}

/**
 * The panels of the input gradient. It is a convolution too: from the O channels of gradOut to the
 * C channels of x, with each kernel rotated by 180 degrees and its two channel axes swapped.
 * `s` is the shape of that convolution (inChannels = O, outChannels = C); weight is the forward
 * weight [O, C/groups, kh, kw].
 */
export function packConvWeightsFlipped(s: ConvShape, weight: usize, panels: usize): void {
  const groupChannels = s.inChannels / s.groups,
    groupOut = s.outChannels / s.groups;
  const area = s.kernelHeight * s.kernelWidth;
  for (let g = 0; g < s.groups; g++) {
    for (let o = 0; o < groupOut; o += PANEL, panels += <usize>s.taps * PANEL_BYTES) {
      const cols = min(PANEL, groupOut - o);
      if (cols < PANEL) clear(panels, s.taps * PANEL);
      for (let c = 0; c < groupChannels; c++) {
        for (let j = 0; j < cols; j++) {
          let source = weight + floats(((g * groupChannels + c) * groupOut + o + j) * area);
          for (let position = area - 1; position >= 0; position--, source += 4) {
            store<f32>(panels + floats((position * groupChannels + c) * PANEL + j), load<f32>(source));
          }
        }
      }
    }
  }
}
