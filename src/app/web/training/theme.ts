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

/** Calls back when the color scheme changes between light and dark. */
export function onThemeChange(listener: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener);
}
