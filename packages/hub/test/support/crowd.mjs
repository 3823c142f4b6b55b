// A process of many real clients of a hub: argv is its address and how many of them follow the channel `news`. One more,
// the first, can be told to stop reading, which only a process of its own can do without stopping the hub as well.
import { WebSocket } from 'ws';

const [url, count] = [process.argv[2] ?? '', Number(process.argv[3])];
/** How often the progress of all together is told, in messages. */
const STEP = 25;

/** @param {{ type: string; number?: number; what?: unknown; code?: number }} message */
const tell = (message) => process.send?.(message);
/** How many of the followers have come to each step. */
const arrived = new Map();
let ready = 0;

function isReady() {
  ready += 1;
  if (ready === count + 1) tell({ type: 'ready' });
}

/** @param {WebSocket} socket @param {string[]} channels */
function subscribe(socket, channels) {
  for (const channel of channels) socket.send(JSON.stringify({ type: 'subscribe', ref: channel, channel }));
}

function follow() {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  let last = 0;
  socket.on('open', () => subscribe(socket, ['news']));
  socket.on('error', (error) => tell({ type: 'wrong', what: error.message }));
  socket.on('close', (code) => tell({ type: 'wrong', what: `a follower was closed with ${code}` }));
  socket.on('message', (text) => {
    const frame = JSON.parse(String(text));
    if (frame.type === 'ack') return isReady();
    const number = frame.data?.number;
    if (number !== last + 1) return tell({ type: 'wrong', what: `${frame.type} ${number} came after ${last}` });
    last = number;
    if (number % STEP !== 0) return;
    arrived.set(number, (arrived.get(number) ?? 0) + 1);
    if (arrived.get(number) === count) tell({ type: 'progress', number });
  });
}

function stall() {
  const socket = new WebSocket(`${url}?stalls`, { perMessageDeflate: false });
  let acks = 0;
  socket.on('open', () => subscribe(socket, ['news', 'flood']));
  socket.on('error', () => {});
  socket.on('close', (code) => tell({ type: 'stalled-closed', code }));
  socket.on('message', (text) => {
    const { type, channel, data } = JSON.parse(String(text));
    if (type === 'ack') {
      acks += 1;
      if (acks === 2) isReady();
    } else if (channel === 'news') {
      tell({ type: 'stalled-got', what: type === 'gap' ? 'gap' : data.number });
    }
  });
  process.on('message', (order) => {
    if (order === 'pause') socket.pause();
    if (order === 'resume') socket.resume();
    tell({ type: `${order}d` });
  });
}

stall();
for (let follower = 0; follower < count; follower += 1) follow();
