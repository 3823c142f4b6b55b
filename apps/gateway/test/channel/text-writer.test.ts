import { expect, it } from 'vitest';
import { createTextWriter } from '../../src/channel/text-writer.ts';
import type { Utterance } from '../../src/channel/utterance.ts';

/** A voice that is busy until it is told otherwise. */
function aVoice({ isBusy = false } = {}) {
  const said: Utterance[] = [];
  let free = () => {};
  const ready = new Promise<void>((resolve) => {
    free = resolve;
  });
  const voice = {
    isBusy,
    say: (utterance: Utterance) => void said.push(utterance),
    ready: () => (voice.isBusy ? ready : Promise.resolve()),
  };
  return {
    voice,
    said,
    free: () => {
      voice.isBusy = false;
      free();
    },
  };
}

const create = (content: string, more = {}) => ({
  type: 'message.create',
  payload: { message_id: 'a', content, ...more },
});
const update = (content: string, more = {}) => ({
  type: 'message.update',
  payload: { message_id: 'a', content, ...more },
});

it('says the first piece at once, and then the full text so far', async () => {
  const { voice, said } = aVoice();
  const writer = createTextWriter({ messageId: 'a', voice, members: () => ({ model_name: 'm' }) });
  writer.add('');
  writer.add('one');
  writer.add(' two');
  await writer.finish();
  expect(said).toEqual([create('one', { model_name: 'm' }), update('one two')]);
});

it('under load says several pieces as one, and leaves none out', async () => {
  const { voice, said, free } = aVoice({ isBusy: true });
  const writer = createTextWriter({ messageId: 'a', voice });
  for (const piece of ['a', 'b', 'c']) writer.add(piece);
  expect(said).toEqual([]);
  free();
  await writer.finish();
  expect(said).toEqual([create('abc')]);
});

it('says at the end what goes with the whole, and nothing when there is nothing new', async () => {
  const { voice, said } = aVoice();
  const writer = createTextWriter({ messageId: 'a', voice });
  await writer.finish();
  expect(said).toEqual([]);
  writer.add('text');
  await writer.finish();
  await writer.finish({ cancelled: true });
  expect(said).toEqual([create('text'), update('text', { cancelled: true })]);
});

it('goes on where an earlier try was, without a frame for what has been said', async () => {
  const { voice, said } = aVoice();
  const writer = createTextWriter({ messageId: 'a', voice, said: 'one two' });
  for (const piece of ['one', ' two', ' three']) writer.add(piece);
  await writer.finish();
  expect(said).toEqual([update('one two three')]);
});

it.each([
  ['another answer', ['two'], [update('two')]],
  ['a shorter one', ['one'], [update('one')]],
  ['the same one', ['one two'], []],
])('a second try that gives %s says so, and never creates the message again', async (_what, pieces, frames) => {
  const { voice, said } = aVoice();
  const writer = createTextWriter({ messageId: 'a', voice, said: 'one two' });
  for (const piece of pieces) writer.add(piece);
  await writer.finish();
  expect(said).toEqual(frames);
});
