/** The languages that there are programs in. */
export const languages = ['browser', 'node', 'python', 'shell'] as const;
export type SnippetLanguage = (typeof languages)[number];

/** A complete program that connects, says `/echo hello`, prints the answer and ends. */
export interface Snippet {
  fileName: string;
  code: string;
}

/** What stands in the browser's program where the token has to be put: it has no environment to read one from. */
export const TOKEN_PLACEHOLDER = 'put-the-token-here';

/** The program of a language for the address of a Pico channel. */
export function snippet(language: SnippetLanguage, address: string): Snippet {
  // In quotes in all languages, so nothing in it may end them.
  const url = new URL(address).href.replaceAll("'", '%27');
  return { fileName: fileNames[language], code: programs[language](url) };
}

const fileNames: Readonly<Record<SnippetLanguage, string>> = {
  browser: 'echo.js',
  node: 'echo.mjs',
  python: 'echo.py',
  shell: 'echo.sh',
};

const programs: Readonly<Record<SnippetLanguage, (url: string) => string>> = { browser, node, python, shell };

function browser(url: string): string {
  return `const TOKEN = '${TOKEN_PLACEHOLDER}';
const socket = new WebSocket('${url}', ['pico.v1', \`token.\${TOKEN}\`]);
let answer = '';

socket.onopen = () => {
  socket.send(JSON.stringify({ type: 'message.send', payload: { content: '/echo hello' } }));
};
socket.onmessage = ({ data }) => {
  const { type, payload } = JSON.parse(data);
  // Each update brings the whole text so far; a kind marks thoughts and tool calls.
  if (/^message\\.(create|update)$/.test(type) && !payload.kind) answer = payload.content;
  if (type === 'error') console.error(payload.message);
  if (type === 'typing.stop') {
    console.log(answer);
    socket.close();
  }
};
socket.onerror = () => console.error('No connection: check the address and the token.');
`;
}

function node(url: string): string {
  return `import { WebSocket } from 'ws';

const socket = new WebSocket('${url}', {
  headers: { Authorization: \`Bearer \${process.env.PICOCLAW_TOKEN}\` },
});
let answer = '';

socket.on('open', () => {
  socket.send(JSON.stringify({ type: 'message.send', payload: { content: '/echo hello' } }));
});
socket.on('message', (text) => {
  const { type, payload } = JSON.parse(text);
  // Each update brings the whole text so far; a kind marks thoughts and tool calls.
  if (/^message\\.(create|update)$/.test(type) && !payload.kind) answer = payload.content;
  if (type === 'error') console.error(payload.message);
  if (type === 'typing.stop') {
    console.log(answer);
    socket.close();
  }
});
socket.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
`;
}

function python(url: string): string {
  return `import asyncio
import json
import os

import websockets

URL = '${url}'
TOKEN = os.environ['PICOCLAW_TOKEN']


async def main():
    async with websockets.connect(URL, subprotocols=['pico.v1', 'token.' + TOKEN]) as socket:
        await socket.send(json.dumps({'type': 'message.send', 'payload': {'content': '/echo hello'}}))
        answer = ''
        async for text in socket:
            frame = json.loads(text)
            payload = frame.get('payload', {})
            # Each update brings the whole text so far; a kind marks thoughts and tool calls.
            if frame['type'] in ('message.create', 'message.update') and 'kind' not in payload:
                answer = payload['content']
            if frame['type'] == 'error':
                print(payload['message'])
            if frame['type'] == 'typing.stop':
                print(answer)
                break


asyncio.run(main())
`;
}

function shell(url: string): string {
  return `#!/bin/sh
# The handshake: "101 Switching Protocols" says that address and token are right.
curl --silent --include --http1.1 --max-time 1 \\
  --header 'Connection: Upgrade' --header 'Upgrade: websocket' \\
  --header 'Sec-WebSocket-Version: 13' --header 'Sec-WebSocket-Key: cGljb2NsYXcgd2Vic29jaw==' \\
  --header "Authorization: Bearer $PICOCLAW_TOKEN" \\
  '${url.replace(/^ws/, 'http')}'

# A message, and the answer as the channel sends it; -w is how many seconds it may take.
npx --yes wscat -w 5 --header "Authorization: Bearer $PICOCLAW_TOKEN" \\
  --connect '${url}' \\
  --execute '{"type":"message.send","payload":{"content":"/echo hello"}}' |
  grep --max-count=1 message.create
`;
}
