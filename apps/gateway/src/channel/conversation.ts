import type { StoredMessage } from '../history/stored-message.ts';

/**
 * What was said before a message, each question followed by its answer. Answers stand in the history where they were
 * finished, which is after the questions that came meanwhile.
 */
export function conversationBefore(past: readonly StoredMessage[], messageId: string): readonly StoredMessage[] {
  const answers = new Map(past.map((message) => [message.reply_to, message]));
  const end = past.findIndex(({ message_id }) => message_id === messageId);
  return past
    .slice(0, end < 0 ? undefined : end)
    .filter(({ role }) => role === 'user')
    .flatMap((question) => [question, answers.get(question.message_id) ?? []].flat());
}
