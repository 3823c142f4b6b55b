import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { certify } from './certify.ts';
import { freePort, freshHome, writeHomeFile } from './home.ts';
import { until } from './processes.ts';

interface Site {
  /** Where nginx listens, with TLS. */
  readonly port: number;
  /** The launcher behind it. */
  readonly upstreamPort: number;
  /** The launcher's `base_path`, with a slash at its end. */
  readonly location: string;
}

/** What a person writes who puts the launcher behind nginx, in a sub-path: nothing is rewritten on the way. */
const site = ({ port, upstreamPort, location }: Site): string => `
map $http_upgrade $connection_upgrade {
  default upgrade;
  ''      close;
}
server {
  listen 127.0.0.1:${port} ssl;
  server_name _;
  ssl_certificate certificate.pem;
  ssl_certificate_key key.pem;

  location ${location} {
    proxy_pass http://127.0.0.1:${upstreamPort};
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_read_timeout 1h;
    proxy_buffering off;
  }
}
`;

/** One process, in the foreground, that writes nowhere but into its own folder. */
const configuration = (server: string): string => `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`).join('\n  ')}
  ${server}
}
`;

/** Puts a real nginx with a certificate of its own in front of a launcher; answers with its port. */
export async function startNginx(options: Omit<Site, 'port'>): Promise<number> {
  const port = await freePort();
  const folder = freshHome();
  certify(folder);
  writeHomeFile(folder, 'nginx.conf', configuration(site({ ...options, port })));
  const nginx = spawn(
    process.env['NGINX_PATH'] ?? '/usr/sbin/nginx',
    ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(nginx, 'close');
  let complaints = '';
  nginx.stderr.setEncoding('utf8').on('data', (part) => (complaints += part));
  onTestFinished(async () => {
    nginx.kill('SIGTERM');
    await exited;
  });
  await until(() => {
    if (nginx.exitCode !== null) throw new Error(`nginx has ended: ${complaints}`);
    return accepts(port);
  });
  return port;
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
