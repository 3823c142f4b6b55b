import { z } from 'zod';
import { describeOptions } from './option.ts';
import { cluster, hostSetting, logLevel, port, positive, secret, texts, urlOf } from './values.ts';

/** Where the gateway listens unless told otherwise. */
export const DEFAULT_GATEWAY_PORT = 18_790;
const DEFAULT_MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
const DEFAULT_MAX_CONTEXT_TOKENS = 32_768;

const gateway = z.object({
  host: hostSetting.default('127.0.0.1').meta({
    description: 'Where the gateway listens: addresses separated by commas, `*`, `::`, `0.0.0.0`, `localhost`',
    type: 'a list of hosts or addresses',
    blankIsValue: true,
  }),
  port: port.default(DEFAULT_GATEWAY_PORT).describe('The port of the gateway'),
  hot_reload: z.boolean().default(false).describe('Watch the configuration and reload when it changes'),
  log_level: logLevel.default('info').describe('How much is logged'),
  pid_token_override: z
    .boolean()
    .default(false)
    .describe(
      'Only the composed token of this gateway process opens /pico/ws, so a leaked token dies with the process',
    ),
});

const pico = z.object({
  enabled: z.boolean().default(false).describe('Offer /pico/ws; the launcher turns it on before it starts a gateway'),
  token: secret.optional().meta({
    description: 'The channel token; better kept in .security.yml',
    type: 'a string',
    secret: true,
  }),
  allow_token_query: z.boolean().default(false).describe('Accept `?token=` on the gateway'),
  allow_origins: texts.default([]).describe('Exact origins that browsers may connect from, or `*`; empty allows all'),
  ping_interval: positive.default(30).describe('Seconds between two pings of the server'),
  read_timeout: positive.default(60).describe('Seconds without any sign of life after which a client is dropped'),
  write_timeout: positive.default(60).describe('Seconds that a client may fail to drain before it is closed'),
  max_connections: positive.default(100).describe('Clients at one time; above it the answer is 503'),
  max_message_bytes: positive
    .default(DEFAULT_MAX_MESSAGE_BYTES)
    .describe('The largest frame in bytes; a larger one closes the socket with 1009'),
  media_max_age: positive.default(30).describe('Days for which images and files of the chat are kept'),
  media_max_size: positive.default(1024).describe('How much of them is kept, in MiB; the oldest go first'),
  when_busy: z
    .enum(['wait', 'cancel'])
    .default('wait')
    .describe(
      'What a message does that comes while another of its session is being answered: wait, or cancel that one',
    ),
});

const picoClient = z.object({
  enabled: z.boolean().default(false).describe('Connect to another Pico server as its client'),
  url: urlOf('ws', 'wss').optional().describe('The WebSocket URL of that server'),
  token: secret.optional().meta({ description: 'The token for that server', type: 'a string', secret: true }),
  session_id: z.string().min(1).max(512).default('pico_client').describe('The session that it joins there'),
});

/** The options of config.json that the gateway reads, except `model_list`. */
export const gatewaySchema = z.object({
  gateway,
  channels: z.object({ pico, pico_client: picoClient }),
  agents: z.object({
    defaults: z.object({
      model_name: z.string().optional().describe('The entry of `model_list` that answers; none: the built-in agent'),
      max_context_tokens: positive
        .default(DEFAULT_MAX_CONTEXT_TOKENS)
        .describe('How many tokens of the conversation a model is given, estimated at four characters each'),
    }),
  }),
  cluster,
});

/** One entry of `model_list`, with its keys from wherever they are kept; unknown keys stay. */
export const modelSchema = z.looseObject({
  model_name: z.string().min(1).describe('The name of the entry; several of one name share the load'),
  model: z
    .string()
    .min(1)
    .describe('`<provider>/<id>`, such as `openai/gpt-5`; `command/<name>` runs a program for each message'),
  api_base: urlOf('http', 'https').optional().describe('The address of the provider; the well-known ones have one'),
  api_keys: z.array(secret).default([]).describe('The keys for the provider; `api_key` is accepted for a single one'),
  streaming: z.boolean().optional().describe('Whether the answer is streamed; it is, unless this says false'),
  request_timeout: z
    .int()
    .min(0)
    .optional()
    .describe(
      'Seconds to wait for the first piece of an answer and for each further one (none or 0: 60, at most 300); for a ' +
        'command the seconds that it may take in all (none or 0: 300)',
    ),
  command: z
    .string()
    .min(1)
    .optional()
    .describe('The program of `command/<name>`, started without a shell; none: `<name>`'),
  args: z.array(z.string()).optional().describe('The arguments of that program'),
});

/** One entry of `model_list`. */
export type ModelEntry = z.output<typeof modelSchema>;

/** The options of config.json as a table. */
export const gatewayOptions = describeOptions(gatewaySchema);
