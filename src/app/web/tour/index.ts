// The button that starts the tour of the page; the tour itself loads at the first click.

import type { Announcer, ErrorReporter } from '../app.js';
import { element } from '../ui/dom.js';

/** Adds the button to `host`. */
export function mountTour(host: HTMLElement, app: Announcer & ErrorReporter): void {
  const button = element('button', { type: 'button', className: 'plain' }, 'Tour (60 seconds)');
  button.addEventListener('click', () => {
    import('./tour.js').then(
      ({ startTour }) => startTour(button),
      (error: unknown) => app.showError(error),
    );
  });
  host.append(button);
}
