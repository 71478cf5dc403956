// The pixels of an image for a gallery, which draws 0 as white: images of characters unchanged, color
// images as their inverted luma.

import { imageAt, type ImageDataset } from '../../data/loading/imageDataset.js';
import { toLuma } from '../../data/image/workingImage.js';

/** Image `index` of a data set as `[height, width]`. */
export function grayTile(dataset: ImageDataset, index: number): Uint8Array {
  const image = imageAt(dataset, index);
  if (dataset.channels !== 3) return image;
  const pixels = dataset.height * dataset.width;
  return Uint8Array.from(
    { length: pixels },
    (_, i) => 255 - Math.round(toLuma(image[i], image[pixels + i], image[2 * pixels + i])),
  );
}
