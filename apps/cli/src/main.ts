/**
 * The one program, `picoclaw-launcher`. Without a command it is the launcher, with `gateway` the gateway in the foreground;
 * either replaces this program in its own process, so that a Raspberry Pi keeps one Node less in memory.
 */
const [command, ...rest] = process.argv.slice(2);
const isGateway = command === 'gateway';
if (isGateway) process.argv.splice(2, process.argv.length, ...(rest[0] === 'run' ? rest.slice(1) : rest));
await import(new URL(isGateway ? 'gateway.js' : 'launcher.js', import.meta.url).href);
