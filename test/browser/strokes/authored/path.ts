// Converts an authored path to dense polylines, split at sharp turns of the pen.

/** One smooth piece of a stroke, between two corners: x, y pairs close together. */
export type Piece = readonly (readonly [x: number, y: number])[];

/** Points per curve: less than a pixel apart on every pad. */
const STEPS = 48;

/** Cosine of the turn, about 50 degrees, above which a hand stops for a moment. */
const SHARP = 0.64;

/** Parses `M`, `L` and `C` with absolute numbers; returns the pieces of each stroke. */
export function parsePath(text: string): Piece[][] {
  const strokes: Piece[][] = [];
  let end: [number, number] = [0, 0];
  for (const [, command, rest] of text.matchAll(/([MLC])([^MLC]*)/g)) {
    const n = rest.trim().split(/\s+/).map(Number);
    if (n.length !== (command === 'C' ? 6 : 2) || !n.every(Number.isFinite)) {
      throw new Error(`path "${text}": "${command}${rest}" is not M x y, L x y or C x y x y x y`);
    }
    if (command === 'M') strokes.push([]);
    else strokes.at(-1)!.push(command === 'L' ? line(end, [n[0], n[1]]) : curve(end, n));
    end = [n.at(-2)!, n.at(-1)!];
  }
  return strokes.map(joinSmoothly);
}

function line(from: readonly [number, number], to: readonly [number, number]): Piece {
  const at = (i: number, axis: 0 | 1): number => from[axis] + ((to[axis] - from[axis]) * i) / STEPS;
  return Array.from({ length: STEPS + 1 }, (_, i) => [at(i, 0), at(i, 1)] as const);
}

/** A cubic Bezier curve. */
function curve(from: readonly [number, number], n: readonly number[]): Piece {
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const t = i / STEPS;
    const s = 1 - t;
    const at = (axis: 0 | 1): number =>
      s * s * s * from[axis] +
      3 * s * s * t * n[axis] +
      3 * s * t * t * n[axis + 2] +
      t * t * t * n[axis + 4];
    return [at(0), at(1)] as const;
  });
}

/** Joins consecutive pieces with about the same direction. */
function joinSmoothly(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const before = joined.at(-1);
    if (before && cosineOfTurn(before, piece) > SHARP)
      joined[joined.length - 1] = [...before, ...piece.slice(1)];
    else joined.push(piece);
  }
  return joined;
}

function cosineOfTurn(before: Piece, after: Piece): number {
  const [a, b] = [before.at(-2)!, before.at(-1)!];
  const [c, d] = [after[0], after[1]];
  const [ux, uy, vx, vy] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]];
  return (ux * vx + uy * vy) / Math.sqrt((ux * ux + uy * uy) * (vx * vx + vy * vy));
}
