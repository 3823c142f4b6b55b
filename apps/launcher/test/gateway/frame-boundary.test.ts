import { expect, test } from 'vitest';
import { closeFrame, FrameBoundary } from '../../src/gateway/frame-boundary.ts';
import { frame, maskedFrame } from '../fixtures/peers.ts';

const FRAMES: readonly (readonly [string, Buffer])[] = [
  ['an empty frame', frame('')],
  ['a short frame', frame('hello')],
  ['a frame of 125 bytes', frame('x'.repeat(125))],
  ['a frame of 126 bytes', frame('x'.repeat(126))],
  ['a frame of 65535 bytes', frame('x'.repeat(65_535))],
  ['a frame of 65536 bytes', frame('x'.repeat(65_536))],
  ['a masked frame', maskedFrame('hello')],
  ['a ping', frame('', { opcode: 9 })],
  ['the first part of a message', frame('part', { fin: false })],
];

test('a stream stands at a boundary right after the handshake', () => {
  expect(new FrameBoundary().isBetweenFrames).toBe(true);
});

test.each(FRAMES)('%s ends where it ends', (_name, bytes) => {
  const boundary = new FrameBoundary();
  expect(boundary.push(bytes)).toBe(bytes.length);
  expect(boundary.isBetweenFrames).toBe(true);
});

test.each(FRAMES)('%s is not over one byte before its end', (_name, bytes) => {
  const boundary = new FrameBoundary();
  expect(boundary.push(bytes.subarray(0, -1))).toBeUndefined();
  expect(boundary.isBetweenFrames).toBe(false);
  expect(boundary.push(bytes.subarray(-1))).toBe(1);
  expect(boundary.isBetweenFrames).toBe(true);
});

test('the end is found when every byte comes alone', () => {
  const bytes = Buffer.concat(FRAMES.slice(0, 4).map(([, one]) => one));
  const ends: number[] = [];
  const boundary = new FrameBoundary();
  for (const [index, byte] of bytes.entries()) if (boundary.push(Buffer.of(byte)) !== undefined) ends.push(index + 1);
  let at = 0;
  expect(ends).toEqual(
    FRAMES.slice(0, 4).map(([, one]) => {
      at += one.length;
      return at;
    }),
  );
});

test('of several frames in one chunk the first end is told, and where the last one stands', () => {
  const boundary = new FrameBoundary();
  const chunk = Buffer.concat([frame('one'), frame('two'), frame('three').subarray(0, 3)]);
  expect(boundary.push(chunk)).toBe(frame('one').length);
  expect(boundary.isBetweenFrames).toBe(false);
});

test('a frame of 2^53 bytes is only counted, not kept', () => {
  const boundary = new FrameBoundary();
  const header = Buffer.alloc(10);
  header.writeUInt8(0x82, 0);
  header.writeUInt8(127, 1);
  header.writeBigUInt64BE(2n ** 53n, 2);
  expect(boundary.push(header)).toBeUndefined();
  expect(boundary.push(Buffer.alloc(1 << 20))).toBeUndefined();
  expect(boundary.isBetweenFrames).toBe(false);
});

test('a close frame carries code and reason, and never more than a control frame may', () => {
  const bytes = closeFrame(4001, 'session ended');
  expect(bytes.readUInt8(0)).toBe(0x88);
  expect(bytes.readUInt8(1)).toBe(2 + 'session ended'.length);
  expect(bytes.readUInt16BE(2)).toBe(4001);
  expect(bytes.subarray(4).toString()).toBe('session ended');
  expect(closeFrame(1001, 'x'.repeat(500)).readUInt8(1)).toBe(125);
});
