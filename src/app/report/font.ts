// Bitmap font, drawn below as ASCII art: capitals 8 pixels tall, small letters 6, two rows of
// descenders. Characters that handwriting confuses are distinct here. 0 is a narrow oval, O wide
// and square; a dot or stroke in the 0 would look like an 8 when a page scales the image down. I
// has serifs, l a tail, 1 a flag and a foot. Small c o s u v w x z are lower than their capitals.

/** One character: `rows[y][x]` is true where there is ink. */
export interface Glyph {
  readonly width: number;
  readonly rows: readonly (readonly boolean[])[];
}

/** Rows of every glyph: 8 above the baseline and 2 below. */
export const GLYPH_ROWS = 10;
/** Rows above the baseline. */
export const CAP_ROWS = 8;
/** Columns between two glyphs, and columns of a space. */
const GAP = 1;
const SPACE = 3;

// Each sheet: the characters in order, then ten rows in which a space separates adjacent glyphs.
const SHEETS: readonly (readonly [characters: string, drawing: string])[] = [
  [
    '0123456789',
    `
    ..#.. ..#.. .###. .###. ...#. ##### ..##. ##### .###. .###.
    .#.#. .##.. #...# #...# ..##. #.... .#... ....# #...# #...#
    #...# #.#.. ....# ....# .#.#. #.... #.... ....# #...# #...#
    #...# ..#.. ....# ..##. .#.#. ####. ####. ...#. .###. #...#
    #...# ..#.. ...#. ....# #..#. ....# #...# ...#. #...# .####
    #...# ..#.. ..#.. ....# ##### ....# #...# ..#.. #...# ....#
    .#.#. ..#.. .#... #...# ...#. #...# #...# ..#.. #...# ...#.
    ..#.. ##### ##### .###. ...#. .###. .###. ..#.. .###. .##..
    ..... ..... ..... ..... ..... ..... ..... ..... ..... .....
    ..... ..... ..... ..... ..... ..... ..... ..... ..... .....`,
  ],
  [
    'ABCDEFGHIJKLM',
    `
    ..#.. ####. .###. ####. ##### ##### .###. #...# ### ..## #...# #... #.....#
    .#.#. #...# #...# #...# #.... #.... #...# #...# .#. ...# #..#. #... ##...##
    .#.#. #...# #.... #...# #.... #.... #.... #...# .#. ...# #.#.. #... #.#.#.#
    #...# ####. #.... #...# ####. ####. #.... ##### .#. ...# ##... #... #.#.#.#
    #...# #...# #.... #...# #.... #.... #.### #...# .#. ...# #.#.. #... #..#..#
    ##### #...# #.... #...# #.... #.... #...# #...# .#. ...# #.#.. #... #.....#
    #...# #...# #...# #...# #.... #.... #...# #...# .#. #..# #..#. #... #.....#
    #...# ####. .###. ####. ##### #.... .###. #...# ### .##. #...# #### #.....#
    ..... ..... ..... ..... ..... ..... ..... ..... ... .... ..... .... .......
    ..... ..... ..... ..... ..... ..... ..... ..... ... .... ..... .... .......`,
  ],
  [
    'NOPQRSTUVWXYZ',
    `
    #....# .####. ####. .####. ####. .###. ##### #...# #...# #.....# #...# #...# #####
    ##...# #....# #...# #....# #...# #...# ..#.. #...# #...# #.....# #...# #...# ....#
    ##...# #....# #...# #....# #...# #.... ..#.. #...# #...# #..#..# .#.#. .#.#. ...#.
    #.#..# #....# #...# #....# ####. .##.. ..#.. #...# #...# #..#..# ..#.. .#.#. ..#..
    #..#.# #....# ####. #....# #.#.. ...#. ..#.. #...# .#.#. #.#.#.# ..#.. ..#.. ..#..
    #...## #....# #.... #....# #..#. ....# ..#.. #...# .#.#. #.#.#.# .#.#. ..#.. .#...
    #...## #....# #.... #..#.# #..#. #...# ..#.. #...# ..#.. .#...#. #...# ..#.. #....
    #....# .####. #.... .####. #...# .###. ..#.. .###. ..#.. .#...#. #...# ..#.. #####
    ...... ...... ..... .....# ..... ..... ..... ..... ..... ....... ..... ..... .....
    ...... ...... ..... ...... ..... ..... ..... ..... ..... ....... ..... ..... .....`,
  ],
  [
    'abcdefghijklm',
    `
    ..... #.... ..... ....# ..... ..## ..... #.... # ..# #.... #. .......
    ..... #.... ..... ....# ..... .#.. ..... #.... . ... #.... #. .......
    .###. #.##. .###. .##.# .###. #### .##.# #.##. # ..# #..#. #. #.#.##.
    ....# ##..# #...# #..## #...# .#.. #..## ##..# # ..# #.#.. #. ##.#..#
    .#### #...# #.... #...# ##### .#.. #...# #...# # ..# ##... #. #..#..#
    #...# #...# #.... #...# #.... .#.. #...# #...# # ..# #.#.. #. #..#..#
    #...# #...# #...# #...# #...# .#.. #...# #...# # ..# #..#. #. #..#..#
    .#### ####. .###. .#### .###. .#.. .#### #...# # ..# #...# .# #..#..#
    ..... ..... ..... ..... ..... .... ....# ..... . ..# ..... .. .......
    ..... ..... ..... ..... ..... .... .###. ..... . ##. ..... .. .......`,
  ],
  [
    'nopqrstuvwxyz',
    `
    ..... ..... ..... ..... .... ..... .#.. ..... ..... ....... ..... ..... .....
    ..... ..... ..... ..... .... ..... .#.. ..... ..... ....... ..... ..... .....
    #.##. .###. #.##. .##.# #.## .#### #### #...# #...# #.....# #...# #...# #####
    ##..# #...# ##..# #..## ##.. #.... .#.. #...# #...# #..#..# .#.#. #...# ...#.
    #...# #...# #...# #...# #... .##.. .#.. #...# .#.#. #..#..# ..#.. .#.#. ..#..
    #...# #...# #...# #...# #... ...#. .#.. #...# .#.#. #.#.#.# ..#.. .#.#. .#...
    #...# #...# #...# #...# #... ....# .#.. #..## ..#.. .#...#. .#.#. ..#.. #....
    #...# .###. ####. .#### #... ####. ..## .##.# ..#.. .#...#. #...# ..#.. #####
    ..... ..... #.... ....# .... ..... .... ..... ..... ....... ..... .#... .....
    ..... ..... #.... ....# .... ..... .... ..... ..... ....... ..... #.... .....`,
  ],
  [
    '!"#$%&\'()*+,-./',
    `
    # #.# .#.#. ..#.. .#....# .##.. # .# #. ..... ..... .. .... .. ...#
    # #.# .#.#. .#### #.#..#. #..#. # #. .# ..#.. ..... .. .... .. ...#
    # #.# ##### #.#.. #.#..#. #..#. . #. .# #.#.# ..#.. .. .... .. ..#.
    # ... .#.#. #.#.. .#..#.. .##.. . #. .# .###. ..#.. .. .... .. ..#.
    # ... .#.#. .###. ...#.#. #.#.# . #. .# #.#.# ##### .. #### .. .#..
    . ... ##### ..#.# ..#.#.# #..#. . #. .# ..#.. ..#.. .. .... .. .#..
    # ... .#.#. ..#.# ..#.#.# #..#. . #. .# ..... ..#.. .# .... .. #...
    # ... .#.#. ####. .#...#. .##.# . #. .# ..... ..... .# .... .# #...
    . ... ..... ..#.. ....... ..... . #. .# ..... ..... #. .... .. ....
    . ... ..... ..... ....... ..... . .# #. ..... ..... .. .... .. ....`,
  ],
  [
    ':;<=>?@[\\]^_`{|}~',
    `
    . .. .... .... .... .###. ..####.. ## #... ## ..#.. ..... #. ..# # #.. ......
    . .. ...# .... #... #...# .#....#. #. #... .# .#.#. ..... .# .#. # .#. ......
    # .# ..#. #### .#.. ....# #..##..# #. .#.. .# #...# ..... .. .#. # .#. ......
    # .# .#.. .... ..#. ...#. #.#.#..# #. .#.. .# ..... ..... .. .#. # .#. .##..#
    . .. #... #### ...# ..#.. #.#.#..# #. ..#. .# ..... ..... .. #.. # ..# #..##.
    . .. .#.. .... ..#. ..#.. #.#.#..# #. ..#. .# ..... ..... .. .#. # .#. ......
    # .# ..#. .... .#.. ..... #..#.##. #. ...# .# ..... ..... .. .#. # .#. ......
    # .# ...# .... #... ..#.. .#...... #. ...# .# ..... ..... .. .#. # .#. ......
    . #. .... .... .... ..... ..#####. #. .... .# ..... ##### .. .#. # .#. ......
    . .. .... .... .... ..... ........ ## .... ## ..... ..... .. ..# # #.. ......`,
  ],
  [
    '±°×–·→',
    `
    ..... .##. ..... ..... . ......
    ..#.. #..# ..... ..... . ......
    ..#.. #..# #...# ..... . ...#..
    ##### .##. .#.#. ..... . ....#.
    ..#.. .... ..#.. ##### # ######
    ..#.. .... .#.#. ..... . ....#.
    ..... .... #...# ..... . ...#..
    ##### .... ..... ..... . ......
    ..... .... ..... ..... . ......
    ..... .... ..... ..... . ......`,
  ],
];

