import { composeToken, Secret } from '@picoclaw/auth';
import { z } from 'zod';

/** The largest pid a signal may go to: `pid_t` is a signed 32-bit number. */
export const MAX_PID = 2 ** 31 - 1;

/** Files above this size are not pid files. */
export const MAX_BYTES = 64 * 1024;

/** No control characters: both strings are printed on terminals and built into URLs. */
const version = z.string().regex(/^[^\p{Cc}]{0,256}$/u, 'must be at most 256 printable characters');
const host = z.string().regex(/^[\w.:%*,[\] -]{0,1024}$/, 'must be an address, a host name or a comma list of them');

/** The JSON on disk. The first five fields are shared with other implementations; ours are optional, others are ignored. */
const fileSchema = z.object({
  pid: z.number().int().min(1).max(MAX_PID).describe('The gateway process.'),
  token: z
    .string()
    .regex(/^[0-9a-f]{32}$/i, 'must be 32 hex digits')
    .describe('The pid token of this gateway process.'),
  version: version.describe('The version of the gateway.'),
  port: z.number().int().min(1).max(65_535).describe('The port it listens on.'),
  host: host.describe('The address it listens on, or is to be reached at.'),
  started_at: z.string().max(64).optional().describe('When it started, ISO 8601.'),
  start_time: z
    .union([z.string().min(1).max(128), z.number().int().min(0)])
    .transform(String)
    .optional()
    .describe('The start stamp the system keeps of the process.'),
  boot_id: z.string().min(1).max(128).optional().describe('The boot of the machine in which start_time counts.'),
  pid_namespace: z.number().int().min(1).optional().describe('Inode of the pid namespace in which pid counts.'),
  instance_id: z.string().min(1).max(128).optional().describe('UUID of this run, also in /health.'),
  capabilities: z.array(z.string().max(128)).max(64).optional().describe('What this gateway understands.'),
  socket_path: z.string().min(1).max(1024).optional().describe('A unix socket to reach it by, for its own user.'),
});

const pidRecordSchema = fileSchema.transform((file) => ({
  pid: file.pid,
  token: new Secret(file.token),
  version: file.version,
  port: file.port,
  host: file.host,
  ...(file.started_at !== undefined && { startedAt: file.started_at }),
  ...(file.start_time !== undefined && { startTime: file.start_time }),
  ...(file.boot_id !== undefined && { bootId: file.boot_id }),
  ...(file.pid_namespace !== undefined && { pidNamespace: file.pid_namespace }),
  ...(file.instance_id !== undefined && { instanceId: file.instance_id }),
  ...(file.capabilities !== undefined && { capabilities: file.capabilities as readonly string[] }),
  ...(file.socket_path !== undefined && { socketPath: file.socket_path }),
}));

/** What a gateway says of itself in the pid file. */
export type PidRecord = Readonly<z.infer<typeof pidRecordSchema>>;

/** Whether a gateway knows the composed token; the Go implementation wants the plain channel token (tokens.md). */
export const takesComposedToken = ({ capabilities }: PidRecord): boolean =>
  capabilities?.includes('composed-token') ?? false;

/** The channel token as a launcher presents it: with `pid_token_override` the plain form opens nothing. */
export const channelCredential = (record: PidRecord, token: Secret): Secret =>
  takesComposedToken(record) ? composeToken(record.token, token) : token;

/** A record, or every reason why the bytes are none. */
export type ParsedPidRecord =
  | { readonly ok: true; readonly record: PidRecord }
  | { readonly ok: false; readonly reason: string };

function parseJson(bytes: Uint8Array): { ok: true; value: unknown } | { ok: false; reason: string } {
  if (bytes.length === 0) return { ok: false, reason: 'is empty' };
  if (bytes.length > MAX_BYTES) return { ok: false, reason: `is larger than ${MAX_BYTES} bytes` };
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return { ok: false, reason: 'starts with a byte order mark' };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, reason: 'is not UTF-8' };
  }
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    // The engine's message quotes the text, and the text holds the token.
    return { ok: false, reason: 'is not JSON' };
  }
}

/** Reads a record out of the bytes of a pid file; never throws, and no reason repeats a value. */
export function parsePidRecord(bytes: Uint8Array): ParsedPidRecord {
  const json = parseJson(bytes);
  if (!json.ok) return json;
  const parsed = pidRecordSchema.safeParse(json.value);
  if (parsed.success) return { ok: true, record: parsed.data };
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'record'}: ${issue.message}`);
  return { ok: false, reason: problems.join('; ') };
}

/** The text of a pid file; holds the token in clear, so it goes into a file of mode 0600 and nowhere else. */
export function serializePidRecord(record: PidRecord): string {
  const file: z.input<typeof fileSchema> = {
    pid: record.pid,
    token: record.token.reveal(),
    version: record.version,
    port: record.port,
    host: record.host,
    started_at: record.startedAt,
    start_time: record.startTime,
    boot_id: record.bootId,
    pid_namespace: record.pidNamespace,
    instance_id: record.instanceId,
    capabilities: record.capabilities && [...record.capabilities],
    socket_path: record.socketPath,
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Whether two records speak of the same run of a gateway: same pid, same run, same token. */
export function isSameGateway(one: PidRecord, other: PidRecord): boolean {
  return one.pid === other.pid && one.instanceId === other.instanceId && one.token.equals(other.token);
}

/** `pid 123, version 1.2.3, 127.0.0.1:18790`: what messages call a gateway. */
export function describeGateway(record: PidRecord): string {
  const host = record.host.includes(':') && !record.host.includes('[') ? `[${record.host}]` : record.host;
  return `pid ${record.pid}, version ${record.version}, ${host}:${record.port}`;
}
