// The page's pairing of EMNIST files by name: roles, missing files, and files that are rejected.

import { describe, expect, it } from 'vitest';
import { fileName, mappingName } from '../../src/data/emnist/splits.js';
import { DataError } from '../../src/data/errors.js';
import {
  addFiles,
  completeFiles,
  NO_FILES,
  missingRoles,
  roleOf,
} from '../../src/app/web/training/emnistFiles.js';

const file = (name: string): File => new File(['x'], name);
const files = (...names: string[]): File[] => names.map(file);

const IMAGES = `${fileName('balanced', 'train', 'images')}.gz`;
const LABELS = fileName('balanced', 'train', 'labels');
const TEST_IMAGES = fileName('balanced', 'test', 'images');
const TEST_LABELS = `${fileName('balanced', 'test', 'labels')}.gz`;

describe('roleOf', () => {
  it.each([
    [IMAGES, 'trainImages'],
    [LABELS, 'trainLabels'],
    [TEST_IMAGES, 'testImages'],
    [TEST_LABELS, 'testLabels'],
    [mappingName('balanced'), 'mapping'],
    ['emnist-balanced-train-images-idx3-ubyte (2).gz', 'trainImages'],
    ['EMNIST-BALANCED-TRAIN-LABELS-IDX1-UBYTE.GZ', 'trainLabels'],
  ])('recognizes %s', (name, role) => {
    expect(roleOf(name)).toEqual({ split: 'balanced', role });
  });

  it.each([
    ['gzip.zip', /is an archive: unpack it/],
    ['emnist-balanced.mat', /MATLAB/],
    ['t10k-images-idx3-ubyte.gz', /MNIST/],
    ['emnist-balanced-train-images.gz', /changed name/],
    ['emnist-fancy-train-images-idx3-ubyte', /no split fancy; it has balanced, letters/],
    ['cat.png', /isn't an official EMNIST file; their names are like emnist-balanced-train-images/],
    ['emnist-constructor-mapping.txt', /no split constructor/],
  ])('rejects %s', (name, message) => {
    expect(() => roleOf(name)).toThrow(DataError);
    expect(() => roleOf(name)).toThrow(message);
    expect(() => roleOf(name)).toThrow(name);
  });
});

describe('addFiles', () => {
  it('collects a split over several calls, and lists what is missing until it is complete', () => {
    const one = addFiles<File>(NO_FILES, files(IMAGES));
    expect(missingRoles(one)).toEqual(['trainLabels']);
    expect(completeFiles(one)).toBeNull();
    const two = addFiles(one, files(LABELS));
    expect(missingRoles(two)).toEqual([]);
    expect(completeFiles(two)).toMatchObject({
      split: 'balanced',
      testImages: null,
      mapping: null,
    });
    const three = addFiles(two, files(TEST_LABELS));
    expect(missingRoles(three)).toEqual(['testImages']);
    expect(completeFiles(three)).toBeNull();
    const four = addFiles(three, files(TEST_IMAGES, mappingName('balanced')));
    expect(missingRoles(four)).toEqual([]);
    expect(completeFiles(four)?.testImages).toBe(four.files.testImages);
    expect(completeFiles(four)?.mapping).toBe(four.files.mapping);
  });

  it('does not use test files for training', () => {
    const test = addFiles<File>(NO_FILES, files(TEST_IMAGES, TEST_LABELS));
    expect(missingRoles(test)).toEqual(['trainImages', 'trainLabels']);
    expect(completeFiles(test)).toBeNull();
  });

  it('replaces a file by a later one of the same role', () => {
    const again = file(IMAGES);
    expect(addFiles(addFiles<File>(NO_FILES, files(IMAGES)), [again]).files.trainImages).toBe(
      again,
    );
  });

  it('rejects files of two splits and duplicate parts, and then adds nothing', () => {
    const letters = fileName('letters', 'train', 'labels');
    const before = addFiles<File>(NO_FILES, files(IMAGES));
    expect(() => addFiles(before, files(LABELS, letters))).toThrow(
      /letters.*is of the letters split.*balanced/,
    );
    expect(() => addFiles<File>(NO_FILES, files(LABELS, `${LABELS}.gz`))).toThrow(/same part as/);
    expect(before.files.trainLabels).toBeUndefined();
  });
});
