import { execFileSync, spawnSync } from 'node:child_process';

/** An address of the program's machine that is not the loopback; the machine has no other network. */
export const OWN_ADDRESS = '10.77.0.1';

/** What a program is started within to have a network of its own. */
export const inOwnNetwork: readonly string[] = [
  ...['unshare', '-rn', 'sh', '-c'],
  `ip link set lo up && ip addr add ${OWN_ADDRESS}/32 dev lo && exec "$@"`,
  'sh',
];

/** Whether this machine lets us have one. */
export const mayHaveNetwork = spawnSync(inOwnNetwork[0] ?? '', [...inOwnNetwork.slice(1), 'true']).status === 0;

const POST = `
const [address, port, path, headers, body] = process.argv.slice(1);
const to = { host: address, localAddress: address, port, path, method: 'POST', headers: JSON.parse(headers) };
require('node:http').request(to, (reply) => {
  console.log(reply.statusCode, reply.headers['set-cookie'] === undefined ? 'no session' : 'session');
  reply.resume();
}).end(body);`;

/** Posts JSON from within a program's network, from an address of it to the same; the status, and whether a session came of it. */
export function postFrom(
  pid: number,
  address: string,
  port: number,
  path: string,
  body: object,
  host = address,
): string {
  const headers = JSON.stringify({ host, 'content-type': 'application/json' });
  const within = ['-t', String(pid), '-U', '--preserve-credentials', '-n', process.execPath, '-e', POST];
  const asked = [address, String(port), path, headers, JSON.stringify(body)];
  return execFileSync('nsenter', [...within, ...asked], { encoding: 'utf8' }).trim();
}
