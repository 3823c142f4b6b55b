import { expect, it } from 'vitest';
import { languages, snippet, TOKEN_PLACEHOLDER } from '../../src/connect/snippets.ts';

const ADDRESS = 'wss://claw.example/pico-console/pico/ws';

it.each(languages)('the %s program has the address with its base path and TLS, and no token', (language) => {
  const { code, fileName } = snippet(language, ADDRESS);
  expect(code).toContain(`'${ADDRESS}'`);
  expect(code).toContain('/echo hello');
  expect(code.endsWith('\n')).toBe(true);
  expect(fileName).toMatch(/^echo\.\w+$/);
  const source = { browser: TOKEN_PLACEHOLDER, node: 'process.env.PICOCLAW_TOKEN' }[language as string];
  expect(code).toContain(source ?? 'PICOCLAW_TOKEN');
});

it.each(languages)('nothing in an address can end the quotes of the %s program', (language) => {
  const { code } = snippet(language, "ws://claw.example/a';evil()//\n`$(id)`\\/pico/ws");
  expect(code).toContain('a%27;evil()//%60$(id)%60/');
  expect(code).not.toContain("a';");
});

it('asks curl by http what a program asks by ws', () => {
  expect(snippet('shell', ADDRESS).code).toContain(`'${ADDRESS.replace('wss', 'https')}'`);
  expect(snippet('shell', 'ws://127.0.0.1:18790/pico/ws').code).toContain("'http://127.0.0.1:18790/pico/ws'");
});
