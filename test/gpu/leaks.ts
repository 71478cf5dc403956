// Counts what a browser's graphics hold: wraps the calls that make and delete buffers, textures and programs, WebGL2's and
// WebGPU's, before a backend is opened. And a run of training steps with the counts after each. Free of Node and of the
// test runner. Imports the app's bench.

import { trainingRun } from '../../src/app/deviceBench.js';
import type { Backend } from '../../src/engine/backend.js';

/** What exists now, by kind. */
export type LiveObjects = Readonly<Record<'buffers' | 'textures' | 'programs' | 'framebuffers', number>>;

const WEBGL_KINDS = {
  Buffer: 'buffers',
  Texture: 'textures',
  Program: 'programs',
  Framebuffer: 'framebuffers',
} as const;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Replaces a method by one that also calls `after` with its arguments and result. */
function wrap(target: object, name: string, after: (args: unknown[], result: unknown) => void): void {
  const methods = target as Record<string, Method>;
  const original = methods[name];
  methods[name] = function (...args) {
    const result = original.apply(this, args);
    after(args, result);
    return result;
  };
}

/**
 * Starts counting. Call it once in a page, before any backend is opened.
 *
 * An object that is deleted twice counts once; one that is never deleted stays in the count, as it stays on the device.
 */
export function countLiveObjects(): () => LiveObjects {
  const alive = {
    ...{ buffers: new Set<unknown>(), textures: new Set<unknown>() },
    ...{ programs: new Set<unknown>(), framebuffers: new Set<unknown>() },
  };
  const scope = globalThis as Record<string, unknown>;
  const prototypeOf = (name: string): object | null =>
    (scope[name] as { readonly prototype: object } | undefined)?.prototype ?? null;

  const webgl = prototypeOf('WebGL2RenderingContext');
  for (const [word, kind] of Object.entries(WEBGL_KINDS)) {
    if (webgl === null) break;
    wrap(webgl, `create${word}`, (_, made) => alive[kind].add(made));
    wrap(webgl, `delete${word}`, ([gone]) => alive[kind].delete(gone));
  }
  const [device, buffer] = [prototypeOf('GPUDevice'), prototypeOf('GPUBuffer')];
  if (device !== null && buffer !== null) {
    wrap(device, 'createBuffer', (_, made) => alive.buffers.add(made));
    const methods = buffer as Record<string, Method>;
    const { destroy } = methods;
    methods.destroy = function (this: unknown) {
      alive.buffers.delete(this);
      return destroy.apply(this);
    };
  }
  return () => ({
    ...{ buffers: alive.buffers.size, textures: alive.textures.size },
    ...{ programs: alive.programs.size, framebuffers: alive.framebuffers.size },
  });
}

export interface LeakOptions {
  /** Default 100. */
  readonly steps?: number;
  /** Images a step. Default 2. */
  readonly batchSize?: number;
}

export interface LeakReport<T> {
  /** The count after each step. */
  readonly afterStep: readonly T[];
  /** The count once the backend was disposed. */
  readonly afterDispose: T;
}

/** Trains, counting after each step, and disposes of the backend. Flat from the third step on, if nothing leaks. */
export async function trainAndCount<T>(
  backend: Backend,
  count: () => T,
  { steps = 100, batchSize = 2 }: LeakOptions = {},
): Promise<LeakReport<T>> {
  const afterStep: T[] = [];
  await trainingRun(backend, { steps, batchSize, onStep: () => afterStep.push(count()) });
  await backend.dispose();
  return { afterStep, afterDispose: count() };
}
