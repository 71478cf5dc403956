// The page's colours for what is drawn on a canvas, and word of it when they change. Imports nothing.

export interface Theme {
  readonly surface: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly right: string;
  readonly wrong: string;
  /** Lines of training and validation in the charts. */
  readonly training: string;
  readonly validation: string;
  readonly font: string;
}

/** The colours as they are now, from the tokens of style.css and training.css. */
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

/** Calls back when the person changes from light to dark or back. */
export function onThemeChange(listener: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener);
}
