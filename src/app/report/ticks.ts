// Axis scales: round tick values, and the position of a value on the axis.

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** One axis of a chart. */
export interface Axis {
  /** The values at its ends. */
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
  /**
   * Position of a value, 0 at the low end and 1 at the high end; not finite for a value that the
   * axis cannot show.
   */
  readonly position: (value: number) => number;
}

export interface AxisOptions {
  /** Approximate number of ticks. Default 6. */
  readonly count?: number;
  /** Logarithmic axis; values that are not above 0 have no position. Default false. */
  readonly log?: boolean;
  /** Extend the axis to the outer ticks. Default true. */
  readonly round?: boolean;
  /** Ticks only at integers, on a linear axis. Default false. */
  readonly integer?: boolean;
}

/** Formats a number for people: 12,500, 0.05, 2e-6. */
export function formatTick(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) {
    return Number(value.toPrecision(6)).toExponential().replace('+', '');
  }
  return value.toFixed(decimals).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
}

/** Tick distance: 1, 2 or 5 times a power of ten, so that about `count` ticks fit. */
export function roundStep(span: number, count: number): number {
  const rawStep = span / count;
  const power = 10 ** Math.floor(Math.log10(rawStep));
  const factor = [1, 2, 5].find((step) => step * power >= rawStep * 0.999) ?? 10;
  return factor * power;
}

/** An axis that contains all finite values; without any, it runs from 0 to 1. */
export function axisOf(values: Iterable<number>, options: AxisOptions = {}): Axis {
  const { count = 6, log = false, round = true, integer = false } = options;
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (log) return low > high ? logAxis(0.1, 1, count, true) : logAxis(low, high, count, round);
  if (low > high) [low, high] = [0, 1];
  if (low === high)
    [low, high] = low === 0 ? [0, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2];
  const step = roundStep(high - low, count);
  return linearAxis(low, high, integer ? Math.max(1, step) : step, round);
}

function linearAxis(low: number, high: number, step: number, round: boolean): Axis {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  // Tolerance for rounding: 0.3 / 0.1 is 2.9999999999999996.
  const first = round ? Math.floor(low / step + 1e-9) : Math.ceil(low / step - 1e-9);
  const last = round ? Math.ceil(high / step - 1e-9) : Math.floor(high / step + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => {
    // Rounded through text: 3 * 0.1 is 0.30000000000000004, and tiny steps keep their digits.
    const value = Number(((first + i) * step).toPrecision(12));
    return { value, label: formatTick(value, decimals) };
  });
  const [start, end] = round ? [first * step, last * step] : [low, high];
  return { low: start, high: end, ticks, position: (value) => (value - start) / (end - start) };
}

/** 1, 2 and 5 times every power of ten in the range of the values and just outside it. */
function logSteps(low: number, high: number): number[] {
  const steps: number[] = [];
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)); power++) {
    for (const factor of [1, 2, 5]) steps.push(Number(`${factor}e${power}`));
  }
  return steps;
}

function logAxis(low: number, high: number, count: number, round: boolean): Axis {
  const steps = logSteps(low, high);
  let [start, end] = [low, high];
  if (round || low === high) {
    start = steps.findLast((step) => step <= low * (1 + 1e-9))!;
    end = steps.find((step) => step >= high * (1 - 1e-9))!;
    if (start === end) end = steps[steps.indexOf(start) + 1] ?? 2 * start;
  }
  const decades = Math.log10(end / start);
  // Powers of ten. If there are many, only every second or third; if there are few, also 2 and 5
  // times each.
  const interval = Math.ceil((decades + 1) / (count + 2));
  const ticks = steps
    .filter((step) => step >= start * (1 - 1e-9) && step <= end * (1 + 1e-9))
    .filter((step) => {
      const power = Math.round(Math.log10(step));
      const isPower = step === Number(`1e${power}`);
      return isPower ? power % interval === 0 : decades <= 2;
    })
    .map((value) => ({ value, label: formatLogTick(value) }));
  const position = (value: number): number =>
    value > 0 ? Math.log10(value / start) / decades : NaN;
  return { low: start, high: end, ticks, position };
}

function formatLogTick(value: number): string {
  const power = Math.floor(Math.log10(value) + 1e-9);
  return power < -3 || power > 4
    ? value.toExponential().replace('+', '')
    : formatTick(value, Math.max(0, -power));
}
