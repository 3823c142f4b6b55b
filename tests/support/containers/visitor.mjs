// Somebody on the machine that containers run on: `get <url> [token]` prints status and body, `say <url> <token> <text>`
// talks to the gateway over a WebSocket and prints what it answers.
import { WebSocket } from 'ws';

const [order = '', url = '', token = '', text = ''] = process.argv.slice(2);
const headers = token === '' ? {} : { authorization: `Bearer ${token}` };

if (order === 'get') {
  const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(5_000) });
  tell({ status: response.status, body: await response.text() });
} else {
  const socket = new WebSocket(url, { headers, handshakeTimeout: 5_000 });
  socket.on('open', () => socket.send(JSON.stringify({ type: 'message.send', id: '1', payload: { content: text } })));
  socket.on('unexpected-response', (_, { statusCode }) => end(`refused with ${statusCode}`));
  socket.on('error', (error) => end(error.message));
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data));
    if (type.startsWith('message.') && payload?.content?.includes(text.replace('/echo ', ''))) end(payload.content);
  });
}

/** @param {string} outcome */
function end(outcome) {
  tell({ outcome });
  process.exit();
}

/** @param {object} found */
function tell(found) {
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
