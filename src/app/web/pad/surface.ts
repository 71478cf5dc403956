// The canvas of the pad: as many pixels as the screen has below it, strokes as round lines, or a picture. Redraws at most once a
// frame. Knows neither pointers nor history. Imports types.

import type { Stroke } from '../../../data/strokes/raster.js';

/** What is to be seen. */
export interface Scene {
  readonly strokes: readonly Stroke[];
  /** Shown in the middle instead of strokes. */
  readonly picture: ImageBitmap | null;
}

/** Part of the picture's box that stays free around it. */
const MARGIN = 0.06;
/** How much thinner and thicker a pen's line gets with its pressure. */
const [THIN, THICK] = [0.5, 1.5];

export class Surface {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #penWidth: number;
  readonly #pressures: (stroke: Stroke) => readonly number[] | undefined;
  #scene: Scene = { strokes: [], picture: null };
  #frame = 0;

  /**
   * @param penWidth of the line on the screen, in parts of the pad's height
   * @param pressures of a stroke's points, for strokes of a pen
   */
  constructor(
    canvas: HTMLCanvasElement,
    penWidth: number,
    pressures: (stroke: Stroke) => readonly number[] | undefined,
  ) {
    this.canvas = canvas;
    this.#penWidth = penWidth;
    this.#pressures = pressures;
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('the browser gives no canvas to draw on');
    this.#context = context;
    this.#watchSize();
    // Colours are the style sheet's: the line is drawn anew when they change.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#redrawSoon());
  }

  /** Width of the pad in its heights. */
  get aspect(): number {
    const { clientWidth, clientHeight } = this.canvas;
    return clientHeight > 0 ? clientWidth / clientHeight : 1;
  }

  show(scene: Scene): void {
    this.#scene = scene;
    this.#redrawSoon();
  }

  /** Where a pointer is, in units of the pad; beyond its edge is at its edge. */
  place(clientX: number, clientY: number): readonly [x: number, y: number] {
    const { left, top, height, width } = this.canvas.getBoundingClientRect();
    if (height === 0) return [0, 0];
    const x = Math.min(width, Math.max(0, clientX - left)) / height;
    return [x, Math.min(1, Math.max(0, (clientY - top) / height))];
  }

  #watchSize(): void {
    const observer = new ResizeObserver(([entry]) => {
      // Where the browser tells the device's pixels, the canvas has exactly those.
      const exact = 'devicePixelContentBoxSize' in entry ? entry.devicePixelContentBoxSize[0] : undefined;
      const { width, height } = entry.contentRect;
      this.canvas.width = exact?.inlineSize ?? Math.round(width * devicePixelRatio);
      this.canvas.height = exact?.blockSize ?? Math.round(height * devicePixelRatio);
      this.#draw(); // at once: setting the size has wiped it
    });
    try {
      observer.observe(this.canvas, { box: 'device-pixel-content-box' });
    } catch {
      observer.observe(this.canvas); // Safari knows no such box
    }
  }

  #redrawSoon(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const context = this.#context;
    const { width, height } = this.canvas;
    context.clearRect(0, 0, width, height);
    const { strokes, picture } = this.#scene;
    if (picture !== null) drawPicture(context, picture);
    context.strokeStyle = context.fillStyle = getComputedStyle(this.canvas).color;
    context.lineCap = context.lineJoin = 'round';
    for (const stroke of strokes) {
      drawStroke(context, stroke, this.#penWidth, this.#pressures(stroke));
    }
  }
}

/** The picture as large as fits. */
function drawPicture(context: CanvasRenderingContext2D, picture: ImageBitmap): void {
  const { width, height } = context.canvas;
  const room = 1 - 2 * MARGIN;
  const scale = Math.min((room * width) / picture.width, (room * height) / picture.height);
  const [wide, tall] = [picture.width * scale, picture.height * scale];
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, (width - wide) / 2, (height - tall) / 2, wide, tall);
}

function drawStroke(
  context: CanvasRenderingContext2D,
  stroke: Stroke,
  penWidth: number,
  pressures: readonly number[] | undefined,
): void {
  const unit = context.canvas.height;
  const widthAt = (point: number): number =>
    penWidth * unit * (pressures === undefined ? 1 : THIN + (THICK - THIN) * pressures[point]);
  const count = stroke.length / 2;
  if (count === 1) {
    context.beginPath();
    context.arc(stroke[0] * unit, stroke[1] * unit, widthAt(0) / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.lineWidth = widthAt(0);
  context.beginPath();
  context.moveTo(stroke[0] * unit, stroke[1] * unit);
  for (let point = 1; point < count; point++) {
    const [x, y] = [stroke[2 * point] * unit, stroke[2 * point + 1] * unit];
    context.lineTo(x, y);
    if (pressures === undefined || point === count - 1) continue;
    // One line has one width: where it changes, the next begins.
    context.lineWidth = widthAt(point);
    context.stroke();
    context.beginPath();
    context.moveTo(x, y);
  }
  context.stroke();
}
