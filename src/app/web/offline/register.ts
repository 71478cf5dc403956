// Starts the service worker once the page works, and offers a new version when one has arrived. Without service workers (an old
// browser, http without localhost, the development server) the page works as before, online. Imports the helpers for elements.

import { element } from '../ui/dom.js';
import './offline.css';

/** Undefined where it fails, or where somebody who blocks service workers answers with nothing. */
async function register(): Promise<ServiceWorkerRegistration | undefined> {
  try {
    return await navigator.serviceWorker.register(new URL('./serviceWorker.js', document.baseURI), {
      scope: './',
    });
  } catch {
    return undefined;
  }
}

/** @param host where the offer of a new version appears */
export async function workOffline(host: HTMLElement): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  const registration = await register();
  if (registration === undefined) return; // it is an extra
  /** The first worker of all takes over by itself; one that waits beside an older one is a new version. */
  const watch = (): void => {
    const { waiting } = registration;
    if (waiting !== null && serviceWorker.controller !== null) offer(host, waiting);
  };
  watch();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', watch);
  });
}

/** Reloads only the page on which it was asked for: others may hold drawings. */
function offer(host: HTMLElement, waiting: ServiceWorker): void {
  if (host.querySelector('.new-version') !== null) return;
  const reload = element('button', { type: 'button' }, 'Load it');
  reload.addEventListener('click', () => {
    reload.disabled = true;
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
    waiting.postMessage('take over');
  });
  const later = element('button', { type: 'button', className: 'plain' }, 'Later');
  const text = element('p', {}, 'There is a new version of this page.');
  const notice = element('div', { className: 'notice new-version', role: 'status' }, text, reload, later);
  later.addEventListener('click', () => notice.remove());
  host.append(notice);
}
