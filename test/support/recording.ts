// Backend wrapper that records every launch and forwards it to another backend.

import type { Backend, Buffer, Launch } from '../../src/engine/backend.js';

export interface Recorder {
  readonly backend: Backend;
  /** Names of the kernels launched and of the routines called so far. */
  readonly kernels: ReadonlySet<string>;
  readonly routines: ReadonlySet<string>;
}

/** Wraps `inner`; arrays made on the wrapper belong to the wrapper. */
export function recording(inner: Backend): Recorder {
  const kernels = new Set<string>();
  const routines = new Set<string>();
  const backend: Backend = {
    name: inner.name,
    dtype: inner.dtype,
    ...(inner.maxTerms === undefined ? {} : { maxTerms: inner.maxTerms }),
    get memory() {
      return inner.memory;
    },
    upload: (values: ArrayLike<number>): Buffer => inner.upload(values),
    run: (launch: Launch): Buffer => {
      kernels.add(launch.kernel.name);
      return inner.run(launch);
    },
    read: (buffer) => inner.read(buffer),
    free: (buffer) => inner.free(buffer),
    dispose: () => inner.dispose(),
    routines: Object.fromEntries(
      Object.entries(inner.routines ?? {}).map(([name, routine]) => [
        name,
        (launch) => {
          routines.add(name);
          return routine(launch);
        },
      ]),
    ),
  };
  return { backend, kernels, routines };
}
