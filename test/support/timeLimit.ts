// Time limits of tests, scaled with the speed of the machine: a slow or busy machine gets more
// time.

/**
 * Time of the workload on the machine for which the limits were chosen (AMD EPYC Zen 4, Node 20,
 * idle).
 */
const REFERENCE_MS = 25;
const ENV_NAME = 'INKGRAD_TEST_SLOWNESS';

/**
 * Time of a fixed amount of arithmetic, in milliseconds: the median of five runs after a warm-up.
 */
function workloadMilliseconds(): number {
  const times = Array.from({ length: 6 }, () => {
    const start = performance.now();
    let value = 0.5;
    // Each iteration depends on the previous one.
    for (let i = 0; i < 15_000_000; i++) value = 3.9 * value * (1 - value);
    // The value is used, so the loop is not removed.
    return performance.now() - start + value * 1e-9;
  });
  return times.slice(1).sort((a, b) => a - b)[2];
}

/**
 * Slowness of this machine relative to the one for which the limits were chosen; at least 1.
 *
 * The runner's configuration measures it once and passes it on to all workers in the environment.
 */
export function measuredSlowness(): number {
  const known = Number(process.env[ENV_NAME]);
  return known >= 1 ? known : Math.max(1, workloadMilliseconds() / REFERENCE_MS);
}

/** The environment variable that carries the measurement to the workers. */
export function slownessForWorkers(): Record<string, string> {
  return { [ENV_NAME]: measuredSlowness().toFixed(2) };
}

/**
 * A time limit on this machine.
 *
 * @param milliseconds the limit on the machine for which the limits were chosen
 */
export function timeLimit(milliseconds: number): number {
  return Math.ceil(milliseconds * measuredSlowness());
}
