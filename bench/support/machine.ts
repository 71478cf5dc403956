// What a result was measured on. Imports node: modules.

import { cpus, loadavg, release, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  /** Processes that wanted a core in the last minute, when the run began: above 0.5 the machine was not quiet. */
  readonly loadAverage: number;
}

/** The machine and the Node that this process runs on. */
export function thisMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    loadAverage: Number(loadavg()[0].toFixed(2)),
  };
}

/** `AMD EPYC 7763 64-Core Processor` on 2 cores -> `amd-epyc-7763-64-core-processor-x2`, for a file's name. */
export function machineName({ cpu, cores }: Machine): string {
  const words = cpu.toLowerCase().replace(/\(r\)|\(tm\)|@.*$/g, ' ');
  return `${words.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '')}-x${cores}`;
}
