import { render } from 'ink';
import type { CliContext } from '../context.ts';
import { App } from './app.tsx';
import { createChatLink } from './chat-link.ts';
import { endings } from './endings.ts';
import { followLog } from './follow-log.ts';
import { createKeyReader } from './keys.ts';
import { obeyOrder } from './obey-order.ts';
import { cursorOf } from './pane-rows.ts';
import { press } from './press.ts';
import { createStore, type Store } from './store.ts';
import { type TerminalScreen, takeTerminal } from './terminal-screen.ts';
import { themeFor } from './theme.ts';
import { initialState, reduce, type TuiCommand, type TuiEvent, type TuiState } from './tui-state.ts';
import { watchGateway } from './watch-gateway.ts';

const TICK_MS = 1_000;

/** Shows the screen until the person quits, or something ends the process; leaves the terminal as it was. */
export async function runTui(context: CliContext): Promise<void> {
  const { stdin: input, stdout: output } = process;
  const store = createStore(reduce, initialState({ columns: output.columns, rows: output.rows }, Date.now()));
  const screen = await takeTerminal({
    ...{ input, output, cursor: () => cursorOf(store.getState()) },
    onResize: (size) => store.dispatch({ type: 'resized', size }),
  });
  const ending = endings(screen.close);
  const sources = connect(context, store);
  const keys = createKeyReader((key) => {
    const { state, commands } = press(store.getState(), key);
    store.replace(state);
    for (const command of commands) {
      if (command.type === 'quit') ending.quit();
      else if (command.type === 'repaint') screen.repaint();
      else sources.obey(command).catch(ending.fail);
    }
  });
  input.setEncoding('utf8').on('data', keys.push);
  const shown = show(context, store, screen);
  shown.waitUntilExit().catch(ending.fail);
  try {
    await ending.came;
  } finally {
    screen.close();
    shown.unmount();
    for (const close of [keys.close, sources.close, ending.close]) close();
    input.off('data', keys.push).pause();
  }
}

type TuiStore = Store<TuiState, TuiEvent>;

/** Lets everything that happens come into the store, and what is asked for go out. */
function connect(context: CliContext, { dispatch }: TuiStore) {
  const chat = createChatLink({
    onSnapshot: (snapshot) => dispatch({ type: 'chat', snapshot }),
    onProblem: (problem) => dispatch({ type: 'chat_problem', problem }),
  });
  const watch = watchGateway({ context, onFacts: (facts) => dispatch({ type: 'facts', facts }), onTarget: chat.aim });
  const stopLog = followLog(context.paths.logsDirectory, 'gateway.log', (lines) => dispatch({ type: 'lines', lines }));
  const ticking = setInterval(() => dispatch({ type: 'tick', now: Date.now() }), TICK_MS);
  return {
    async obey(command: Exclude<TuiCommand, { type: 'quit' | 'repaint' }>) {
      if (command.type !== 'order') return chat.obey(command);
      dispatch({ type: 'order_done', outcome: await obeyOrder(command.name, context) });
      watch.look();
    },
    close() {
      clearInterval(ticking);
      stopLog();
      watch.close();
      chat.close();
    },
  };
}

function show({ environment }: CliContext, store: TuiStore, { frames }: TerminalScreen) {
  const theme = themeFor(environment.lookup('NO_COLOR') === undefined);
  return render(<App store={store} theme={theme} />, {
    ...{ stdout: frames, patchConsole: false, exitOnCtrlC: false, isScreenReaderEnabled: false },
    // Each frame as a whole: what has changed of it is for the screen to find out.
    debug: true,
  });
}
