import { Box, Text } from 'ink';
import { memo, useSyncExternalStore } from 'react';
import { footerRows } from './footer-rows.ts';
import { headerRows } from './header-rows.ts';
import { layoutOf } from './layout.ts';
import { paneRows } from './pane-rows.ts';
import type { Row } from './row.ts';
import type { Store } from './store.ts';
import type { Theme } from './theme.ts';
import type { TuiEvent, TuiState } from './tui-state.ts';

interface AppProps {
  readonly store: Store<TuiState, TuiEvent>;
  readonly theme: Theme;
}

/** The whole screen. */
export function App({ store, theme }: AppProps) {
  const state = useSyncExternalStore(store.subscribe, store.getState);
  const { columns, rows } = state.size;
  const { width } = layoutOf(state.size);
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Rows rows={headerRows(state, width)} theme={theme} />
      <Rows rows={paneRows(state)} theme={theme} />
      <Rows rows={footerRows(state, width)} theme={theme} />
    </Box>
  );
}

function Rows({ rows, theme }: { readonly rows: readonly Row[]; readonly theme: Theme }) {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is a place on the screen
        <RowView key={index} row={row} theme={theme} />
      ))}
    </Box>
  );
}

const RowView = memo(function RowView({ row, theme }: { readonly row: Row; readonly theme: Theme }) {
  return (
    <Box height={1} flexShrink={0}>
      <Text wrap="truncate">
        {row.map(({ text, style = 'plain' }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: spans have no name of their own
          <Text key={index} {...theme[style]}>
            {text}
          </Text>
        ))}
      </Text>
    </Box>
  );
});
