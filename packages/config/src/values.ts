import { isIP, isIPv4 } from 'node:net';
import { Secret } from '@picoclaw/auth';
import { z } from 'zod';
import { checkBindHosts } from './binding.ts';

/** How much is logged, least severe first. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;

/** How much is logged. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A TCP port. */
export const port = z.int().min(1).max(65_535);

/** A log level. */
export const logLevel = z.enum(LOG_LEVELS);

/** A host setting, see `checkBindHosts`. */
export const hostSetting = z.string().superRefine((text, context) => {
  const result = checkBindHosts(text);
  if (!result.ok)
    context.addIssue({ code: 'custom', message: `a list of hosts or addresses (this one ${result.reason})` });
});

/** A secret; texts become one before they are checked. */
export const secret = z.instanceof(Secret);

/** What those that serve as one share; one description for whoever has it. */
export const cluster = z.object({
  redis_url: secret.optional().meta({
    description: 'The Redis that several launchers and gateways share; it may hold a password',
    type: 'a string',
    secret: true,
  }),
});

/** A count or duration that cannot be zero. */
export const positive = z.int().min(1);

/** A list of address ranges; blank entries are dropped. */
export const cidrs = z
  .array(z.string())
  .transform((list) => [...new Set(list.map((entry) => entry.trim()).filter((entry) => entry !== ''))])
  .refine((list) => list.every(isCidr), { message: 'a list of address ranges such as 192.168.1.0/24' });

/** A list of texts without surrounding blanks. */
export const texts = z
  .array(z.string())
  .transform((list) => list.map((entry) => entry.trim()).filter((entry) => entry !== ''));

/** A URL of one of the given schemes. */
export function urlOf(...schemes: readonly string[]) {
  const isGood = (text: string) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1));
  return z
    .string()
    .refine(isGood, { message: `a URL that begins with ${schemes.map((name) => `${name}://`).join(' or ')}` });
}

function isCidr(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (rest.length > 0 || isIP(address) === 0 || bits === undefined || !/^\d{1,3}$/.test(bits)) return false;
  return Number(bits) <= (isIPv4(address) ? 32 : 128);
}
