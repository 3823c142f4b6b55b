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
import { createStore } from './store.ts';
import { takeTerminal } from './terminal-screen.ts';
import { themeFor } from './theme.ts';
import { initialState, reduce, type TuiCommand } from './tui-state.ts';
import { watchGateway } from './watch-gateway.ts';

const TICK_MS = 1_000;

/** Shows the screen until the person quits, or something ends the process; leaves the terminal as it was. */
export async function runTui(context: CliContext): Promise<void> {
  const { stdin: input, stdout: output } = process;
  const store = createStore(reduce, initialState({ columns: output.columns, rows: output.rows }, Date.now()));
  const { dispatch, getState } = store;
  const screen = await takeTerminal({
    ...{ input, output, cursor: () => cursorOf(getState()) },
    onResize: (size) => dispatch({ type: 'resized', size }),
  });
  const ending = endings(screen.close);
  const chat = createChatLink({
    onSnapshot: (snapshot) => dispatch({ type: 'chat', snapshot }),
    onProblem: (problem) => dispatch({ type: 'chat_problem', problem }),
  });
  const watch = watchGateway({
    context,
    onFacts: (facts) => dispatch({ type: 'facts', facts }),
    onTarget: (target) => chat.aim(target),
  });
  const stopLog = followLog(context.paths.logsDirectory, 'gateway.log', (lines) => dispatch({ type: 'lines', lines }));
  const obey = (command: TuiCommand) => {
    if (command.type === 'quit') ending.quit();
    else if (command.type === 'repaint') screen.repaint();
    else if (command.type === 'order') {
      obeyOrder(command.name, context)
        .then((outcome) => dispatch({ type: 'order_done', outcome }))
        .then(watch.look, ending.fail);
    } else chat.obey(command);
  };
  const keys = createKeyReader((key) => {
    const { state, commands } = press(getState(), key);
    store.replace(state);
    commands.forEach(obey);
  });
  input.setEncoding('utf8').on('data', keys.push);
  const ticking = setInterval(() => dispatch({ type: 'tick', now: Date.now() }), TICK_MS);
  const hasColours = context.environment.lookup('NO_COLOR') === undefined;
  const shown = render(<App store={store} theme={themeFor(hasColours)} />, {
    ...{ stdout: screen.frames, stdin: input, patchConsole: false, exitOnCtrlC: false, isScreenReaderEnabled: false },
    // Each frame as a whole: what has changed of it is for the screen to find out.
    debug: true,
  });
  shown.waitUntilExit().catch(ending.fail);
  try {
    await ending.came;
  } finally {
    screen.close();
    shown.unmount();
    clearInterval(ticking);
    for (const close of [keys.close, stopLog, watch.close, chat.close, ending.close]) close();
    input.off('data', keys.push).pause();
  }
}
