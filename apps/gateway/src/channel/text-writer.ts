import type { SessionVoice } from './session-voice.ts';
import type { Utterance } from './utterance.ts';

/** Says one growing text: `message.create`, then `message.update` with the full text so far. */
export interface TextWriter {
  readonly text: string;
  add(text: string): void;
  /** Says what has not been said, with these further members; says nothing when there is nothing new. */
  finish(members?: MessageMembers): Promise<void>;
}

type MessageMembers = Omit<
  Partial<Extract<Utterance, { type: 'message.update' }>['payload']>,
  'message_id' | 'content'
>;

interface TextWriterOptions {
  readonly messageId: string;
  readonly voice: Pick<SessionVoice, 'say' | 'isBusy' | 'ready'>;
  /** What goes with the first frame. */
  readonly members?: () => MessageMembers;
  /** What an earlier try has said under this id, before the process ended: it is not said again. */
  readonly said?: string | undefined;
}

/** Creates a writer that has said nothing; under load it says several pieces at once and leaves none out. */
export function createTextWriter({ messageId, voice, members = () => ({}), said }: TextWriterOptions): TextWriter {
  let text = '';
  let shown = said;
  let pending: Promise<void> | undefined;

  const say = (more: MessageMembers = {}) => {
    const type = shown === undefined ? 'message.create' : 'message.update';
    const first = shown === undefined ? members() : {};
    voice.say({ type, payload: { message_id: messageId, content: text, ...first, ...more } });
    shown = text;
  };
  // A second try that has not come as far as the first shows nothing: nobody wants to see an answer shrink.
  const isNew = () => text !== '' && (shown === undefined || !shown.startsWith(text));
  const sayLater = async () => {
    await voice.ready();
    pending = undefined;
    if (isNew()) say();
  };
  return {
    get text() {
      return text;
    },
    add(piece) {
      text += piece;
      if (pending !== undefined || !isNew()) return;
      if (voice.isBusy) pending = sayLater();
      else say();
    },
    async finish(more = {}) {
      await pending;
      const isChanged = shown === undefined ? text !== '' : text !== shown;
      if (isChanged || Object.keys(more).length > 0) say(more);
    },
  };
}
