import { parseFlags } from './flags.ts';
import { silenceKnownWarning } from './known-warning.ts';

// Before anything else is loaded: a wish for help, or a mistyped flag, is answered at once.
const flags = parseFlags(process.argv.slice(2));

// A launcher outlives the terminal or tray that started it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
silenceKnownWarning();
process.title = 'picoclaw launcher';
// No await at the top: the build makes a script of it, whose compiled form can be kept.
void import('./run.ts').then(({ runLauncher }) => runLauncher(flags));
