import { GATEWAY_TITLE } from '@picoclaw/pid';
import { parseCommandLine } from './process/command-line.ts';
import { runGateway } from './process/run.ts';

process.title = GATEWAY_TITLE;
// A parent that has closed its end of the pipes must not end the gateway (EPIPE is thrown without a listener).
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// No await at the top: the build makes a script of it, whose compiled form can be kept.
void runGateway(parseCommandLine(process.argv.slice(2)), process).then((exitCode) => process.exit(exitCode));
