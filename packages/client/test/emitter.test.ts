import { describe, expect, it } from 'vitest';
import { createEmitter } from '../src/emitter.ts';

describe('the emitter', () => {
  it('calls listeners in order until they are removed', () => {
    const emitter = createEmitter<{ said: string }>();
    const heard: string[] = [];
    const stop = emitter.on('said', (text) => {
      heard.push(`1 ${text}`);
      stop();
    });
    emitter.on('said', (text) => heard.push(`2 ${text}`));
    emitter.emit('said', 'a');
    emitter.emit('said', 'b');
    expect(heard).toEqual(['1 a', '2 a', '2 b']);
  });

  it('does not call a listener that one before it has just removed', () => {
    const emitter = createEmitter<{ said: string }>();
    const heard: string[] = [];
    emitter.on('said', () => stop());
    const stop = emitter.on('said', (text) => heard.push(text));
    emitter.emit('said', 'a');
    expect(heard).toEqual([]);
  });

  it('goes on to the next listener when one throws, and reports the fault as uncaught', async () => {
    const uncaught = new Promise((resolve) => {
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.once('uncaughtException', (error) => {
        for (const other of others) process.on('uncaughtException', other);
        resolve(error);
      });
    });
    const emitter = createEmitter<{ said: string }>();
    const fault = new Error('a listener of the test');
    const heard: string[] = [];
    emitter.on('said', () => {
      throw fault;
    });
    emitter.on('said', (text) => heard.push(text));
    emitter.emit('said', 'a');
    expect(heard).toEqual(['a']);
    expect(await uncaught).toBe(fault);
  });
});
