#!/usr/bin/env node
/**
 * A gateway of another make, to be started by the launcher (PICOCLAW_BINARY), that says a great deal when it gets SIGHUP:
 * 13,000 numbered lines, each tenth a warning, each hundredth an error: 5,000 in two seconds, then 400 in a second.
 */
const LINES = 13_000;
const BURST = { lines: 5_000, ms: 2_000 };
const LINES_PER_MS = 0.4;

const { PICOCLAW_HOME: home = '.', PICOCLAW_GATEWAY_PORT: port = '0' } = process.env;
process.argv.splice(2, Number.POSITIVE_INFINITY, '--home', home, '--port', port);
await import('./foreign-gateway.mjs');

/** @param {number} number */
const line = (number) => {
  const level = number % 100 === 0 ? 'error' : number % 10 === 0 ? 'warn' : 'info';
  const record = { level, time: new Date().toISOString(), msg: `line ${number} of many`, code: 'flood', number };
  return `${JSON.stringify({ ...record, detail: 'x'.repeat(number % 120) })}\n`;
};

process.on('SIGHUP', () => {
  const begin = performance.now();
  let said = 0;
  const timer = setInterval(() => {
    const ms = performance.now() - begin;
    const sinceBurst = Math.max(0, ms - BURST.ms) * LINES_PER_MS;
    const due = Math.min(LINES, Math.floor(Math.min(1, ms / BURST.ms) * BURST.lines + sinceBurst));
    let text = '';
    while (said < due) text += line(++said);
    process.stdout.write(text);
    if (said === LINES) clearInterval(timer);
  }, 20);
});