function readSheet(characters: string, art: string): [string, Glyph][] {
  const lines = art
    .trim()
    .split('\n')
    .map((line) => line.trim().split(' '));
  return Array.from(characters, (character, index) => {
    const rows = lines.map((line) => Array.from(line[index], (dot) => dot === '#'));
    return [character, { width: rows[0].length, rows }];
  });
}

/** The glyph of every supported character. */
export const GLYPHS: ReadonlyMap<string, Glyph> = new Map([
  [
    ' ',
    {
      width: SPACE,
      rows: Array.from({ length: GLYPH_ROWS }, () => new Array<boolean>(SPACE).fill(false)),
    },
  ],
  ...SHEETS.flatMap(([characters, drawing]) => readSheet(characters, drawing)),
]);

/** The glyph for unsupported characters: an empty box. */
const MISSING_GLYPH: Glyph = {
  width: 5,
  rows: Array.from({ length: GLYPH_ROWS }, (_, y) =>
    Array.from(
      { length: 5 },
      (_, x) => y < CAP_ROWS && (y === 0 || y === CAP_ROWS - 1 || x === 0 || x === 4),
    ),
  ),
};

/** The glyph of a character, or a box if it has none. */
export function glyphOf(character: string): Glyph {
  return GLYPHS.get(character) ?? MISSING_GLYPH;
}

