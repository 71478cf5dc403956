// Segmentation of an image of a line: the connected components of its ink are grouped like the
// strokes of a pad. Letters that touch become one character.

import {
  keepComponents,
  withoutDust,
  type Component,
  type Components,
} from '../../data/image/connectedComponents.js';
import { inkOfImage, type ImageInk } from '../../data/image/imageInk.js';
import type { Ink, Invert } from '../../data/image/inkMap.js';
import { meanStrokeWidth } from '../../data/image/penWidth.js';
import { inkToGlyph, MIN_INK } from '../../data/image/preprocess.js';
import type { DecodedImage } from '../../data/image/workingImage.js';
import type { StrokeBox } from '../../data/strokes/boundingBox.js';
import { segmentParts, type Group } from './segment.js';

/** A character of a line in an image. */
export interface CharacterImage {
  /** The network's input: `[28, 28]`, 0 = paper, 255 = ink. */
  readonly image: Uint8Array;
  /** Size of its box along the middle of the pen, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly spaceBefore: boolean;
}

/** A line in an image. */
export interface LineImage {
  /** Left to right. */
  readonly characters: readonly CharacterImage[];
  /** How the ink was detected. */
  readonly kind: Ink['kind'];
}

/** Finds the characters of a line; null if the image is empty. */
export function segmentImage(image: DecodedImage, invert: Invert): LineImage | null {
  const imageInk = inkOfImage(image, invert);
  if (imageInk === null) return null;
  const groups = groupInk(imageInk);
  if (groups.length === 0) return null;
  const { data, width, kind, components } = imageInk;
  const characters = groups.map(({ parts, box, spaceBefore }) => {
    const ink = keepComponents(data, components, (component) => parts.includes(component));
    return {
      image: inkToGlyph(ink, width)!, // every part has ink of at least 0.5
      width: box.right - box.left,
      height: box.bottom - box.top,
      spaceBefore,
    };
  });
  return { characters, kind };
}

/** The components of the ink as characters, left to right. Boxes are along the middle of the pen. */
function groupInk({ data, width, height, components }: ImageInk): Group<Component>[] {
  const parts = partsOf(components);
  if (parts.length === 0) return [];
  const kept = new Set(parts);
  const ink = keepComponents(data, components, (component) => kept.has(component));
  const halfPen = meanStrokeWidth(ink, width, height) / 2;
  return segmentParts(parts, ({ box }) => innerBox(box, halfPen));
}

/** The components that are parts of characters: neither dust nor fainter than ink. */
const partsOf = ({ list }: Components): Component[] =>
  withoutDust(list).filter(({ peak }) => peak >= MIN_INK);

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
  if (partsOf(imageInk.components).length < 2) return false;
  const groups = groupInk(imageInk);
  const heights = groups.map(({ box }) => box.bottom - box.top);
  const tallest = Math.max(...heights);
  const tall = groups.filter((_, i) => heights[i] >= MIN_HEIGHT * tallest);
  const width = tall.at(-1)!.box.right - tall[0].box.left;
  return tall.length > 1 && width > MIN_ASPECT * tallest;
}
