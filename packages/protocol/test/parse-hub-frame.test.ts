import { describe, expect, it } from 'vitest';
import { parseHubClientFrame, parseHubServerFrame } from '../src/index.ts';

describe('what a client says to a hub', () => {
  it.each([
    [{ type: 'hello', session: 's' }],
    [{ type: 'subscribe', ref: 1, channel: 'news', after: 'x-1' }],
    [{ type: 'subscribe', ref: 'one', data: 'news' }],
    [{ type: 'unsubscribe', channel: 'news' }],
    [{ type: 'send', ref: 1, channel: 'news', data: { any: ['thing'] } }],
    [{ type: 'ping', ref: 1 }],
    [{ type: 'pong' }],
  ])('is understood: %j', (frame) => {
    expect(parseHubClientFrame(JSON.stringify(frame))).toEqual({ ok: true, frame });
  });

  it.each([
    ['no JSON', '{"type":', undefined],
    ['no object', '["subscribe"]', undefined],
    ['no type', '{"ref":1}', 1],
    ['an unknown type', '{"type":"dance","ref":"a"}', 'a'],
    ['a send without a number of its own', '{"type":"send","channel":"news"}', undefined],
    ['a channel that is no text', '{"type":"subscribe","ref":1,"channel":7}', 1],
    ['a number that is none', '{"type":"ping","ref":{"a":1}}', undefined],
    ['an endless session', JSON.stringify({ type: 'hello', session: 'x'.repeat(65) }), undefined],
    ['too deep a nest', `{"type":"send","ref":1,"channel":"a","data":${'['.repeat(100)}${']'.repeat(100)}}`, undefined],
    ['a key that reaches a prototype', '{"type":"send","ref":1,"channel":"a","data":{"__proto__":1}}', undefined],
  ])('is refused as %s, by its number where it has one', (_what, text, ref) => {
    expect(parseHubClientFrame(text)).toEqual({
      ...{ ok: false, code: expect.any(String), message: expect.any(String) },
      ...(ref !== undefined && { ref }),
    });
  });
});

describe('what a hub says', () => {
  it.each([
    [{ type: 'event', id: 'e-1', time: 1, channel: 'news', data: 1 }],
    [{ type: 'process_output', id: 'e-1', time: 1, processId: 'p', data: 'line', offset: 0 }],
    [{ type: 'process_status', id: 'e-1', time: 1, processId: 'p', data: { status: 'exited', exitCode: null } }],
    [{ type: 'error', ref: 1, code: 'forbidden', message: 'No.' }],
    [{ type: 'welcome', session: 's', heartbeatMs: 30_000 }],
    [{ type: 'ack', ref: 1, channel: 'news', id: 'e-1' }],
    [{ type: 'gap', channel: 'news' }],
    [{ type: 'pong', time: 1 }],
    [{ type: 'ping' }],
  ])('is understood: %j', (frame) => {
    expect(parseHubServerFrame(JSON.stringify(frame))).toEqual(frame);
  });

  it.each(['', 'x', '{}', '{"type":"event"}', '{"type":"gap"}', '{"type":"process_output","id":"1","time":1}'])(
    'is nothing when it is %j',
    (text) => expect(parseHubServerFrame(text)).toBeUndefined(),
  );
});
