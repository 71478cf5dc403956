// Conditions of a measurement in Chromium: a slow network, a slow processor.

import type { CDPSession } from 'playwright-core';

/** Slow 4G: 1.6 Mbit/s down, 0.75 Mbit/s up, a round trip of 150 ms. */
const SLOW_4G = {
  offline: false,
  latency: 150,
  downloadThroughput: 1.6e6 / 8,
  uploadThroughput: 0.75e6 / 8,
};

/** Slows the network of a page. */
export async function slowNetwork(session: CDPSession): Promise<void> {
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', SLOW_4G);
}

/** Slows the scripts of a page by a factor. */
export async function slowProcessor(session: CDPSession, rate: number): Promise<void> {
  await session.send('Emulation.setCPUThrottlingRate', { rate });
}
