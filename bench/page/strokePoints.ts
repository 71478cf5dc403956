// Script time per point of a stroke: the pad is drawn on with the mouse, one point at a time, and
// the page finishes its work for a point (image, prediction, open tab) before the next one.

import type { CDPSession, Page } from 'playwright-core';

/** Points of a spiral around the center of the pad, in units of the pad. */
export function spiral(count: number): [x: number, y: number][] {
  return Array.from({ length: count }, (_, i) => {
    const angle = (i / count) * 4 * Math.PI;
    const radius = 0.1 + (0.25 * i) / count;
    return [0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)];
  });
}

/** Seconds of script since the page was opened. */
async function scriptSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ScriptDuration')!.value;
}

/** Waits for two frames and the tasks after them. */
const settle = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 30)));
      }),
  );

/**
 * Draws a stroke on the pad and measures the script time of each point after the first, in
 * milliseconds. Frames without work are included; they take little.
 */
export async function timeStrokePoints(
  page: Page,
  session: CDPSession,
  points: number,
): Promise<number[]> {
  await session.send('Performance.enable');
  const pad = (await page.locator('#pad canvas').boundingBox())!;
  const [[x0, y0], ...rest] = spiral(points + 1).map(([x, y]): [number, number] => [
    pad.x + x * pad.width,
    pad.y + y * pad.height,
  ]);
  await page.mouse.move(x0, y0);
  await page.mouse.down();
  await settle(page);
  const times: number[] = [];
  for (const [x, y] of rest) {
    const before = await scriptSeconds(session);
    await page.mouse.move(x, y);
    await settle(page);
    times.push(1000 * ((await scriptSeconds(session)) - before));
  }
  await page.mouse.up();
  return times;
}
