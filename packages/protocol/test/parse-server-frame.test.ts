import { describe, expect, it } from 'vitest';
import { encodeFrame, parseServerFrame, type ServerFrame } from '../src/index.ts';

const message = { message_id: 'a1', content: 'hello' };
const frames: ServerFrame[] = [
  { type: 'message.create', session_id: 's', timestamp: 5, seq: 1, payload: { ...message, placeholder: true } },
  {
    type: 'message.update',
    payload: {
      ...message,
      kind: 'tool_calls',
      model_name: 'm',
      tool_calls: [{ name: 'run' }],
      attachments: [{ url: '/pico/media/a', filename: 'a.txt' }],
      context_usage: { used_tokens: 5 },
    },
  },
  { type: 'media.create', payload: { message_id: 'a2', content: '', attachments: [{ url: '/pico/media/a' }] } },
  { type: 'message.delete', payload: { message_id: 'a1' } },
  { type: 'typing.start' },
  { type: 'typing.stop' },
  { type: 'pong', id: 'p1' },
  { type: 'error', payload: { code: 'agent_failed', message: 'No.', request_id: 'm1' } },
  { type: 'hello', payload: { session_id: 's', instance_id: 'i', seq: 0 } },
  { type: 'ack', seq: 2, payload: { id: 'm1', message_id: 'a1' } },
  { type: 'resync', payload: {} },
];

describe('a frame of the server', () => {
  it.each(frames)('survives writing and reading: $type', (frame) => {
    expect(parseServerFrame(encodeFrame(frame))).toEqual({ ok: true, frame });
  });

  it('may carry members, kinds and error codes of a newer server', () => {
    const text = JSON.stringify({
      type: 'message.create',
      new_member: 1,
      payload: { ...message, kind: 'plan', thought: false, attachments: null },
    });
    expect(parseServerFrame(text)).toEqual({
      ok: true,
      frame: { type: 'message.create', payload: { ...message, kind: 'plan' } },
    });
    expect(parseServerFrame('{"type":"error","payload":{"code":"new_code","message":"x"}}')).toMatchObject({
      ok: true,
    });
  });

  it('may name an argument of a tool like a member of Object', () => {
    const text = '{"type":"message.create","payload":{"message_id":"a","tool_calls":[{"constructor":1}]}}';
    expect(parseServerFrame(text)).toMatchObject({ ok: true });
  });

  it('is ignored with a reason when it is none', () => {
    expect(parseServerFrame('nope')).toMatchObject({ ok: false, reason: 'invalid_message' });
    expect(parseServerFrame('{"type":5}')).toMatchObject({ ok: false, reason: 'invalid_message' });
    expect(parseServerFrame('{"type":"message.create","payload":{"content":"x"}}')).toMatchObject({
      ok: false,
      reason: 'invalid_message',
      message: expect.stringContaining('payload.message_id'),
    });
    expect(parseServerFrame('{"type":"party.start"}')).toMatchObject({ ok: false, reason: 'unknown_type' });
  });
});
