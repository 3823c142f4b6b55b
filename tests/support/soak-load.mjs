// A process that loads a launcher, so that whoever measures does nothing else:
// soak-load.mjs <port> <cookie> <connections> <hostile requests a minute>; it is told `ramp`, `calm` and `report` over IPC.
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { hostileRequests } from './hostile-requests.mjs';

const [port = '', cookie = '', connections = '0', hostilePerMinute = '0'] = process.argv.slice(2);
const own = `http://127.0.0.1:${port}`;
/** New connections at one time; a crowd of them is what the limits are for, and not what is measured here. */
const OPENING = 50;
const API_EVERY_MS = 100;
const TICK_MS = 20;
/** Strangers have addresses of their own: the limits are counted by address. */
const STRANGERS = 200;
/** A machine that cannot keep up is attacked less often, and not by more and more at one time. */
const MAX_ATTACKING = 500;
const GIVE_UP_MS = 30_000;
const LINGER_MS = 3_000;

const counts = { opened: 0, lost: 0, said: 0, answered: 0, api: 0 };
/** @type {Map<string, number>} */
const outcomes = new Map();
/** @type {string[]} */
const wrong = [];
/** @type {Set<number>} */
const free = new Set();
/** @type {Set<WebSocket | import('node:net').Socket>} */
const open = new Set();
let opening = 0;
let attacking = 0;
let isLoading = false;

/** @param {number} from @param {number} to */
const between = (from, to) => from + Math.random() * (to - from);
/** @param {string} what */
const isWrong = (what) => {
  if (isLoading && wrong.length < 50) wrong.push(what);
};

/** One conversation: it comes, says something now and then, and goes in one way or another. @param {number} slot */
function chat(slot) {
  opening += 1;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/pico/ws?session_id=soak-${slot}`, {
    headers: { cookie, origin: own },
    perMessageDeflate: false,
    handshakeTimeout: GIVE_UP_MS,
  });
  open.add(socket);
  let isLeaving = false;
  let isOpening = true;
  const arrive = () => {
    if (isOpening) opening -= 1;
    isOpening = false;
  };
  /** @type {NodeJS.Timeout | undefined} */
  let talk;
  const sayMore = () => {
    socket.send(JSON.stringify({ type: 'message.send', id: `${counts.said}`, payload: { content: '/echo soak' } }));
    counts.said += 1;
    talk = setTimeout(sayMore, between(5_000, 30_000));
  };
  const leave = () => {
    isLeaving = true;
    if (Math.random() < 0.5) socket.close();
    else socket.terminate();
  };
  socket.once('open', () => {
    arrive();
    counts.opened += 1;
    talk = setTimeout(sayMore, between(0, 10_000));
    const life = setTimeout(leave, between(5_000, 60_000));
    socket.once('close', () => clearTimeout(life));
  });
  socket.on('message', (data) => {
    if (String(data).includes('"message.create"')) counts.answered += 1;
  });
  socket.once('error', (error) => isWrong(`chat: ${error.message}`));
  socket.once('close', (code) => {
    arrive();
    clearTimeout(talk);
    open.delete(socket);
    free.add(slot);
    if (isLeaving || !isLoading) return;
    counts.lost += 1;
    isWrong(`chat: closed with ${code}`);
  });
}

/** @param {(typeof hostileRequests)[number]} script @param {number} number */
function attack({ name, bytes, next }, number) {
  const localAddress = `127.0.1.${1 + (number % STRANGERS)}`;
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress });
  open.add(socket);
  attacking += 1;
  let answer = '';
  let hasGivenUp = false;
  const giveUp = setTimeout(
    () => {
      hasGivenUp = true;
      socket.resetAndDestroy();
    },
    next === 'linger' ? between(0, LINGER_MS) : GIVE_UP_MS,
  );
  socket.once('connect', () => {
    if (bytes !== '') socket.write(Buffer.from(bytes, 'latin1'));
    if (next === 'reset') socket.resetAndDestroy();
  });
  socket.on('data', (part) => {
    answer += part.toString('latin1').slice(0, 20);
  });
  socket.on('error', () => {});
  socket.once('close', () => {
    clearTimeout(giveUp);
    open.delete(socket);
    attacking -= 1;
    const silence = hasGivenUp ? 'kept waiting' : 'no answer';
    const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? (next === 'read' ? silence : 'left');
    outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
    if (status === 'no answer' || /^(?:1|2|5)/.test(status)) isWrong(`${name}: ${status}`);
  });
}

const agent = new Agent({ keepAlive: true });
const API = ['/api/gateway/status', '/api/sessions?limit=20', '/api/pico/info', '/api/models', '/'];
const askApi = () => {
  const path = API[counts.api % API.length];
  counts.api += 1;
  get(`${own}${path}`, { headers: { cookie }, agent }, (response) => {
    response.resume();
    if (response.statusCode !== 200) isWrong(`${path}: ${response.statusCode}`);
  }).on('error', (error) => isWrong(`${path}: ${error.message}`));
};

/** @type {NodeJS.Timeout[]} */
let clocks = [];
let due = 0;
let attacks = 0;
function ramp() {
  isLoading = true;
  let before = performance.now();
  const tick = () => {
    for (const slot of free) {
      if (opening >= OPENING) break;
      free.delete(slot);
      chat(slot);
    }
    const now = performance.now();
    due += (Number(hostilePerMinute) / 60_000) * (now - before);
    before = now;
    for (; due >= 1; due -= 1) {
      if (attacking >= MAX_ATTACKING) continue;
      const script = hostileRequests[attacks % hostileRequests.length];
      // Each of them from another stranger in each round.
      if (script) attack(script, attacks + Math.floor(attacks / hostileRequests.length));
      attacks += 1;
    }
  };
  clocks = [setInterval(tick, TICK_MS), setInterval(askApi, API_EVERY_MS)];
}

function calm() {
  isLoading = false;
  for (const clock of clocks) clearInterval(clock);
  agent.destroy();
  for (const socket of open) {
    if (socket instanceof WebSocket) socket.close();
  }
  const wait = setInterval(() => {
    if (open.size > 0) return;
    clearInterval(wait);
    process.send?.({ type: 'calm' });
  }, 100);
}

for (let slot = 0; slot < Number(connections); slot += 1) free.add(slot);
process.on('message', (order) => {
  if (order === 'ramp') ramp();
  if (order === 'calm') calm();
  if (order !== 'report') return;
  const chats = [...open].filter((socket) => socket instanceof WebSocket).length;
  process.send?.({ type: 'report', chats, ...counts, attacks, outcomes: Object.fromEntries(outcomes), wrong });
});
process.once('disconnect', () => process.exit());
