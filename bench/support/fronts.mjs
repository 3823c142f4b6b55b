// nginx and HAProxy before a gateway, as people configure them for WebSockets; they check nothing and log nothing.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProgram, onPath } from '../../scripts/apt.mjs';
import { findNginx } from '../../scripts/nginx.mjs';
import { freePort, freshFolder, start, untilListening } from './programs.mjs';

/** @typedef {{ name: string; port: number; pids: number[]; close: () => Promise<void> }} Front */

/** @param {number} port @param {number} upstream */
const nginxConfiguration = (port, upstream) => `
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid nginx.pid;
error_log stderr crit;
events { worker_connections 19000; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`).join('\n  ')}
  upstream gateway { server 127.0.0.1:${upstream}; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://gateway;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "Upgrade";
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_read_timeout 1h;
      proxy_buffering off;
    }
  }
}
`;

/** @param {number} port @param {number} upstream */
const haproxyConfiguration = (port, upstream) => `
global
  maxconn 9000
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
frontend chat
  bind 127.0.0.1:${port}
  option forwardfor
  default_backend gateway
backend gateway
  server gateway 127.0.0.1:${upstream} maxconn 9000
`;

/** @param {number} upstream @returns {Promise<Front | undefined>} nothing where it is not installed */
export async function startNginx(upstream) {
  const program = findNginx();
  if (program === undefined) return undefined;
  const port = await freePort();
  const folder = freshFolder();
  mkdirSync(join(folder, 'logs'));
  writeFileSync(join(folder, 'nginx.conf'), nginxConfiguration(port, upstream));
  const run = start(program, ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')]);
  await untilListening(port, run);
  return { name: 'nginx', port, pids: [run.pid, ...childrenOf(run.pid)], close: run.stop };
}

/** @param {number} upstream @returns {Promise<Front | undefined>} nothing where it is not installed */
export async function startHaproxy(upstream) {
  const program = [...onPath(['haproxy']), '/usr/sbin/haproxy'].find(isProgram);
  if (program === undefined) return undefined;
  const port = await freePort();
  const file = join(freshFolder(), 'haproxy.cfg');
  writeFileSync(file, haproxyConfiguration(port, upstream));
  const run = start(program, ['-db', '-f', file]);
  await untilListening(port, run);
  return { name: 'haproxy', port, pids: [run.pid, ...childrenOf(run.pid)], close: run.stop };
}

/** The processes that a process has started. @param {number} pid */
function childrenOf(pid) {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
