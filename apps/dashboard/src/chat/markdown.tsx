import { type MouseEvent, memo, useMemo } from 'react';
import { useTranslation } from '../i18n/use-translation.ts';
import { copyText } from '../ui/clipboard.ts';
import styles from './markdown.module.css';
import { type MarkdownBlock, markdownBlocks } from './markdown-html.ts';
import { createMarkdownRenderer, type MarkdownRenderer } from './markdown-renderer.ts';
import { useHighlight } from './use-highlight.ts';

const COPIED_MS = 2_000;

/** An answer, rendered block by block: while it grows only its last block is rendered again. */
export function Markdown({ text }: { text: string }) {
  const { t } = useTranslation();
  const copyLabel = t('common.copy');
  const copiedLabel = t('common.copied');
  const blocks = useMemo(() => markdownBlocks(text), [text]);
  const highlight = useHighlight(blocks);
  const renderer = useMemo(() => {
    const classes = { code: styles.code ?? '', table: styles.table ?? '' };
    return createMarkdownRenderer({ copyLabel, classes, highlight });
  }, [copyLabel, highlight]);
  const onClick = (event: MouseEvent) => {
    const button = event.target instanceof Element ? event.target.closest('button[data-copy]') : null;
    if (button !== null) void copyCode(button, { copyLabel, copiedLabel });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons inside are real ones; this only hears their clicks
    // biome-ignore lint/a11y/useKeyWithClickEvents: a button's keyboard press is a click
    <div className={styles.markdown} onClick={onClick}>
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks only ever grow at the end
        <Block key={index} block={block} renderer={renderer} />
      ))}
    </div>
  );
}

interface BlockProps {
  block: MarkdownBlock;
  renderer: MarkdownRenderer;
}

const Block = memo(
  function Block({ block, renderer }: BlockProps) {
    // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised by the renderer
    return <div className={styles.block} dangerouslySetInnerHTML={{ __html: renderer(block) }} />;
  },
  (before, after) => before.block.source === after.block.source && before.renderer === after.renderer,
);

async function copyCode(button: Element, labels: { copyLabel: string; copiedLabel: string }): Promise<void> {
  const code = button.closest('figure')?.querySelector('code')?.textContent ?? '';
  if (!(await copyText(code))) return;
  button.textContent = labels.copiedLabel;
  setTimeout(() => {
    button.textContent = labels.copyLabel;
  }, COPIED_MS);
}
