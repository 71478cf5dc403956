// Summarizes samples in tables: the speed of each contender, and the speed ratios that the project
// guarantees, per round.

import { spread, type Spread } from '../support/statistics.js';
import { formatTable, short } from '../support/table.js';
import { TASKS, type CheckReply, type Task } from './protocol.js';
import type { Sample } from './rounds.js';

export interface Ratio extends Spread {
  readonly task: Task;
  readonly of: string;
  readonly to: string;
  /** Speed of `of` divided by speed of `to`, for each round with both; above 1, `of` is faster. */
  readonly rounds: readonly number[];
  /** The guaranteed minimum; null if there is none. */
  readonly promised: number | null;
}

/**
 * [task, faster, slower, guaranteed speed ratio]. A latency of at most 0.6 times is a speed of at
 * least 1 / 0.6.
 */
const GUARANTEES: readonly (readonly [Task, string, string, number | null])[] = [
  ['train', 'inkgrad-node20', 'pytorch', 1.3],
  ['train', 'inkgrad-node24', 'pytorch-best', 1],
  ['train', 'inkgrad-node24', 'pytorch', null],
  ['train', 'inkgrad-node20', 'pytorch-best', null],
  ['train', 'inkgrad-node20', 'pytorch-1thread', null],
  ['train', 'inkgrad-node20-1thread', 'pytorch-1thread', 1],
  ['train', 'inkgrad-node24-1thread', 'pytorch-1thread', null],
  ['train', 'inkgrad-node20', 'inkgrad-node20-1thread', 1.8],
  ['train', 'inkgrad-node24', 'inkgrad-node24-1thread', 1.8],
  ...([20, 24] as const).flatMap((node) =>
    ['tfjs', 'jax-js', 'convnetjs'].map(
      (peer) => ['train', `inkgrad-node${node}`, `${peer}-node${node}`, 20] as const,
    ),
  ),
  ...([20, 24] as const).flatMap((node) => [
    ['infer64', `inkgrad-node${node}`, `onnxruntime-web-node${node}`, 2.5] as const,
    ['infer1', `inkgrad-node${node}`, `onnxruntime-web-node${node}`, 1 / 0.6] as const,
  ]),
  ...(['infer64', 'infer1'] as const).flatMap((task) =>
    ['pytorch', 'pytorch-best', 'onnxruntime-node'].map(
      (peer) => [task, 'inkgrad-node24', peer, null] as const,
    ),
  ),
];

type Comparison = (typeof GUARANTEES)[number];

/** Comparisons without a guarantee: inkgrad on Node 24 and 26 with every other PyTorch. */
function otherComparisons(names: readonly string[]): Comparison[] {
  const own = names.filter((name) => /^inkgrad-node(24|26)(-wide)?$/.test(name));
  const others = names.filter((name) => name.startsWith('pytorch'));
  const listed = new Set(GUARANTEES.map(([task, of, to]) => `${task} ${of} ${to}`));
  return TASKS.flatMap((task) =>
    own.flatMap((of) => others.map((to): Comparison => [task, of, to, null])),
  ).filter(([task, of, to]) => !listed.has(`${task} ${of} ${to}`));
}

/** Every ratio with measurements of both contenders. */
export function ratios(samples: readonly Sample[]): Ratio[] {
  const speed = (task: Task, name: string, round: number): number | undefined =>
    samples.find((s) => s.task === task && s.contender === name && s.round === round)
      ?.examplesPerSecond;
  const count = Math.max(-1, ...samples.map((sample) => sample.round)) + 1;
  const names = [...new Set(samples.map(({ contender }) => contender))];
  return [...GUARANTEES, ...otherComparisons(names)].flatMap(([task, of, to, promised]) => {
    const rounds = Array.from({ length: count }, (_, round) => {
      const [numerator, denominator] = [speed(task, of, round), speed(task, to, round)];
      return numerator === undefined || denominator === undefined ? NaN : numerator / denominator;
    }).filter((ratio) => !Number.isNaN(ratio));
    return rounds.length === 0 ? [] : [{ task, of, to, rounds, promised, ...spread(rounds) }];
  });
}

/** Speed of each contender at a task: median, minimum and maximum over the rounds. */
export function speedTable(task: Task, samples: readonly Sample[]): string {
  const latency = task === 'infer1';
  const unit = latency ? 'ms' : 'img/s';
  const names = [...new Set(samples.filter((s) => s.task === task).map((s) => s.contender))];
  const rows = names.map((name) => {
    const contenderSamples = samples.filter((s) => s.task === task && s.contender === name);
    const { median, min, max } = spread(
      contenderSamples.map((s) => (latency ? s.milliseconds : s.examplesPerSecond)),
    );
    const disturbance = Math.max(...contenderSamples.map((s) => s.disturbance));
    return [
      name,
      short(median),
      `${short(min)} - ${short(max)}`,
      Number.isNaN(disturbance) ? '-' : `${(100 * disturbance).toFixed(1)} %`,
    ];
  });
  return formatTable([task, `median ${unit}`, 'min - max', 'idle CPU'], rows);
}

/** The ratios as a table: per round, the median, and whether a guarantee is met. */
export function ratioTable(all: readonly Ratio[]): string {
  const rows = all.map(({ task, of, to, rounds, median, min, max, promised }) => [
    `${task}: ${of} / ${to}`,
    rounds.map(short).join(' '),
    short(median),
    `${short(min)} - ${short(max)}`,
    promised === null ? '' : `${median >= promised ? 'yes' : 'NO'}, >= ${short(promised)}`,
  ]);
  return formatTable(['speed ratio', 'each round', 'median', 'min - max', 'promised'], rows);
}

/** Largest difference of the losses of two contenders. */
export function maxDifference(losses: CheckReply, reference: CheckReply): number {
  return Math.max(
    Math.abs(losses.evaluation - reference.evaluation),
    ...losses.training.map((loss, step) => Math.abs(loss - reference.training[step])),
  );
}

/**
 * The losses of all contenders for the same weights and batches, and whether they agree with the
 * first within the tolerance of each.
 */
export function checkTable(
  checks: ReadonlyMap<string, CheckReply>,
  tolerances: ReadonlyMap<string, number>,
): string {
  const [reference] = checks.values();
  const rows = [...checks].map(([name, losses]) => {
    const difference = maxDifference(losses, reference);
    return [
      name,
      [losses.evaluation, ...losses.training].map((loss) => loss.toFixed(5)).join('  '),
      difference <= tolerances.get(name)! ? 'same' : `DIFFERS by ${short(difference)}`,
    ];
  });
  return formatTable(['check', 'loss: evaluation, training steps', ''], rows);
}
