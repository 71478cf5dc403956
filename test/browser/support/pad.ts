// Plays recorded strokes on the page's pad as real pointer events of a mouse, a finger or a pen,
// and checks the page's predictions.

import type { CDPSession, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { RecordedCharacter, RecordedHand } from '../strokes/recorded.js';
import { eventually } from './waiting.js';

/** Plays strokes on one page. */
export class PadHand {
  readonly page: Page;
  readonly #session: Promise<CDPSession>;
  readonly #hand: Pick<RecordedHand, 'pad' | 'pointer'>;

  /** @param hand the recorded hand; defines the pad of the points and the pointer type */
  constructor(page: Page, hand: Pick<RecordedHand, 'pad' | 'pointer'>) {
    this.page = page;
    this.#hand = hand;
    this.#session = page.context().newCDPSession(page);
  }

  /**
   * Writes a character on the pad.
   *
   * The events are sent as fast as the browser accepts them. It coalesces events within a frame, as
   * with a fast mouse.
   */
  async write(
    { strokes }: Pick<RecordedCharacter, 'strokes'>,
    canvas = '#pad canvas',
  ): Promise<void> {
    const pad = this.page.locator(canvas);
    await pad.scrollIntoViewIfNeeded();
    const box = (await pad.boundingBox())!;
    const scale = Math.min(box.width / this.#hand.pad[0], box.height / this.#hand.pad[1]);
    const left = box.x + (box.width - scale * this.#hand.pad[0]) / 2;
    const top = box.y + (box.height - scale * this.#hand.pad[1]) / 2;
    for (const stroke of strokes) {
      const points = stroke.map(([x, y, , pressure]) => ({
        x: left + x * scale,
        y: top + y * scale,
        pressure,
      }));
      await (this.#hand.pointer === 'touch' ? this.#swipe(points) : this.#drag(points));
    }
    await nextFrame(this.page);
  }

  async #drag(points: readonly PadPoint[]): Promise<void> {
    const session = await this.#session;
    const pointerType = this.#hand.pointer === 'pen' ? 'pen' : 'mouse';
    const send = (
      type: 'mousePressed' | 'mouseMoved' | 'mouseReleased',
      { x, y, pressure: force }: PadPoint,
    ): Promise<unknown> =>
      session.send('Input.dispatchMouseEvent', {
        type,
        x,
        y,
        force,
        pointerType,
        clickCount: 1,
        button: 'left',
        buttons: type === 'mouseReleased' ? 0 : 1,
      });
    const [{ x, y }] = points;
    await session.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y, pointerType });
    await Promise.all([
      send('mousePressed', points[0]),
      ...points.slice(1).map((point) => send('mouseMoved', point)),
      send('mouseReleased', points.at(-1)!),
    ]);
  }

  async #swipe(points: readonly PadPoint[]): Promise<void> {
    const session = await this.#session;
    const send = (
      type: 'touchStart' | 'touchMove' | 'touchEnd',
      padPoint?: PadPoint,
    ): Promise<unknown> =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: padPoint
          ? [{ x: padPoint.x, y: padPoint.y, force: padPoint.pressure, id: 1 }]
          : [],
      });
    await Promise.all([
      send('touchStart', points[0]),
      ...points.slice(1).map((point) => send('touchMove', point)),
      send('touchEnd'),
    ]);
  }
}

interface PadPoint {
  readonly x: number;
  readonly y: number;
  readonly pressure: number;
}

/** Waits until the page has rendered a frame that started after the call. */
export function nextFrame(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );
}

/** The most likely character on the page; empty without a prediction. */
export function topPrediction(page: Page): Promise<string> {
  return page.locator('#result .top-classes .label').first().innerText();
}

/** Waits until a character is the most likely on the page. */
export async function expectPrediction(
  page: Page,
  label: string,
  description = label,
): Promise<void> {
  await eventually(async () => expect(await topPrediction(page), description).toBe(label));
}

/** Waits until one of the characters is the most likely on the page. */
export async function expectPredictionAmong(
  page: Page,
  labels: readonly string[],
  description: string,
): Promise<void> {
  await eventually(async () => {
    expect(await topPrediction(page), description).toBeOneOf([...labels]);
  });
}

/** Waits until the pad of a first visit shows the example, and the prediction for it. */
export async function expectExample(page: Page): Promise<void> {
  await page.locator('#invitation.demonstrating').waitFor();
  await expectPrediction(page, 'a');
}

/** Waits until the page shows a prediction. */
export async function expectAnyPrediction(page: Page): Promise<void> {
  await eventually(async () => expect(await topPrediction(page)).not.toBe(''));
}

/** The network's input as shown on the page: 784 values, 0 paper, 255 ink. */
export function networkInput(page: Page): Promise<number[]> {
  return page.locator('#result .network-input canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: data.length / 4 }, (_, pixel) => data[4 * pixel + 3]);
  });
}

/** Waits until the network's input is this image. */
export async function expectNetworkInput(page: Page, image: readonly number[]): Promise<void> {
  await eventually(async () => expect(await networkInput(page)).toEqual(image));
}

/** Waits until the pad is empty and the page shows no prediction and no verdict. */
export async function expectBlank(page: Page): Promise<void> {
  await expectPrediction(page, '', 'no prediction');
  expect(await networkInput(page)).toEqual(EMPTY);
  expect(await page.locator('#result .verdict').innerText()).toBe('');
}

const EMPTY = Array<number>(784).fill(0);
