// The files of an EMNIST split: names, paths in the official archive, maximum sizes, and known
// digests.

import { fileName, mappingName, parseMapping, type EmnistSplit } from '../../data/emnist/splits.js';

/**
 * Size of the official archive in bytes; the progress bar needs it if the server does not state it.
 */
export const ARCHIVE_BYTES = 561_753_746;

/** SHA-256 by file name, of the official archive's members. */
export type Digests = Readonly<Record<string, string>>;

/** Digests of the packed files of Balanced, from the archive of 2017. */
export const OFFICIAL_DIGESTS: Digests = {
  'emnist-balanced-train-images-idx3-ubyte.gz':
    '74295e75e4e9fa2c102147460ee7eb763653d5132d883a84fb88932bfb8d2db4',
  'emnist-balanced-train-labels-idx1-ubyte.gz':
    'b46d41e5156a0a8aaaa4d18979fdd1588850fa8571018acffd5d93b325a7d6ed',
  'emnist-balanced-test-images-idx3-ubyte.gz':
    '117fc12b015e37ea98bfb2cbba3f77c3782c056cdbd219b87abfc8661d7135db',
  'emnist-balanced-test-labels-idx1-ubyte.gz':
    'a67cac948379b67270b9a4d0a01c8ec661598accf2f2b1964340b7c83cb175cd',
};

/** One file to fetch. */
export interface RequiredFile {
  /** Its name in the data folder. */
  readonly name: string;
  /** Its path in the archive. */
  readonly path: string;
  /**
   * Maximum size in bytes, which guards against decompression bombs; the whole archive has 562 MB.
   */
  readonly maxBytes: number;
  /** Whether it must begin with the gzip signature. */
  readonly gzip: boolean;
  /** SHA-256, or null if unknown. */
  readonly sha256: string | null;
  /** Throws if the contents are invalid; for small files. */
  readonly check: ((bytes: Uint8Array, name: string) => void) | null;
}

/** Images, labels and mapping of both parts of a split. */
export function requiredFiles(split: EmnistSplit, digests: Digests): RequiredFile[] {
  const packed = (['train', 'test'] as const).flatMap((part) =>
    (['images', 'labels'] as const).map((kind) => {
      const name = `${fileName(split, part, kind)}.gz`;
      const maxBytes = kind === 'images' ? ARCHIVE_BYTES : 2e6;
      const sha256 = Object.hasOwn(digests, name) ? digests[name] : null;
      return { name, path: `gzip/${name}`, maxBytes, gzip: true, sha256, check: null };
    }),
  );
  const name = mappingName(split);
  const check = (bytes: Uint8Array, displayName: string): void => {
    parseMapping(new TextDecoder().decode(bytes), { name: displayName, split });
  };
  return [
    ...packed,
    { name, path: `gzip/${name}`, maxBytes: 65_536, gzip: false, sha256: null, check },
  ];
}
