// Writes a drawing to a PNG file.

import { writeAtomically } from '../outputFiles.js';
import type { Drawing } from './drawing.js';
import { encodePng } from './encodePng.js';

/** Writes a drawing to a PNG file atomically. */
export function writePng(path: string, drawing: Drawing): Promise<void> {
  return writeAtomically(path, encodePng(drawing));
}
