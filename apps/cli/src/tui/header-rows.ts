import { plainLine } from '@picoclaw/log';
import type { Facts, GatewayView, LauncherView } from './facts.ts';
import { cutRow, type Row, type Span, type SpanStyle } from './row.ts';
import { widthOf } from './text-width.ts';
import { PANES, type Pane, type TuiState } from './tui-state.ts';

const STATE_STYLES: Readonly<Record<GatewayView['state'], SpanStyle>> = {
  ...{ running: 'good', starting: 'warn', restarting: 'warn', stopping: 'warn', error: 'bad' },
  ...{ stopped: 'dim', unknown: 'dim' },
};
const STATE_WORDS: Readonly<Record<GatewayView['state'], string>> = {
  ...{ running: 'running', starting: 'starting', restarting: 'restarting', stopping: 'stopping' },
  ...{ stopped: 'not running', error: 'failed', unknown: 'looking' },
};
const PANE_NAMES: Readonly<Record<Pane, string>> = { chat: 'Chat', logs: 'Logs', gateway: 'Gateway' };

/** The state of the gateway in a word, with its colour. */
export const stateSpan = ({ state }: GatewayView): Span => ({ text: STATE_WORDS[state], style: STATE_STYLES[state] });

/** What is above every pane: the launcher, the gateway, and the panes there are. */
export function headerRows({ facts, pane, now }: TuiState, width: number): Row[] {
  return [launcherRow(facts), gatewayRow(facts, now), tabsRow(pane, width)].map((row) => cutRow(row, width));
}

function launcherRow({ launcher }: Facts): Row {
  return [{ text: 'PicoClaw', style: 'bold' }, { text: '  Launcher ', style: 'dim' }, ...launcherSpans(launcher)];
}

function launcherSpans(launcher: LauncherView): Span[] {
  if (launcher.state === 'unknown') return [{ text: 'looking', style: 'dim' }];
  if (launcher.state === 'absent') return [{ text: 'not running', style: 'dim' }];
  if (launcher.state === 'refuses') return [{ text: plainLine(launcher.reason), style: 'warn' }];
  return [{ text: 'running', style: 'good' }, { text: ` · ${plainLine(launcher.url)}` }];
}

function gatewayRow({ gateway }: Facts, now: number): Row {
  const { address, model, pid, startedAt } = gateway;
  const isUp = gateway.state === 'running';
  const parts = [
    isUp && address !== undefined && address,
    model !== undefined && `model ${model}`,
    isUp && pid !== undefined && `pid ${pid}`,
    isUp && startedAt !== undefined && `up ${duration(now - startedAt)}`,
  ].filter((part) => part !== false);
  return [
    { text: '          Gateway  ', style: 'dim' },
    stateSpan(gateway),
    ...parts.map((part) => ({ text: ` · ${plainLine(part)}` })),
  ];
}

function tabsRow(shown: Pane, width: number): Row {
  const tabs = PANES.flatMap((pane, index): Span[] => {
    const name = `${index + 1} ${PANE_NAMES[pane]}`;
    return [
      { text: '──', style: 'dim' },
      pane === shown ? { text: `[${name}]`, style: 'accent' } : { text: ` ${name} `, style: 'plain' },
    ];
  });
  const used = tabs.reduce((sum, { text }) => sum + widthOf(text), 0);
  return [...tabs, { text: '─'.repeat(Math.max(0, width - used)), style: 'dim' }];
}

/** A length of time in its largest two units: `3 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first === -1) return '0 s';
  const shown = units.slice(first, first + (first >= 2 ? 1 : 2)).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}
