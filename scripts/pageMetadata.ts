// Vite plugin for the metadata of the built pages: the preview that other sites show of a link
// (Open Graph), the address of the source code, and the license.

import { readFileSync } from 'node:fs';
import type { HtmlTagDescriptor, Plugin } from 'vite';

/** The part of package.json that is used here. */
export interface Package {
  readonly name: string;
  readonly homepage?: string;
  readonly repository?: string | { readonly url: string };
}

export interface PageMetadataOptions {
  /** Address of the folder that the pages will be in, from `siteAddress`; null if it is unknown. */
  readonly site: URL | null;
  readonly manifest: Package;
  /** The license, which is served as license.txt. */
  readonly license: URL;
}

/** The preview in the public folder, made by scripts/draw-preview.js. */
const PREVIEW = {
  file: 'preview.png',
  width: 1200,
  height: 630,
  alt: 'A drawn letter, and the character that the network recognizes',
};

/** In a page: replaced by the address of the source code. */
const SOURCE = '%SOURCE_ADDRESS%';

/**
 * Validates the build option INKGRAD_SITE_URL: the address of the folder that the pages will be in.
 *
 * @returns the address with a slash at its end; null if the option is not set
 * @throws Error if it is not an absolute http or https address of a folder
 */
export function siteAddress(text: string | undefined): URL | null {
  if (text === undefined || text === '') return null;
  const address = URL.canParse(text) ? new URL(text) : null;
  if (
    address === null ||
    !/^https?:$/.test(address.protocol) ||
    address.search !== '' ||
    address.hash !== '' ||
    address.pathname.endsWith('.html')
  ) {
    throw new Error(
      `INKGRAD_SITE_URL: expected the absolute address of the pages' folder, got "${text}"; ` +
        'set it to an address such as https://example.org/inkgrad/',
    );
  }
  if (!address.pathname.endsWith('/')) address.pathname += '/';
  return address;
}

/** Where the source is: the repository, else the home page, else the package on npm. */
export function sourceAddress({ name, homepage, repository }: Package): string {
  const url = typeof repository === 'string' ? repository : repository?.url;
  const address = url?.replace(/^git\+/, '').replace(/\.git$/, '') ?? homepage;
  return address !== undefined && /^https?:/.test(address)
    ? address
    : `https://www.npmjs.com/package/${name}`;
}

/** The Open Graph tags of a page, with its title and description. */
export function previewTags(html: string, path: string, site: URL | null): HtmlTagDescriptor[] {
  const title = /<title>(.*?)<\/title>/s.exec(html)?.[1];
  const description = /<meta\s+name="description"\s+content="([^"]*)"/.exec(html)?.[1];
  if (title === undefined || description === undefined)
    throw new Error(`${path}: needs a title and a description`);
  const properties: [name: string, content: string][] = [
    ['og:type', 'website'],
    ['og:site_name', 'inkgrad'],
    ['og:title', title],
    ['og:description', description],
  ];
  if (site !== null) {
    properties.push(
      ['og:url', new URL(path.replace(/^\/(index\.html$)?/, ''), site).href],
      ['og:image', new URL(PREVIEW.file, site).href],
      ['og:image:width', String(PREVIEW.width)],
      ['og:image:height', String(PREVIEW.height)],
      ['og:image:alt', PREVIEW.alt],
    );
  }
  const tags = properties.map(([property, content]): HtmlTagDescriptor => ({
    tag: 'meta',
    attrs: { property, content },
  }));
  if (site !== null)
    tags.push({
      tag: 'meta',
      attrs: { name: 'twitter:card', content: 'summary_large_image' },
      injectTo: 'head',
    });
  return tags;
}

/** The plugin. */
export function pageMetadata({ site, manifest, license }: PageMetadataOptions): Plugin {
  return {
    name: 'inkgrad:page-metadata',
    transformIndexHtml: {
      order: 'pre',
      handler: (html, { path }) => ({
        html: html.replaceAll(SOURCE, sourceAddress(manifest)),
        tags: previewTags(html, path, site),
      }),
    },
    generateBundle() {
      this.emitFile({
        type: 'asset',
        fileName: 'license.txt',
        source: readFileSync(license, 'utf8'),
      });
    },
  };
}
