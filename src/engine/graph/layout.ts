// Layered layout of a directed graph (Sugiyama, Tagawa and Toda 1981): rows by distance from the
// last vertex, few crossings within a row, then x positions.

/** Minimum distance between neighbors of a row. */
const GAP = 24;
/** Width of a waypoint, where an edge passes a row. */
const WAYPOINT_WIDTH = 2;
/** Passes over all rows. More passes hardly change the drawing of a network. */
const SWEEPS = 8;

/** A vertex to place. */
export interface LayoutVertex {
  readonly width: number;
  /** Indices of earlier vertices; they are placed in rows above. */
  readonly inputs: readonly number[];
}

/** A placed vertex, or a waypoint of the edges that leave one vertex and end in lower rows. */
export interface Item {
  /** Index of the vertex; null for a waypoint. */
  readonly vertex: number | null;
  readonly width: number;
  /** Items of the next row above from which an edge leads here. */
  readonly above: Item[];
  /** Items of the next row below to which an edge leads. */
  readonly below: Item[];
  /** Center. */
  x: number;
}

/**
 * Places the vertices of a graph in rows.
 *
 * @param vertices in topological order; every vertex leads to the last one
 * @returns the rows from top to bottom, each from left to right
 */
export function layOut(vertices: readonly LayoutVertex[]): Item[][] {
  const rows = makeRows(vertices);
  reduceCrossings(rows);
  for (const row of rows) place(row, () => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const row of rows) place(row, ({ above, x }) => meanOf(above, x));
    for (const row of rows.toReversed()) place(row, ({ below, x }) => meanOf(below, x));
  }
  return rows;
}

/** The largest number of edges between each vertex and the last one. */
function distances(vertices: readonly LayoutVertex[]): number[] {
  const distance = new Array<number>(vertices.length).fill(0);
  for (let index = vertices.length - 1; index >= 0; index--) {
    for (const input of vertices[index].inputs) {
      distance[input] = Math.max(distance[input], distance[index] + 1);
    }
  }
  return distance;
}

/** Rows of items, ordered by a depth-first search from the last vertex. */
function makeRows(vertices: readonly LayoutVertex[]): Item[][] {
  const distance = distances(vertices);
  const height = Math.max(...distance);
  const rows = Array.from({ length: height + 1 }, (): Item[] => []);
  const newItem = (row: number, vertex: number | null, width: number): Item => {
    const item: Item = { vertex, width, above: [], below: [], x: 0 };
    rows[row].push(item);
    return item;
  };
  /** The items of each vertex by row: the vertex, then the waypoints below it. */
  const columns = vertices.map((): Item[] => []);
  const unvisited = [vertices.length - 1];
  for (let index = unvisited.pop(); index !== undefined; index = unvisited.pop()) {
    if (columns[index].length > 0) continue;
    const { inputs, width } = vertices[index];
    columns[index].push(newItem(height - distance[index], index, width));
    unvisited.push(...inputs.toReversed());
  }
  vertices.forEach(({ inputs }, index) => {
    for (const input of new Set(inputs)) {
      const column = columns[input];
      const waypoints = distance[input] - distance[index] - 1;
      while (column.length <= waypoints) {
        const row = height - distance[input] + column.length;
        connect(column.at(-1)!, newItem(row, null, WAYPOINT_WIDTH));
        column.push(column.at(-1)!.below.at(-1)!);
      }
      connect(column[waypoints], columns[index][0]);
    }
  });
  return rows;
}

function connect(upper: Item, lower: Item): void {
  upper.below.push(lower);
  lower.above.push(upper);
}

/** Sorts each row by the mean position of the neighbors, and keeps the best of all passes. */
function reduceCrossings(rows: Item[][]): void {
  let best = rows.map((row) => [...row]);
  let fewest = countCrossings(best);
  const sortRow = (row: Item[], side: 'above' | 'below'): void => {
    const keys = new Map(row.map((item, i) => [item, meanOf(item[side], i)]));
    row.sort((a, b) => keys.get(a)! - keys.get(b)!);
    setPositions(row);
  };
  rows.forEach(setPositions);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    for (const row of rows) sortRow(row, 'above');
    for (const row of rows.toReversed()) sortRow(row, 'below');
    const crossings = countCrossings(rows);
    if (crossings < fewest) [best, fewest] = [rows.map((row) => [...row]), crossings];
  }
  rows.splice(0, rows.length, ...best);
}

/** Uses x for the position within the row. */
function setPositions(row: readonly Item[]): void {
  row.forEach((item, position) => (item.x = position));
}

function countCrossings(rows: readonly (readonly Item[])[]): number {
  let crossings = 0;
  for (const row of rows) setPositions(row);
  for (const row of rows) {
    const edges = row.flatMap((lower) => lower.above.map((upper) => [upper.x, lower.x] as const));
    edges.forEach(([upperA, lowerA], index) => {
      for (const [upperB, lowerB] of edges.slice(index + 1)) {
        if ((upperA - upperB) * (lowerA - lowerB) < 0) crossings += 1;
      }
    });
  }
  return crossings;
}

function meanOf(items: readonly Item[], otherwise: number): number {
  if (items.length === 0) return otherwise;
  return items.reduce((sum, { x }) => sum + x, 0) / items.length;
}

/**
 * Moves the items of a row as close as possible to the wanted positions (least squares), without
 * overlap and in the same order: isotonic regression by pooling adjacent violators.
 */
function place(row: readonly Item[], wanted: (item: Item) => number): void {
  /** Distance from the first item if the row is packed. */
  const offsets: number[] = [0];
  for (let i = 1; i < row.length; i++) {
    offsets.push(offsets[i - 1] + (row[i - 1].width + row[i].width) / 2 + GAP);
  }
  const blocks: { sum: number; count: number }[] = [];
  row.forEach((item, index) => {
    const block = { sum: wanted(item) - offsets[index], count: 1 };
    for (let left = blocks.at(-1); left !== undefined; left = blocks.at(-1)) {
      if (left.sum / left.count < block.sum / block.count) break;
      block.sum += left.sum;
      block.count += left.count;
      blocks.pop();
    }
    blocks.push(block);
  });
  const starts = blocks.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
  row.forEach((item, index) => (item.x = starts[index] + offsets[index]));
}
