// Changes the size and the channels of the images of a data set.

import { resizeImage } from '../../data/image/resizeImage.js';
import type { ImageDataset } from '../../data/loading/imageDataset.js';

/** A gray data set with images of `size` x `size` pixels; unchanged if it has that form. */
export function resizeDataset(dataset: ImageDataset, size: number, channels: 1 | 3): ImageDataset {
  const { height, width, images: stored, length } = dataset;
  if (height === size && width === size && channels === 1) return dataset;
  const pixels = channels * size * size;
  const images = new Uint8Array(length * pixels);
  for (let i = 0; i < length; i++) {
    const data = stored.subarray(i * height * width, (i + 1) * height * width);
    images.set(resizeImage({ data, width, height, channels: 1 }, size, channels), i * pixels);
  }
  return dataset.with({ images, channels, height: size, width: size });
}
