// Fetches the letters split from a test server with faults, and checks the resulting folder.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import {
  fetchEmnist,
  type FetchOptions,
  type FetchResult,
} from '../../src/app/fetch/fetchEmnist.js';
import { temporaryFolder } from '../data/support.js';
import { zip } from '../support/zip.js';
import {
  archiveMembers,
  serve,
  splitFiles,
  type ServerFaults,
  type TestServer,
} from './support.js';

export const files = splitFiles('letters');
export const archive = zip(archiveMembers(files));
export const IMAGES = 'emnist-letters-train-images-idx3-ubyte.gz';
/** Name of the partial file of the train images during their download. */
export const IMAGES_PARTIAL = `${IMAGES}.${crc32(files[IMAGES]).toString(16).padStart(8, '0')}.partial`;

export interface FetchSetup {
  readonly dir: string;
  readonly server: TestServer;
  readonly notes: string[];
  readonly fetch: (more?: Partial<FetchOptions>) => Promise<FetchResult>;
}

/** A server with faults, an empty folder, and a client with short timeouts. */
export async function fetchSetup(faults: ServerFaults = {}, file = archive): Promise<FetchSetup> {
  const [server, dir, notes] = [await serve(file, faults), await temporaryFolder(), [] as string[]];
  const options: FetchOptions = {
    split: 'letters',
    dir,
    url: server.url,
    maxTries: 3,
    firstDelay: 1,
    stallTimeout: 300,
    onMessage: (message) => void notes.push(message),
  };
  return { dir, server, notes, fetch: (more = {}) => fetchEmnist({ ...options, ...more }) };
}

/** Checks that the folder contains exactly the files of the split, byte for byte. */
export function expectComplete(dir: string): void {
  expect(readdirSync(dir).sort()).toEqual(Object.keys(files).sort());
  for (const [name, bytes] of Object.entries(files)) {
    expect(readFileSync(join(dir, name)).equals(bytes), name).toBe(true);
  }
}

export const partialsIn = (dir: string): string[] =>
  readdirSync(dir).filter((name) => name.endsWith('.partial'));