/** Width of a line of text in pixels, without the gap after its last character. */
export function textWidth(text: string, scale = 1): number {
  const columns = Array.from(text).reduce(
    (sum, character) => sum + glyphOf(character).width + GAP,
    -GAP,
  );
  return Math.max(0, columns) * scale;
}

/** Height of the capitals in pixels; descenders take two more rows. */
export function textHeight(scale = 1): number {
  return CAP_ROWS * scale;
}

/**
 * Calls `ink(x, y)` for every dot of a text; coordinates are in dots from its top left corner.
 *
 * `smooth(x, y, right, down)` is called for an empty dot at (x, y) in the corner of a diagonal
 * step. The two dots of the step are to its left or right and above or below it. Large text fills
 * half of that dot, so that diagonals are smooth instead of stepped.
 */
export function traceText(
  text: string,
  ink: (x: number, y: number) => void,
  smooth: (x: number, y: number, right: boolean, down: boolean) => void,
): void {
  let left = 0;
  for (const character of text) {
    const { width, rows } = glyphOf(character);
    const at = (x: number, y: number): boolean => rows[y]?.[x] ?? false;
    for (let y = 0; y < GLYPH_ROWS; y++) {
      for (let x = 0; x < width; x++) {
        if (at(x, y)) {
          ink(left + x, y);
          continue;
        }
        for (const right of [false, true]) {
          for (const down of [false, true]) {
            const [nearX, nearY] = [x + (right ? 1 : -1), y + (down ? 1 : -1)];
            const isStep = at(nearX, y) && at(x, nearY) && !at(nearX, nearY);
            if (isStep) smooth(left + x, y, right, down);
          }
        }
      }
    }
    left += width + GAP;
  }
}
