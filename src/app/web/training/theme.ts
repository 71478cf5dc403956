// The page's colors for canvas drawing, with a callback for changes of the color scheme.

export interface Theme {
  readonly surface: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly right: string;
  readonly wrong: string;
  /** Training and validation lines in the charts. */
  readonly training: string;
  readonly validation: string;
  readonly font: string;
}

/** The current colors, from the variables of style.css and training.css. */
export function themeOf(host: HTMLElement): Theme {
  const style = getComputedStyle(host);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    surface: token('--surface'),
    ink: token('--ink'),
    soft: token('--ink-soft'),
    line: token('--line'),
    right: token('--accent'),
    wrong: token('--bad'),
    font: token('--sans'),
    training: token('--chart-training'),
    validation: token('--chart-validation'),
  };
}

/** The size of the page's text in pixels, which grows with the window. */
export const textSize = (): number =>
  parseFloat(getComputedStyle(document.documentElement).fontSize);

/** Font of axes. The page's typeface slashes its zeros, to tell them from O; axes have digits only. */
export const axisFont = (): string => `${0.75 * textSize()}px system-ui, sans-serif`;

/** Calls back when the color scheme changes between light and dark. */
export function onThemeChange(listener: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener);
}
