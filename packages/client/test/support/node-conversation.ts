import { converse } from './conversation.ts';

const [url = '', token = ''] = process.argv.slice(2);
// Node 20 has no WebSocket of its own.
const isBuiltIn = 'WebSocket' in globalThis;
const webSocket = isBuiltIn ? undefined : (await import('ws')).WebSocket;
const conversation = await converse({ url, token }, webSocket);
process.stdout.write(JSON.stringify({ ...conversation, isBuiltIn }));
