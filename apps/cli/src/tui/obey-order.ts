import { ConfigError } from '@picoclaw/config';
import { PidFileError } from '@picoclaw/pid';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { reloadRunningGateway, restartGateway, startGateway, stopRunningGateway } from '../gateway/orders.ts';
import type { OrderName, OrderOutcome } from './tui-state.ts';

/** Does with the gateway what was asked, and tells how it went; what can go wrong is an answer, not an exception. */
export async function obeyOrder(name: OrderName, context: CliContext): Promise<OrderOutcome> {
  try {
    return { isOk: true, text: await run(name, context) };
  } catch (error) {
    if (error instanceof CliError) {
      return { isOk: false, text: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
    }
    if (error instanceof ConfigError || error instanceof PidFileError) return { isOk: false, text: error.message };
    throw error;
  }
}

async function run(name: OrderName, context: CliContext): Promise<string> {
  if (name === 'stop') {
    await stopRunningGateway(context);
    return 'The gateway is stopped.';
  }
  if (name === 'reload') {
    await reloadRunningGateway(context);
    return 'The gateway has read its configuration again.';
  }
  const { address, pid } = await (name === 'start' ? startGateway(context) : restartGateway(context));
  return `The gateway runs at ${address}, pid ${pid}.`;
}
