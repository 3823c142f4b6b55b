import { z } from 'zod';
import { describeOptions } from './option.ts';
import { cidrs, cluster, hostSetting, port, positive, secret, texts, urlOf } from './values.ts';

/** The port on which people expect a launcher. */
export const DEFAULT_LAUNCHER_PORT = 18_800;
const DEFAULT_ATTEMPTS = 10;

const basePath = z
  .string()
  .regex(/^\/(?:[\w.~-]+\/)*[\w.~-]*$/)
  .refine((path) => !/(^|\/)\.{1,2}(\/|$)/.test(path))
  .transform((path) => (path === '/' ? path : path.replace(/\/$/, '')));

/** The options of launcher-config.json. */
export const launcherSchema = z.object({
  port: port.default(DEFAULT_LAUNCHER_PORT).describe('The port of the launcher'),
  host: hostSetting.default('').meta({
    description: 'Where the launcher listens: addresses separated by commas; empty or `localhost` is this machine only',
    type: 'a list of hosts or addresses',
    blankIsValue: true,
  }),
  public: z.boolean().default(false).describe('Listen on all addresses, as `host` `*` does'),
  base_path: basePath.default('/').meta({
    description: 'The path under which the launcher lives behind a reverse proxy',
    type: 'a path such as /picoclaw',
  }),
  allowed_cidrs: cidrs.default([]).describe('Address ranges that may connect; empty allows all'),
  trusted_proxy_cidrs: cidrs.default([]).describe('Reverse proxies whose `X-Forwarded-*` headers count'),
  allow_localhost_bypass: z.boolean().default(true).describe('This machine may connect whatever `allowed_cidrs` says'),
  allowed_hosts: texts.default([]).describe('Further `Host` names under which the launcher answers'),
  launcher_token: secret.optional().meta({
    description: 'The launcher token: signs in to the dashboard; generated at the first start',
    type: 'a string',
    secret: true,
  }),
  setup_pending: z
    .boolean()
    .default(false)
    .describe('The launcher token is the generated one and nobody chose one yet'),
  gateway_mode: z
    .enum(['managed', 'external'])
    .default('managed')
    .describe('Whether the launcher runs the gateway, or somebody else does'),
  gateway_url: urlOf('http', 'https').optional().describe('Where an external gateway on another machine answers'),
  login_attempts_per_minute: positive.default(DEFAULT_ATTEMPTS).describe('Sign-in attempts a minute for each client'),
  tls: z.object({
    cert: z.string().optional().describe('The certificate chain, a PEM file'),
    key: z.string().optional().describe('The private key of the certificate, a PEM file'),
  }),
  cluster,
});

/** The options of launcher-config.json as a table. */
export const launcherOptions = describeOptions(launcherSchema);
