// Paints a drawing on a canvas of pixels, with the bitmap font.

import { Canvas } from './canvas.js';
import type { Drawing, RectShape, Shape } from './drawing.js';

/** The pixels of a drawing. */
export function paint(drawing: Drawing): Canvas {
  const canvas = new Canvas(drawing.width, drawing.height);
  for (const shape of drawing.shapes) paintShape(canvas, shape);
  return canvas;
}

function paintShape(canvas: Canvas, shape: Shape): void {
  switch (shape.kind) {
    case 'rect':
      paintRect(canvas, shape);
      break;
    case 'line': {
      const { from, to, color, thickness } = shape;
      canvas.line(from.x, from.y, to.x, to.y, color, thickness);
      break;
    }
    case 'disc':
      canvas.disc(shape.x, shape.y, shape.radius, shape.color, shape.opacity);
      break;
    case 'text': {
      const { x, y, text, edge, ...options } = shape;
      if (edge === null) canvas.text(x, y, text, options);
      else canvas.outlinedText(x, y, text, { ...options, edge });
      break;
    }
    case 'image':
      canvas.image(shape.x, shape.y, shape.pixels, shape.width, shape.scale);
      break;
    case 'inset':
      canvas.draw(shape.x, shape.y, paint(shape.drawing));
  }
}

function paintRect(canvas: Canvas, { x, y, width, height, color, thickness }: RectShape): void {
  if (thickness === 0) canvas.fillRect(x, y, width, height, color);
  else canvas.strokeRect(x, y, width, height, color, thickness);
}
