import { parseFlags } from './flags.ts';
import { silenceKnownWarning } from './known-warning.ts';

// Before anything else is loaded: a wish for help, or a mistyped flag, is answered at once.
const flags = parseFlags(process.argv.slice(2));

// A launcher outlives the terminal or tray that started it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
silenceKnownWarning();
process.title = 'picoclaw launcher';
const { runLauncher } = await import('./run.ts');
await runLauncher(flags);
