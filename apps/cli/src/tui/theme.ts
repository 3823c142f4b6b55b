import type { TextProps } from 'ink';
import type { SpanStyle } from './row.ts';

/** How each style looks. */
export type Theme = Readonly<Record<SpanStyle, Omit<TextProps, 'children'>>>;

const coloured: Theme = {
  plain: {},
  dim: { dimColor: true },
  bold: { bold: true },
  good: { color: 'green' },
  warn: { color: 'yellow' },
  bad: { color: 'red' },
  accent: { color: 'cyan', bold: true },
  selected: { inverse: true },
};

/** Bold and inverse are no colours (no-color.org). */
const plain: Theme = {
  ...{ plain: {}, dim: {}, good: {}, warn: {} },
  ...{ bold: { bold: true }, bad: { bold: true }, accent: { bold: true }, selected: { inverse: true } },
};

/** The looks for a terminal that has colours and is to show them, or not. */
export const themeFor = (hasColours: boolean): Theme => (hasColours ? coloured : plain);
