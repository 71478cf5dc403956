// Describes the machine that a result was measured on.

import { cpus, loadavg, release, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  /** Load average of the last minute at the start; above 0.5 the machine was not idle. */
  readonly loadAverage: number;
}

/** The machine and the Node version of this process. */
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

/**
 * Machine name for file names: `AMD EPYC 7763 64-Core Processor` on 2 cores ->
 * `amd-epyc-7763-64-core-processor-x2`.
 */
export function machineName({ cpu, cores }: Machine): string {
  const cpuName = cpu.toLowerCase().replace(/\(r\)|\(tm\)|@.*$/g, ' ');
  return `${cpuName.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '')}-x${cores}`;
}
