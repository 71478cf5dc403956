// The canvas of the pad at the screen's resolution: strokes as round lines, or an image. Redraws at most once per frame.

import type { Stroke } from '../../../data/strokes/raster.js';

/** The displayed contents. */
export interface SurfaceContents {
  readonly strokes: readonly Stroke[];
  /** Shown centered instead of strokes. */
  readonly image: ImageBitmap | null;
}

/** Margin around the image, as a fraction of its box. */
const MARGIN = 0.06;
/** Factors of the line width at the lowest and highest pressure of a pen. */
const [THIN, THICK] = [0.5, 1.5];

export class Surface {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #penWidth: number;
  readonly #pressures: (stroke: Stroke) => readonly number[] | undefined;
  #contents: SurfaceContents = { strokes: [], image: null };
  #frame = 0;

  /**
   * @param penWidth line width on the screen, as a fraction of the pad's height
   * @param pressures returns the pressures of a stroke's points if a pen drew it
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
    if (context === null) throw new Error('no 2D context available for the pad canvas');
    this.#context = context;
    this.#watchSize();
    // The style sheet sets the colors: redraw when they change.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#redrawSoon());
  }

  /** Aspect ratio: width / height. */
  get aspect(): number {
    const { clientWidth, clientHeight } = this.canvas;
    return clientHeight > 0 ? clientWidth / clientHeight : 1;
  }

  show(contents: SurfaceContents): void {
    this.#contents = contents;
    this.#redrawSoon();
  }

  /** Position of a pointer in units of the pad, clamped to its edges. */
  toPadPosition(clientX: number, clientY: number): readonly [x: number, y: number] {
    const { left, top, height, width } = this.canvas.getBoundingClientRect();
    if (height === 0) return [0, 0];
    const x = Math.min(width, Math.max(0, clientX - left)) / height;
    return [x, Math.min(1, Math.max(0, (clientY - top) / height))];
  }

  #watchSize(): void {
    const observer = new ResizeObserver(([entry]) => {
      // Use the exact size in device pixels if the browser reports it.
      const deviceSize =
        'devicePixelContentBoxSize' in entry ? entry.devicePixelContentBoxSize[0] : undefined;
      const { width, height } = entry.contentRect;
      this.canvas.width = deviceSize?.inlineSize ?? Math.round(width * devicePixelRatio);
      this.canvas.height = deviceSize?.blockSize ?? Math.round(height * devicePixelRatio);
      this.#draw(); // immediately, because setting the size clears the canvas
    });
    try {
      observer.observe(this.canvas, { box: 'device-pixel-content-box' });
    } catch {
      observer.observe(this.canvas); // Safari does not support this box
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
    const { strokes, image } = this.#contents;
    if (image !== null) drawImage(context, image);
    context.strokeStyle = context.fillStyle = getComputedStyle(this.canvas).color;
    context.lineCap = context.lineJoin = 'round';
    for (const stroke of strokes) {
      drawStroke(context, stroke, this.#penWidth, this.#pressures(stroke));
    }
  }
}

/** Draws the image as large as it fits. */
function drawImage(context: CanvasRenderingContext2D, image: ImageBitmap): void {
  const { width, height } = context.canvas;
  const available = 1 - 2 * MARGIN;
  const scale = Math.min((available * width) / image.width, (available * height) / image.height);
  const [drawnWidth, drawnHeight] = [image.width * scale, image.height * scale];
  context.imageSmoothingQuality = 'high';
  context.drawImage(
    image,
    (width - drawnWidth) / 2,
    (height - drawnHeight) / 2,
    drawnWidth,
    drawnHeight,
  );
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
    // A path has one width, so start a new path where the width changes.
    context.lineWidth = widthAt(point);
    context.stroke();
    context.beginPath();
    context.moveTo(x, y);
  }
  context.stroke();
}
