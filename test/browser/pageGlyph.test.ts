// Tests that the input of the network does not depend on the platform: recorded strokes rendered by
// the minified page in a browser and by Node, byte for byte.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageAt } from '../../src/data/loading/imageDataset.js';
import { HANDS, plainStrokes, readHand, recordedDataset } from './strokes/recorded.js';
import { executable, type WatchedPage, skipSuffix } from './support/chromium.js';
import { browserFixture } from './support/suite.js';

describe.skipIf(executable === null)(`28 x 28 images in Chromium${skipSuffix}`, () => {
  const site = browserFixture('none');
  let opened: WatchedPage;
  beforeAll(async () => {
    opened = await site.open('checks.html');
  });
  afterAll(() => {
    expect(opened.pageErrors).toEqual([]);
  });

  it.each(HANDS)('equal those of Node, byte for byte: hand "%s"', async (name) => {
    const { characters } = readHand(name);
    const drawings = characters.map(plainStrokes);
    const inPage = await opened.page.evaluate((strokes) => checks.glyphs(strokes), drawings);
    const inNode = recordedDataset(name);
    expect(inPage).toHaveLength(inNode.length);
    for (const [i, image] of inPage.entries()) {
      expect(image, characters[i].label).toEqual([...imageAt(inNode, i)]);
    }
  });
});
