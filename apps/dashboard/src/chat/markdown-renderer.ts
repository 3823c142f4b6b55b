import createDOMPurify, { type WindowLike } from 'dompurify';
import { createMarkdownHtml, type MarkdownBlock, type MarkdownHtmlOptions } from './markdown-html.ts';
import { isOwnImage } from './markdown-links.ts';

/** Turns a block of an agent's Markdown into safe HTML. */
export type MarkdownRenderer = (block: MarkdownBlock) => string;

const allowedTags =
  'a blockquote br button code del em figcaption figure div h3 h4 h5 h6 hr img li ol p pre span strong table tbody td th thead tr ul'.split(
    ' ',
  );
const allowedAttributes = 'align alt class data-copy href rel src start tabindex target type'.split(' ');

/** Makes a renderer: the Markdown half lets no HTML of the source through, the sanitiser is the second net. */
export function createMarkdownRenderer(
  options: MarkdownHtmlOptions,
  window: WindowLike = globalThis.window,
): MarkdownRenderer {
  const markdown = createMarkdownHtml(options);
  const purify = createDOMPurify(window);
  purify.addHook('afterSanitizeAttributes', (node) => {
    if (node.nodeName === 'IMG' && !isOwnImage(node.getAttribute('src') ?? '')) node.removeAttribute('src');
  });
  return (block) => purify.sanitize(markdown(block), { ALLOWED_TAGS: allowedTags, ALLOWED_ATTR: allowedAttributes });
}
