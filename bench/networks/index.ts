// The networks by name. pytorch.py has the same list.

import { autoencoder } from './autoencoder.js';
import { charLstm } from './charLstm.js';
import { gan } from './gan.js';
import { gpt } from './gpt.js';
import { mlp } from './mlp.js';
import type { NetworkProgram } from './program.js';
import { resnet8 } from './resnet8.js';

const networks = { mlp, charLstm, gpt, autoencoder, resnet8, gan };

export type NetworkName = keyof typeof networks;

export const NETWORKS: Readonly<Record<NetworkName, NetworkProgram>> = networks;

export const NETWORK_NAMES = Object.keys(NETWORKS) as NetworkName[];
