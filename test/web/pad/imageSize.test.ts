// Tests the messages about image files that are empty or too large.

import { expect, it } from 'vitest';
import { checkFileSize } from '../../../src/app/web/pad/imageSize.js';

const MEGABYTE = 2 ** 20;

it('states the size of a file that is too large, and the limit', () => {
  const messageOf = (bytes: number): string => {
    try {
      checkFileSize(bytes, 'photo.png');
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  };
  expect(messageOf(300 * MEGABYTE)).toMatch(/^photo\.png: 300 MB is too large \(limit 64 MB\)/);
  expect(messageOf(64 * MEGABYTE + 1)).toMatch(/65 MB is too large/);
  expect(messageOf(64 * MEGABYTE)).toBe('accepted');
  expect(messageOf(0)).toMatch(/empty/);
});
