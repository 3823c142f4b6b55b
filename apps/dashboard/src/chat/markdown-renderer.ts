import createDOMPurify, { type WindowLike } from 'dompurify';
import { Marked, Renderer, type Token, type Tokens } from 'marked';
import { isOwnImage, isSafeLink } from './markdown-links.ts';

/** Turns an agent's Markdown into blocks of safe HTML; a block whose source did not change need not be rendered again. */
export interface MarkdownRenderer {
  blocks(markdown: string): { source: string; token: Token }[];
  html(token: Token): string;
}

interface RendererOptions {
  copyLabel: string;
  classes: { code: string; table: string };
}

const allowedTags =
  'a b blockquote br button code del div em figcaption figure h3 h4 h5 h6 hr img li ol p pre span strong table tbody td th thead tr ul'.split(
    ' ',
  );
const allowedAttributes = 'align alt class data-copy href rel src start tabindex target title type'.split(' ');

/** Makes a renderer; raw HTML in the source is shown as text, and the sanitiser is the second net. */
export function createMarkdownRenderer(
  options: RendererOptions,
  window: WindowLike = globalThis.window,
): MarkdownRenderer {
  const marked = new Marked({ gfm: true, breaks: true, renderer: new SafeRenderer(options) });
  const purify = createDOMPurify(window);
  return {
    blocks: (markdown) =>
      marked
        .lexer(markdown)
        .filter(({ type }) => type !== 'space')
        .map((token) => ({ source: token.raw, token })),
    html: (token) =>
      purify.sanitize(marked.parser([token]), { ALLOWED_TAGS: allowedTags, ALLOWED_ATTR: allowedAttributes }),
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

class SafeRenderer extends Renderer {
  readonly #options: RendererOptions;

  constructor(options: RendererOptions) {
    super();
    this.#options = options;
  }

  override html({ text }: Tokens.HTML | Tokens.Tag): string {
    return escapeHtml(text);
  }

  override heading({ depth, tokens }: Tokens.Heading): string {
    // Below the page's own headings.
    const level = Math.min(depth + 2, 6);
    return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
  }

  override code({ text, lang = '' }: Tokens.Code): string {
    const { classes, copyLabel } = this.#options;
    const [language = ''] = lang.split(/\s/);
    const head = `<span>${escapeHtml(language)}</span><button type="button" data-copy>${escapeHtml(copyLabel)}</button>`;
    const body = `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>`;
    return `<figure class="${classes.code}"><figcaption>${head}</figcaption>${body}</figure>`;
  }

  override table(token: Tokens.Table): string {
    return `<div class="${this.#options.classes.table}" tabindex="0">${super.table(token)}</div>`;
  }

  override checkbox({ checked }: Tokens.Checkbox): string {
    return checked ? '☑ ' : '☐ ';
  }

  override link({ href, tokens }: Tokens.Link): string {
    const text = this.parser.parseInline(tokens);
    if (!isSafeLink(href)) return text;
    return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${text}</a>`;
  }

  override image({ href, text }: Tokens.Image): string {
    if (isOwnImage(href)) return `<img src="${escapeHtml(href)}" alt="${escapeHtml(text)}">`;
    // A foreign picture would tell its server who reads this; the content security policy refuses it as well.
    const label = escapeHtml(text === '' ? href : text);
    return isSafeLink(href)
      ? `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${label}</a>`
      : label;
  }
}
