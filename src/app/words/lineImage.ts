// Segmentation of an image of a line: the connected components of its ink are grouped like the
// strokes of a pad. Letters that touch become one character.

import {
  keepComponents,
  withoutDust,
  type Component,
} from '../../data/image/connectedComponents.js';
import { inkOfImage, type ImageInk } from '../../data/image/imageInk.js';
import type { Ink, Invert } from '../../data/image/inkMap.js';
import { meanStrokeWidth } from '../../data/image/penWidth.js';
import { inkToGlyph } from '../../data/image/preprocess.js';
import type { DecodedImage } from '../../data/image/workingImage.js';
import type { StrokeBox } from '../../data/strokes/boundingBox.js';
import { segmentParts, type Group } from './segment.js';

/** A line in an image. */
export interface LineImage {
  /** The characters, left to right. Boxes are in pixels, along the middle of the pen. */
  readonly groups: readonly Group<Component>[];
  /** How the ink was detected. */
  readonly kind: Ink['kind'];
  /** The network's input for a character: `[28, 28]`, 0 = paper, 255 = ink. */
  glyph(group: Group<Component>): Uint8Array;
}

/** Finds the characters of a line; null if the image is empty. */
export function segmentImage(image: DecodedImage, invert: Invert): LineImage | null {
  const imageInk = inkOfImage(image, invert);
  return imageInk === null ? null : segmentInk(imageInk);
}

/** Finds the characters of a line in its ink; null without ink. */
function segmentInk({ data, width, height, kind, components }: ImageInk): LineImage | null {
  const parts = withoutDust(components.list);
  if (parts.length === 0) return null;
  const inkOf = (selected: readonly Component[]): Float32Array => {
    const kept = new Set(selected);
    return keepComponents(data, components, (component) => kept.has(component));
  };
  const halfPen = meanStrokeWidth(inkOf(parts), width, height) / 2;
  const groups = segmentParts(parts, ({ box }) => innerBox(box, halfPen));
  return {
    groups,
    kind,
    glyph: (group) => inkToGlyph(inkOf(group.parts), width)!,
  };
}

/** The box along the middle of the pen, as for strokes. */
function innerBox({ left, top, right, bottom }: StrokeBox, halfPen: number): StrokeBox {
  const inset = (low: number, high: number): [number, number] => {
    const distance = Math.min(halfPen, (high + 1 - low) / 2);
    return [low + distance, high + 1 - distance];
  };
  const [innerLeft, innerRight] = inset(left, right);
  const [innerTop, innerBottom] = inset(top, bottom);
  return { left: innerLeft, top: innerTop, right: innerRight, bottom: innerBottom };
}

/** Characters of a line are at least this fraction of the tallest ... */
const MIN_HEIGHT = 0.5;
/** ... and two of them are wider than this fraction of their height. */
const MIN_ASPECT = 1.1;

/** Whether an image clearly consists of several characters side by side. */
export function hasSeveralCharacters(imageInk: ImageInk): boolean {
  if (withoutDust(imageInk.components.list).length < 2) return false;
  const { groups } = segmentInk(imageInk)!;
  const heights = groups.map(({ box }) => box.bottom - box.top);
  const tallest = Math.max(...heights);
  const tall = groups.filter((_, i) => heights[i] >= MIN_HEIGHT * tallest);
  const width = tall.at(-1)!.box.right - tall[0].box.left;
  return tall.length > 1 && width > MIN_ASPECT * tallest;
}
