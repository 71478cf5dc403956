// Strict JSON parser for untrusted files: rejects duplicate keys, unsafe keys and deep nesting.
// `JSON.parse` silently uses the last of two equal keys. It also accepts keys such as __proto__,
// which are unsafe when the object is copied.

import { FormatError } from '../../engine/errors.js';
import type { Json } from './json.js';

/** Keys with a special meaning in JavaScript when an object is copied key by key. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Index of the quote that closes the string starting at `start`, or the length of the text. */
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
 * @param label name of the text in error messages
 * @param maxDepth maximum nesting depth of objects and lists
 * @throws FormatError for malformed text, a duplicate key, a forbidden key, or deeper nesting
 */
export function parseStrictJson(text: string, where: string, maxDepth = 64): Json {
  // One pass over brackets and strings; JSON.parse reports all other errors afterwards.
  const open: (Set<string> | null)[] = []; // the keys of each open object, null for a list
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(null);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = closingQuote(text, at);
      if (isKey(text, end))
        checkKey(parse(text.slice(at, end + 1), where) as string, open.at(-1), where);
      at = end;
    }
    if (open.length > maxDepth)
      throw new FormatError(`${where}: nested deeper than ${maxDepth} levels`);
  }
  return parse(text, where);
}

/** Whether a colon follows, after white space: only keys are followed by a colon. */
function isKey(text: string, closing: number): boolean {
  let at = closing + 1;
  while (at < text.length && ' \n\r\t'.includes(text[at])) at++;
  return text[at] === ':';
}

function checkKey(key: string, keys: Set<string> | null | undefined, where: string): void {
  if (FORBIDDEN_KEYS.has(key)) throw new FormatError(`${where}: the key ${key} is not allowed`);
  if (keys?.has(key))
    throw new FormatError(`${where}: the key ${JSON.stringify(key)} appears twice`);
  keys?.add(key);
}

function parse(text: string, where: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new FormatError(
      `${where}: not JSON (${error instanceof Error ? error.message : 'unreadable'})`,
    );
  }
}
