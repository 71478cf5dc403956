// JSON from a file that is not trusted. `JSON.parse` takes the last of two equal keys without a word and passes names
// such as __proto__ on to whoever copies the object; both are refused here, and deep nesting. Imports errors and json.

import { FormatError } from '../../engine/errors.js';
import type { Json } from './json.js';

/** Names that mean something else to JavaScript when an object is copied key by key. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** The index of the quote that ends the string which begins at `start`, or the end of the text. */
function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/**
 * Parses JSON.
 *
 * @param where what to call the text in messages
 * @param maxDepth how many objects and lists may lie inside each other
 * @throws FormatError for malformed text, a key twice in one object, a forbidden key, or deeper nesting
 */
export function parseStrictJson(text: string, where: string, maxDepth = 64): Json {
  // One pass over the brackets and strings; what else is wrong with the text, JSON.parse says afterwards.
  const open: (Set<string> | null)[] = []; // the keys of each open object, null for a list
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(null);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = closingQuote(text, at);
      if (isKey(text, end)) checkKey(parse(text.slice(at, end + 1), where) as string, open.at(-1), where);
      at = end;
    }
    if (open.length > maxDepth) throw new FormatError(`${where}: nested deeper than ${maxDepth} levels`);
  }
  return parse(text, where);
}

/** Whether a colon follows, after white space: only a key is followed by one. */
function isKey(text: string, closing: number): boolean {
  let at = closing + 1;
  while (at < text.length && ' \n\r\t'.includes(text[at])) at++;
  return text[at] === ':';
}

function checkKey(key: string, keys: Set<string> | null | undefined, where: string): void {
  if (FORBIDDEN_KEYS.has(key)) throw new FormatError(`${where}: the key ${key} is not allowed`);
  if (keys?.has(key)) throw new FormatError(`${where}: the key ${JSON.stringify(key)} appears twice`);
  keys?.add(key);
}

function parse(text: string, where: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new FormatError(`${where}: not JSON (${error instanceof Error ? error.message : 'unreadable'})`);
  }
}
