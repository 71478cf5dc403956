// Time limits of tests, scaled with the speed of the machine: a slow or busy machine gets more
// time.

/** Time of the workload on the machine for which the limits were chosen (AMD EPYC Zen 4, Node 20, idle). */
const REFERENCE_MS = 25;
const ENV_NAME = 'INKGRAD_TEST_SLOWNESS';

/** Time of a fixed amount of arithmetic, in milliseconds: the median of five runs after one to warm up. */
function workloadMilliseconds(): number {
  const times = Array.from({ length: 6 }, () => {
    const start = performance.now();
    let value = 0.5;
    for (let i = 0; i < 15_000_000; i++) value = 3.9 * value * (1 - value); // a chain: no iteration runs ahead
    return performance.now() - start + value * 1e-9; // the value is used, so the loop is not removed
  });
  return times.slice(1).sort((a, b) => a - b)[2];
}

/**
 * How many times slower this machine is than the one for which the limits were chosen; at least 1.
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
