// Registration of the service worker, and the offer to reload when a new version has arrived.
// Without service workers (old browsers, http without localhost, the development server) the page works online only.

import { element } from '../ui/dom.js';
import './offline.css';

/** Undefined if the registration fails, or if a blocker of service workers returns nothing. */
async function register(): Promise<ServiceWorkerRegistration | undefined> {
  try {
    return await navigator.serviceWorker.register(new URL('./serviceWorker.js', document.baseURI), {
      scope: './',
    });
  } catch {
    return undefined;
  }
}

/** @param host container for the offer of a new version */
export async function enableOffline(host: HTMLElement): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  const registration = await register();
  if (registration === undefined) return; // offline use is optional
  /** The first worker activates by itself; a worker that waits behind an older one is a new version. */
  const checkForUpdate = (): void => {
    const { waiting } = registration;
    if (waiting !== null && serviceWorker.controller !== null) offerReload(host, waiting);
  };
  checkForUpdate();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', checkForUpdate);
  });
}

/** Reloads only the page where the visitor requested it: other open pages may contain drawings. */
function offerReload(host: HTMLElement, waiting: ServiceWorker): void {
  if (host.querySelector('.new-version') !== null) return;
  const reload = element('button', { type: 'button' }, 'Load it');
  reload.addEventListener('click', () => {
    reload.disabled = true;
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
    waiting.postMessage('take over');
  });
  const later = element('button', { type: 'button', className: 'plain' }, 'Later');
  const text = element('p', {}, 'There is a new version of this page.');
  const notice = element(
    'div',
    { className: 'notice new-version', role: 'status' },
    text,
    reload,
    later,
  );
  later.addEventListener('click', () => notice.remove());
  host.append(notice);
}
